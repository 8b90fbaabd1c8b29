/** The issuer's answer, and the keys that the user did not give. Nothing of it is believed here. */
import {
  type Audit,
  type Origin,
  type PinnedKeys,
  type TokenKeys,
  narrowPins,
  parseAudit,
  parseJson,
  parseKeySet,
  readTokenKeys,
} from '#protocol'
import {IssuerOutage, fetchBytes} from '../fetch-issuer.ts'
import type {AuditQuestion} from './question.ts'

/** Twenty receipts, tokens and proofs, with a hundred reports each. */
const maxAuditBytes = 4 * 1024 * 1024
const maxKeyBytes = 65_536

export async function fetchAudit(
  {issuer, repository, environment, at}: AuditQuestion,
  auditorToken: string | undefined,
): Promise<Audit> {
  const query = new URLSearchParams({repository, environment, at})
  const address = `${issuer}/v1/audit?${query.toString()}`
  const json = parseJson(await fetchBytes(address, {maxBytes: maxAuditBytes, bearer: auditorToken}))
  if (!json.ok) throw new IssuerOutage(`its answer is not the JSON that was asked for: ${json.reason}`)
  const parsed = parseAudit(json.value)
  if (!parsed.ok) throw new IssuerOutage(`its answer is not the audit that was asked for: ${parsed.fault}`)
  return parsed.value
}

export async function fetchTokenKeys(issuer: Origin): Promise<TokenKeys> {
  const body = await fetchBytes(`${issuer}/.well-known/jwks.json`, {maxBytes: maxKeyBytes})
  const keys = readTokenKeys(new TextDecoder().decode(body))
  if (!keys.ok) throw new IssuerOutage(`the token keys that it publishes cannot be used: ${keys.fault}`)
  return keys.value
}

/** Its signature is not looked at: it is by one of these very keys, and would show nothing. */
export async function fetchReceiptKeys(issuer: Origin): Promise<PinnedKeys> {
  const json = parseJson(await fetchBytes(`${issuer}/.well-known/countersign-keys.json`, {maxBytes: maxKeyBytes}))
  const set = json.ok ? parseKeySet(json.value) : {ok: false as const, fault: json.reason}
  if (!set.ok) throw new IssuerOutage(`the receipt keys that it publishes cannot be used: ${set.fault}`)
  const receiptKeys = set.value.keys.filter(({use}) => use === 'receipt')
  const pins = new Map(receiptKeys.map(({publicKey}) => [publicKey, {key: publicKey, status: 'trusted' as const}]))
  return narrowPins(pins, set.value)
}
