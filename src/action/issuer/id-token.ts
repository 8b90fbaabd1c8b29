/** The job's OIDC tokens: asked of the runner for one audience, each used once, masked before anything else is done. */
import type {Origin, Result} from '#protocol'
import {describeOutage} from '../sources/outage.ts'
import type {JobIdentity, NamedEnvironment} from '../../gate/ports.ts'
import {exchange} from './exchange.ts'

export interface IdToken {
  readonly token: string
  /** As GitHub names it to the job. */
  readonly environment: string | undefined
}

export type IdTokenAnswer = Result<IdToken, {readonly kind: 'not permitted' | 'unreachable'; readonly problem: string}>

/** Without an issuer to show it to, a token is asked for its claims alone: for this audience, which no issuer takes. */
export type Audience = Origin | typeof nobody
export const nobody = 'countersign'

export interface IdTokenPlace {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly audience: Audience
  /** Hides a value from the log. */
  readonly mask: (secret: string) => void
}

const maxBytes = 64 * 1024

export class IdTokens implements JobIdentity {
  readonly #place: IdTokenPlace
  /** Asked for its claims and not shown to anybody yet. */
  #spare: IdTokenAnswer | undefined
  /** A service that is down costs its time limit once. */
  #outage: IdTokenAnswer | undefined
  #environment: NamedEnvironment | undefined

  constructor(place: IdTokenPlace) {
    this.#place = place
  }

  /** Whether the runner gives this job any: `permissions: id-token: write`. */
  get arePermitted(): boolean {
    return (this.#place.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '') !== ''
  }

  /** A token that nobody has seen yet: the issuer takes each but once. */
  async take(limit: AbortSignal): Promise<IdTokenAnswer> {
    const spare = this.#spare
    this.#spare = undefined
    return spare ?? this.#ask(limit)
  }

  /** As GitHub names it to this job; once known it stays. */
  async environment(limit: AbortSignal): Promise<NamedEnvironment> {
    if (!this.arePermitted) return {kind: 'no token'}
    if (this.#environment !== undefined) return this.#environment
    const answer = await this.#ask(limit)
    if (!answer.ok) return {kind: 'unknown', problem: answer.fault.problem}
    this.#spare = answer
    const {environment} = answer.value
    this.#environment = environment === undefined ? {kind: 'unnamed'} : {kind: 'named', environment}
    return this.#environment
  }

  /** One that fails spoils one try, not all of a job that waits. */
  forgetOutage(): void {
    this.#outage = undefined
  }

  async #ask(limit: AbortSignal): Promise<IdTokenAnswer> {
    const answer = this.#outage ?? (await this.#fetch(limit))
    if (!answer.ok) this.#outage = answer
    return answer
  }

  async #fetch(limit: AbortSignal): Promise<IdTokenAnswer> {
    const {env, audience, mask} = this.#place
    if (!this.arePermitted) {
      const problem = 'the job may not ask GitHub for an OIDC token: give it `permissions: id-token: write`'
      return {ok: false, fault: {kind: 'not permitted', problem}}
    }
    const address = `${env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? ''}&audience=${encodeURIComponent(audience)}`
    const bearer = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''
    try {
      const reply = await exchange({method: 'GET', address, token: bearer, maxBytes, limit, read: [200]})
      return reply.status === 200 ? readAnswer(reply.body, mask) : unreachable(reply.described)
    } catch (fault) {
      return unreachable(describeOutage(fault, limit))
    }
  }
}

const unreachable = (problem: string): IdTokenAnswer => ({
  ok: false,
  fault: {kind: 'unreachable', problem: `GitHub's token service gave no OIDC token (${problem})`},
})

/** Plain JSON.parse: the runner's own service says this, it is no proof to us, and only two members are looked at. */
function readAnswer(body: Uint8Array, mask: (secret: string) => void): IdTokenAnswer {
  try {
    const {value} = JSON.parse(Buffer.from(body).toString()) as {readonly value?: unknown}
    if (typeof value !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value))
      return unreachable('its answer holds none')
    mask(value)
    const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as object
    const environment: unknown = 'environment' in claims ? claims.environment : undefined
    return {
      ok: true,
      value: {
        token: value,
        environment:
          environment === undefined ? undefined : typeof environment === 'string' ? environment : 'one that is no text',
      },
    }
  } catch {
    return unreachable('its answer cannot be read')
  }
}
