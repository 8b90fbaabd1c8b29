/** The issuer's answers about one receipt: status, key set, redemption (docs/routes.md). Read here, believed elsewhere. */
import {type Origin, type ReceiptId, isPlainObject} from '#protocol'
import type {Fetched, IssuerClient, RedemptionAnswer} from '../../gate/ports.ts'
import {describeOutage} from '../sources/outage.ts'
import {type Reply, exchange} from './exchange.ts'
import type {IdTokens} from './id-token.ts'
import {describeProblem, readObject, safeText, toldStatuses} from './problem.ts'

const maxBytes = 64 * 1024

export interface ClientPlace {
  readonly issuer: Origin
  readonly tokens: IdTokens
}

export const issuerClient = (place: ClientPlace): IssuerClient => ({
  fetchStatus: (receipt, limit) => fetchSigned(place, `/v1/receipts/${receipt}/status`, limit),
  fetchKeySet: (limit) => fetchSigned({...place, isPublic: true}, '/.well-known/countersign-keys.json', limit),
  redeem: (receipt, limit) => redeem(place, receipt, limit),
})

const privateHint = ' (what belongs to a private repository is told to jobs with `id-token: write` alone)'

interface SignedPlace extends ClientPlace {
  /** Nobody need say who asks. */
  readonly isPublic?: boolean
}

async function fetchSigned(
  {issuer, tokens, isPublic}: SignedPlace,
  path: string,
  limit: AbortSignal,
): Promise<Fetched> {
  try {
    const shown = isPublic === true ? undefined : await showToken(tokens, limit)
    const address = `${issuer}${path}`
    const reply = await exchange({method: 'GET', address, token: shown, maxBytes, limit, read: [200]})
    if (reply.status === 200) return {ok: true, value: reply.body}
    const hint = reply.status === 404 && !tokens.arePermitted ? privateHint : ''
    return {ok: false, fault: {kind: 'refused', problem: `${reply.described}${hint}`}}
  } catch (fault) {
    return {ok: false, fault: {kind: 'unreachable', problem: describeOutage(fault, limit)}}
  }
}

/** What belongs to a private repository is told to its own jobs alone. Where no token is to be had, one asks without. */
export async function showToken(tokens: IdTokens, limit: AbortSignal): Promise<string | undefined> {
  if (!tokens.arePermitted) return undefined
  const answer = await tokens.take(limit)
  return answer.ok ? answer.value.token : undefined
}

async function redeem(
  {issuer, tokens}: ClientPlace,
  receipt: ReceiptId,
  limit: AbortSignal,
): Promise<RedemptionAnswer> {
  const answer = await tokens.take(limit)
  if (!answer.ok) return answer.fault
  const address = `${issuer}/v1/receipts/${receipt}/redemptions`
  try {
    const {token} = answer.value
    const reply = await exchange({method: 'POST', address, token, maxBytes, limit, read: [200, ...toldStatuses]})
    return reply.status === 200 ? {kind: 'answered', body: reply.body} : readRefusal(reply)
  } catch (fault) {
    return {kind: 'unreachable', problem: describeOutage(fault, limit)}
  }
}

/** A no needs no signature. */
function readRefusal(reply: Reply): RedemptionAnswer {
  const answer = readObject(reply.body)
  const run = isPlainObject(answer['run']) ? answer['run'] : {}
  const at = safeText(answer['at'])
  const told = isPlainObject(answer['error']) ? answer['error']['code'] : undefined
  const code = reply.status === 409 ? told : undefined
  if (code === 'already_used') return {kind: code, at, run: safeText(run['url']) ?? safeText(run['id'])}
  if (code === 'revoked' || code === 'expired') return {kind: code}
  const problem = describeProblem(reply)
  // Asking again does not help: it is this job, or the commit that it was started for.
  return reply.status === 403 && told !== undefined
    ? {kind: 'not permitted', problem: `the issuer does not take that from this job: ${problem}`}
    : {kind: 'unreachable', problem}
}
