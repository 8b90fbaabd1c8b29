/** From a code to a kept App: each session's `state` stands for one code, whose credentials are never lost half-way. */
import type {Conversion, Convert, NewApp} from './convert.ts'
import type {KeepApp} from '../home/kept-app.ts'

export type Outcome =
  | {readonly kind: 'kept' | 'taken'; readonly app: NewApp}
  | Exclude<Conversion, {readonly kind: 'app'}>
  /** The `state` was shown before, with another code. */
  | {readonly kind: 'replayed'}

/** Rejects when the App cannot be kept; the same call again then tries only that again. */
export type Finish = (state: string, code: string) => Promise<Outcome>

interface Attempt {
  readonly code: string
  conversion?: Promise<Conversion> | undefined
  outcome?: Promise<Outcome> | undefined
}

export function createAttempts(convert: Convert, keep: KeepApp): Finish {
  const attempts = new Map<string, Attempt>()

  async function complete(attempt: Attempt): Promise<Outcome> {
    const converted = await (attempt.conversion ??= convert(attempt.code))
    if (converted.kind === 'app') return {kind: await keep(converted.app.credentials), app: converted.app}
    if (converted.kind === 'unreachable') attempt.conversion = attempt.outcome = undefined
    return converted
  }

  return async (state, code) => {
    const attempt: Attempt = attempts.get(state) ?? {code}
    attempts.set(state, attempt)
    if (attempt.code !== code) return {kind: 'replayed'}
    // A page that is loaded twice gets one answer: GitHub gives the credentials once.
    attempt.outcome ??= complete(attempt).catch((fault: unknown) => {
      attempt.outcome = undefined
      throw fault
    })
    return await attempt.outcome
  }
}
