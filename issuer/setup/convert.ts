/** GitHub's code -> the App's credentials -> a kept App. GitHub gives them once, within an hour, so they are never lost half-way. */
import {Fault, parseAppKey, parseWebhookSecret} from '../home/values.ts'
import type {Answer, Field} from '../github/answer.ts'
import {openAnonymous, webUrlOf} from '../github/client.ts'
import {GitHubUnavailable, type UnavailableKind} from '../github/unavailable.ts'
import type {AppCredentials, KeepApp} from '../home/kept-app.ts'

export interface NewApp {
  readonly credentials: AppCredentials
  readonly name: string
  /** Where it is installed on repositories, and where it can be deleted. */
  readonly installUrl: string
  readonly settingsUrl: string
}

/** `gone`: GitHub does not know the code (any more). `unusable`: GitHub has given what cannot be used, and gives it once. */
export type Conversion =
  | {readonly kind: 'app'; readonly app: NewApp}
  | {readonly kind: 'gone'}
  | {readonly kind: 'unusable'; readonly why: string}
  | {readonly kind: 'unreachable'; readonly why: string; readonly cause: UnavailableKind}

export type Convert = (code: string) => Promise<Conversion>

export function createConverter(place: Parameters<typeof openAnonymous>[0]): Convert {
  const connection = openAnonymous(place)
  const web = webUrlOf(place.apiUrl)
  return async (code) => {
    try {
      const answer = await connection.ask("the App's credentials", (octokit) =>
        octokit.rest.apps.createFromManifest({code}),
      )
      return answer === 'gone' ? {kind: 'gone'} : {kind: 'app', app: parseNewApp(answer, web)}
    } catch (fault) {
      // A Fault says what is wrong with a value, never the value.
      if (fault instanceof Fault)
        return {kind: 'unusable', why: `GitHub's answer is unusable: a value ${fault.message}`}
      if (!(fault instanceof GitHubUnavailable)) throw fault
      const {kind: cause, message: why} = fault
      return cause === 'unusable' ? {kind: 'unusable', why} : {kind: 'unreachable', why, cause}
    }
  }
}

function parseNewApp({body}: Answer, web: string): NewApp {
  const [slug, owner] = [body.at('slug').parse(parseName, 'a slug'), body.at('owner')]
  const login = owner.at('login').parse(parseName, 'a login')
  const account = owner.at('type').text() === 'Organization' ? `/organizations/${login}` : ''
  const page = body.at('html_url').text()
  // A page elsewhere is not GitHub's word; the App's settings lead to its installation as well.
  const settingsUrl = `${web}${account}/settings/apps/${slug}`
  const installUrl = page.startsWith(`${web}/`) ? `${page}/installations/new` : `${settingsUrl}/installations`
  return {credentials: parseCredentials(body), name: body.at('name').text(), installUrl, settingsUrl}
}

const parseCredentials = (body: Field): AppCredentials => ({
  appId: body.at('id').number(),
  privateKey: parseAppKey(body.at('pem').parse(parsePem, "the App's key")),
  webhookSecret: parseWebhookSecret(body.at('webhook_secret').text()),
})

const parseName = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{1,100}$/.test(value) ? value : undefined

/** Anything else would be taken for the path of a file. */
const parsePem = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith('-----BEGIN') ? value : undefined

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

/** Each session's `state` stands for one code. */
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
