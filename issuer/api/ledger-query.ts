/** Whole numbers of a query, each once and in plain decimal; or every problem with them at once. */
import type {Context} from 'hono'
import type {Result} from '#protocol'

export interface Bounds {
  readonly min: number
  readonly max?: number
  /** What an absent one is; without it the parameter must be given. */
  readonly otherwise?: number
}

type Numbers<Name extends string> = Result<Readonly<Record<Name, number>>, readonly string[]>

export function readNumbers<Name extends string>(c: Context, wanted: Readonly<Record<Name, Bounds>>): Numbers<Name> {
  const numbers: Record<string, number> = {}
  const problems: string[] = []
  for (const [name, bounds] of Object.entries<Bounds>(wanted)) {
    const {min, max = Number.MAX_SAFE_INTEGER, otherwise} = bounds
    const [text, ...more] = c.req.queries(name) ?? []
    const value = text === undefined ? otherwise : parsePlainNumber(text)
    if (value !== undefined && more.length === 0 && value >= min && value <= max) numbers[name] = value
    else problems.push(`${name} must be given once, as a whole number from ${min} to ${max}`)
  }
  return problems.length > 0 ? {ok: false, fault: problems} : {ok: true, value: numbers as Record<Name, number>}
}

function parsePlainNumber(text: string): number | undefined {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(value) ? value : undefined
}
