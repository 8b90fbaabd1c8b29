/** Ledgers for tests: whole chains of every event, signed checkpoints, and proofs over any of them. */
import {
  type ConsistencyQuestion,
  type Entry,
  type EntryBody,
  type InclusionQuestion,
  type NodePlace,
  type TreeNode,
  appendLeaf,
  canonicalJson,
  checkpointText,
  completedNodes,
  consistencyProof,
  digestOf,
  emptyFrontier,
  firstPrev,
  frontierRoot,
  inclusionProof,
  printCheckpoint,
  printMicrosTime,
  printVerifierKey,
  sealEntry,
} from '#protocol'
import {type TestKey, makeKey} from './builders.ts'

export const origin = 'countersign.example/0123456789abcdef0123456789abcdef'
export const key = makeKey()
export const ledgerKey = printVerifierKey(origin, key.pin)

const start = Date.parse('2026-04-02T14:30:00Z') * 1000
const ulid = (n: number): string => String(n).padStart(26, '0')
const digest = (words: string, n: number): string => digestOf(`${words} ${n}`)

/** What a job told that entry `n` recorded. */
export const reportOf = (n: number): string => canonicalJson({receipt: `rcpt_dg_${ulid(n)}`, nonce: n})

/** What entry `n` says: every event in turn, some with a digest that does not apply left out. */
function eventOf(n: number): Pick<EntryBody, 'event' | 'subject' | 'digests'> {
  const receipt = `rcpt_dg_${ulid(n)}`
  const issued = {decision: `dec_${ulid(n)}`, evidence: digest('evidence', n), receipt: digest('receipt', n)}
  if (n === 0) return {event: 'ledger.created', subject: origin, digests: {keys: digest('keys', n)}}
  switch (n % 8) {
    case 1:
      return {event: 'receipt.issued', subject: receipt, digests: {...issued, token: digest('token', n)}}
    case 2:
      return {
        event: 'decision.made',
        subject: `dec_${ulid(n)}`,
        digests: {evidence: digest('evidence', n), token: digest('token', n)},
      }
    case 3:
      return {event: 'receipt.revoked', subject: receipt, digests: {revocation: digest('revocation', n)}}
    case 4:
      return {event: 'receipt.redeemed', subject: receipt, digests: {run: digestOf(reportOf(n))}}
    case 5:
      return {event: 'deploy.started', subject: receipt, digests: {run: digestOf(reportOf(n))}}
    case 6:
      return {event: 'deploy.finished', subject: receipt, digests: {run: digestOf(reportOf(n))}}
    case 7:
      return {event: 'key.rotated', subject: origin, digests: {keys: digest('keys', n)}}
    default:
      return {event: 'receipt.issued', subject: receipt, digests: issued}
  }
}

export const bodyAfter = (previous: Entry | undefined, overrides: Partial<EntryBody> = {}): EntryBody => {
  const seq = (previous?.seq ?? -1) + 1
  return {
    type: 'countersign.entry/v1',
    ledger: origin,
    seq,
    prev: previous?.hash ?? firstPrev,
    time: printMicrosTime(start + seq * 61_000_007),
    ...eventOf(seq),
    ...overrides,
  }
}

/** The entry after `previous`, hashed whatever it says. */
export const entryAfter = (previous: Entry | undefined, overrides: Partial<EntryBody> = {}): Entry =>
  sealEntry(bodyAfter(previous, overrides))

export function makeLedger(size: number): readonly Entry[] {
  const entries: Entry[] = []
  while (entries.length < size) entries.push(entryAfter(entries.at(-1)))
  return entries
}

/** `entries` from `at` on written anew after `changed`, as an operator would who rewrites history. */
export function rewrite(entries: readonly Entry[], at: number, overrides: Partial<EntryBody>): readonly Entry[] {
  const rewritten = entries.slice(0, at)
  for (let seq = at; seq < entries.length; seq++) {
    rewritten.push(entryAfter(rewritten.at(-1), seq === at ? overrides : {}))
  }
  return rewritten
}

export const ndjson = (entries: readonly object[]): string =>
  entries.map((entry) => `${canonicalJson(entry)}\n`).join('')

export const mask = ({seq, hash}: Pick<Entry, 'seq' | 'hash'>): {seq: number; hash: string} => ({seq, hash})

type Hashed = Pick<Entry, 'hash'>

export const rootOf = (entries: readonly Hashed[]): string =>
  frontierRoot(entries.reduce((frontier, {hash}) => appendLeaf(frontier, hash), emptyFrontier))

/** The signed checkpoint over these entries. */
export const sign = (entries: readonly Hashed[], by: TestKey = key): string =>
  signHead({origin, size: entries.length, root: rootOf(entries)}, by)

export function signHead(head: {origin: string; size: number; root: string}, by: TestKey = key): string {
  return printCheckpoint({...head, publicKey: by.pin, signature: signText(checkpointText(head), by)})
}

export function signText(text: string, by: TestKey = key): Uint8Array {
  const hex = by.signBytes(new TextEncoder().encode(text)).slice('ed25519:'.length)
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

/** Every full subtree over these entries. */
function readerOf(entries: readonly Hashed[]): (place: NodePlace) => string {
  const nodes: TreeNode[] = entries.map(({hash}, index) => ({level: 0, index, hash}))
  let frontier = emptyFrontier
  for (const {hash} of entries) {
    nodes.push(...completedNodes(frontier, hash))
    frontier = appendLeaf(frontier, hash)
  }
  const known = new Map(nodes.map(({level, index, hash}) => [`${level}/${index}`, hash]))
  return ({level, index}) => {
    const hash = known.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`no node ${level}/${index}`)
    return hash
  }
}

export const proveInclusion = (entries: readonly Hashed[], asked: InclusionQuestion): readonly string[] =>
  inclusionProof(readerOf(entries), asked)
export const proveConsistency = (entries: readonly Hashed[], asked: ConsistencyQuestion): readonly string[] =>
  consistencyProof(readerOf(entries), asked)

/** NDJSON as a network gives it: bytes in pieces of `length`. */
export async function* streamOf(text: string, length = 1000): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += length) yield Promise.resolve(bytes.slice(at, at + length))
}
