/** One document against the entry that names it: its digest, its signature, and that it speaks of the same thing. */
import {
  type Entry,
  type EvidenceId,
  type PinnedKeys,
  type Receipt,
  type TokenClaims,
  type TokenKeys,
  type TokenTies,
  canonicalBytes,
  digestOf,
  evidenceDigest,
  findOtherInEntry,
  findOtherInToken,
  isPlainObject,
  isWrittenInLife,
  openEvidence,
  parseClaims,
  parseCompactJws,
  parseJson,
  parseKeySet,
  readKeySet,
  verifyDecided,
  verifyEvidence,
  verifyIssued,
  verifyRevocation,
} from '#protocol'
import {type PackFault, faultOf, packFault, refusalOf} from './pack-faults.ts'
import type {PackTally} from './tally.ts'

export interface PackKeys {
  readonly receipts: PinnedKeys
  /** Undefined: signatures of tokens are not looked at. */
  readonly tokens: TokenKeys | undefined
  /** Keys of single bundles; of the others the MAC is not looked at. */
  readonly evidence: ReadonlyMap<EvidenceId, Uint8Array>
}

/** A document as it was found; of its entry, what its judge looks at. */
export interface Found<E = Entry> {
  readonly path: string
  readonly bytes: Uint8Array
  /** What the entry says of it. */
  readonly digest: string
  readonly entry: E
}

type Named = Pick<Entry, 'seq' | 'subject'>

export interface Judging {
  readonly keys: PackKeys
  readonly tally: PackTally
}

type Judged<T> = {readonly value: T} | {readonly fault: PackFault}

export function judgeReceipt({path, bytes, entry}: Found, {keys, tally}: Judging): Judged<Receipt> {
  const verdict = verifyIssued(bytes, keys.receipts)
  if (!verdict.valid) return {fault: refusalOf(path, verdict.refusal)}
  const {receipt} = verdict.verified
  const {seq} = entry
  const other = findOtherInEntry(entry, receipt)
  if (other === 'receipt') return {fault: packFault(path, 'pack_entry_mismatch', `entry ${seq} names another receipt`)}
  if (other !== undefined) {
    return {fault: packFault(path, 'pack_contradiction', `entry ${seq} has other ${other} for it`)}
  }
  if (!isWrittenInLife(entry, receipt)) {
    return {fault: packFault(path, 'pack_contradiction', `entry ${seq} was written outside the life of the receipt`)}
  }
  tally.receipts += 1
  return {value: receipt}
}

export function judgeToken(found: Found, {keys, tally}: Judging, receipt: Receipt | undefined): Judged<TokenClaims> {
  const {path, bytes, digest, entry} = found
  if (digestOf(bytes) !== digest) return {fault: foreign(found, 'token')}
  const text = new TextDecoder().decode(bytes)
  const verdict = keys.tokens === undefined ? undefined : verifyDecided(text, keys.tokens, receipt?.issuer)
  if (verdict?.valid === false) return {fault: faultOf(path, verdict)}
  const claims = verdict?.claims ?? readClaims(text)
  if (claims === undefined) return {fault: packFault(path, 'pack_document_malformed', 'it is no authority token')}
  const other = findOtherInToken(claims, tiesOf(entry, receipt))
  if (other !== undefined) return {fault: packFault(path, 'pack_contradiction', `the token ${other}`)}
  tally.tokens += 1
  if (verdict === undefined) tally.tokensUnsigned += 1
  return {value: claims}
}

/** The receipt may be missing, which is a fault of its own. */
const tiesOf = ({event, subject, digests}: Entry, receipt: Receipt | undefined): TokenTies => ({
  decision: event === 'receipt.issued' ? digests['decision'] : subject,
  receipt: event === 'receipt.issued' ? subject : undefined,
  evidence: digests['evidence'],
  scope: receipt?.scope,
})

/** Of a token whose signature is not looked at; the ledger vouches for its digest. */
export function readClaims(text: string): TokenClaims | undefined {
  const jws = parseCompactJws(text)
  const json = jws.ok ? parseJson(jws.value.payload) : jws
  const claims = json.ok ? parseClaims(json.value) : json
  return claims.ok ? claims.value : undefined
}

export function judgeEvidence(found: Found, {keys, tally}: Judging): PackFault | undefined {
  const {path, bytes, digest, entry} = found
  const opened = openEvidence(bytes)
  if (!opened.valid) return faultOf(path, opened)
  const {bundle, redacted} = opened
  if (evidenceDigest(bundle) !== digest) return foreign(found, 'evidence')
  if (bundle.decision !== (entry.digests['decision'] ?? entry.subject)) {
    return packFault(path, 'pack_contradiction', 'the evidence is of another decision')
  }
  const key = keys.evidence.get(bundle.id)
  const sealed = key === undefined ? undefined : verifyEvidence(bytes, key)
  if (sealed?.valid === false) return faultOf(path, sealed)
  tally.bundles += 1
  tally.redacted += redacted
  if (sealed === undefined) tally.bundlesUnsealed += 1
  return undefined
}

/** `receipt` is the one that it revokes, where the pack holds it. */
export function judgeRevocation(
  found: Found<Named>,
  {keys, tally}: Judging,
  receipt: Receipt | undefined,
): PackFault | undefined {
  const {path, bytes, digest, entry} = found
  const scope = receipt === undefined ? {} : {repositoryId: receipt.scope.repositoryId}
  const verdict = verifyRevocation(bytes, {keys: keys.receipts, expect: {receipt: entry.subject, ...scope}})
  if (!verdict.valid) return faultOf(path, verdict)
  if (digestOf(canonicalBytes(verdict.revocation)) !== digest) return foreign(found, 'revocation')
  tally.revocations += 1
  return undefined
}

/** What a job reported: no signature covers it, the ledger shows that it was recorded so. */
export function judgeRun(found: Found<Named>, {tally}: Judging): PackFault | undefined {
  const {path, bytes, digest, entry} = found
  if (digestOf(bytes) !== digest) return foreign(found, 'report')
  const json = parseJson(bytes)
  if (!json.ok || !isPlainObject(json.value)) return packFault(path, 'pack_document_malformed', 'it is no JSON object')
  if (json.value['receipt'] !== entry.subject) {
    return packFault(path, 'pack_contradiction', 'the report is about another receipt')
  }
  tally.runs += 1
  return undefined
}

export function judgeKeys(found: Found, {keys, tally}: Judging): PackFault | undefined {
  const {path, bytes, digest} = found
  if (digestOf(bytes) !== digest) return foreign(found, 'key set')
  const json = parseJson(bytes)
  if (!json.ok || !parseKeySet(json.value).ok) return packFault(path, 'pack_document_malformed', 'it is no key set')
  const signed = readKeySet(bytes, keys.receipts)
  if (!signed.ok && signed.fault.wrong !== 'key_not_pinned' && signed.fault.wrong !== 'key_revoked') {
    return packFault(path, 'pack_document_malformed', `the key set does not hold: ${signed.fault.reason}`)
  }
  tally.keySets += 1
  if (!signed.ok) tally.keySetsUnpinned += 1
  return undefined
}

const foreign = ({path, entry}: Found<Named>, what: string): PackFault =>
  packFault(path, 'pack_entry_mismatch', `entry ${entry.seq} names another ${what}`)
