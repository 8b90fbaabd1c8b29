/** Everything that is shown of a receipt, read once: what it says, why, what happened after, and where the ledger has it. */
import {
  type Entry,
  type EntryEvent,
  type PinnedKeys,
  type PublicKey,
  type Receipt,
  type ReceiptId,
  type ReceiptState,
  type Revocation,
  type TokenClaims,
  isPlainObject,
  parseJson,
  printSecondsTime,
  stateAt,
  tokenAudience,
  verifyReceipt,
  verifyRevocation,
  verifyToken,
} from '#protocol'
import {type FoundDecision, type FoundEvent, belongingOf} from '../../model/lookups.ts'
import {type Viewer, sees} from '../../model/viewer.ts'
import {type InclusionAnswer, readInclusion} from '../../store/read-proofs.ts'
import type {PageTools} from '../tools.ts'

/** `damaged`: what is stored does not verify under the issuer's own keys; `key_revoked`: because that key was revoked. */
export type ShownState = ReceiptState | 'key_revoked' | 'damaged'

export interface ReceiptProof {
  readonly receipt: Receipt
  readonly state: ShownState
  /** It was minted while its repository was public. */
  readonly public: boolean
  readonly happened: readonly Happening[]
  /** The authority token, when there is one and it verifies. */
  readonly token?: {readonly text: string | undefined; readonly claims: TokenClaims} | undefined
  readonly entry?: Entry | undefined
  readonly inclusion?: InclusionAnswer | undefined
  /** The signed note that the inclusion leads to. */
  readonly checkpoint?: string | undefined
}

/** Undefined for what is not there, and in the same way for what this caller may not read. */
export async function readProof(id: ReceiptId, viewer: Viewer, tools: PageTools): Promise<ReceiptProof | undefined> {
  const [found] = await tools.store.find({by: 'receipt', id})
  if (found === undefined || !sees(viewer, belongingOf(found))) return undefined
  const {receipt, public: isPublic} = found
  const [happened, decision] = await Promise.all([
    readHappened(receipt, tools),
    tools.records.decision(receipt.decision),
  ])
  const place = await readPlace(decision?.entry, tools)
  const state = judgeState(receipt, {happened, keys: tools.keys, now: tools.now()})
  const token = readToken(receipt, {decision, tokenKeys: tools.tokenKeys})
  return {receipt, state, public: isPublic, happened, token, ...place}
}

export async function readHappened(
  receipt: Receipt,
  {records, keys}: Pick<PageTools, 'records' | 'keys'>,
): Promise<readonly Happening[]> {
  const events = await records.events(receipt.id)
  return events.map((event) => readHappening(event, receipt, keys))
}

/** A revocation in the ledger forbids, whether or not its body can be read. */
export function judgeState(
  receipt: Receipt,
  {happened, keys, now}: {readonly happened: readonly Happening[]} & Pick<PageTools, 'keys'> & {readonly now: number},
): ShownState {
  const verdict = verifyReceipt(receipt, {keys, now: 'issued', clock: now, expect: {}, maxTtl: Infinity})
  if (!verdict.valid) return verdict.refusal.code === 'key_revoked' ? 'key_revoked' : 'damaged'
  const at = printSecondsTime(now)
  const since = (event: Happening['event']) => (happened.some((one) => one.event === event) ? at : undefined)
  const life = {
    expiresAt: receipt.expiresAt,
    revokedAt: since('receipt.revoked'),
    redeemedAt: since('receipt.redeemed'),
  }
  return stateAt(life, at)
}

function readToken(
  {id}: Receipt,
  {decision, tokenKeys}: {readonly decision: FoundDecision | undefined} & Pick<PageTools, 'tokenKeys'>,
): ReceiptProof['token'] {
  const text = decision?.token
  if (text === undefined) return undefined
  const verdict = verifyToken(text, tokenKeys, {now: 'issued', issuer: undefined, audience: tokenAudience})
  return verdict.valid && verdict.claims.receipt === id ? {text, claims: verdict.claims} : undefined
}

/** What is not covered by a signed checkpoint yet has an entry and no proof. */
async function readPlace(
  entry: Entry | undefined,
  {ledger, checkpoints}: PageTools,
): Promise<Pick<ReceiptProof, 'entry' | 'inclusion' | 'checkpoint'>> {
  const newest = await checkpoints.newest()
  if (entry === undefined || newest === undefined || !(entry.seq < newest.size)) return {entry}
  const inclusion = await readInclusion(ledger, {seq: entry.seq, size: newest.size})
  return {entry, inclusion, checkpoint: newest.note}
}

export interface Happening {
  readonly event: EntryEvent
  readonly seq: number
  /** The ledger's time of it. */
  readonly at: string
  /** A revocation whose signature holds. */
  readonly revocation?: Revocation | undefined
  readonly run?:
    {readonly id: string; readonly attempt?: number | undefined; readonly url?: string | undefined} | undefined
  /** As the job reported it. */
  readonly outcome?: string | undefined
}

/** Read from the record's body; what that does not say is absent. */
function readHappening({entry, body}: FoundEvent, receipt: Receipt, keys: PinnedKeys): Happening {
  const happening = {event: entry.event, seq: entry.seq, at: entry.time}
  if (entry.event === 'receipt.revoked') {
    const verdict = verifyRevocation(body, {keys, expect: {receipt: receipt.id}})
    return verdict.valid ? {...happening, revocation: verdict.revocation} : happening
  }
  const read = parseJson(body)
  const {run, outcome} = read.ok ? membersOf(read.value) : {}
  return {...happening, run: readRun(run), outcome: typeof outcome === 'string' ? outcome : undefined}
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isPlainObject(value) ? value : {})

function readRun(run: unknown): Happening['run'] {
  const {id, attempt, url} = membersOf(run)
  if (typeof id !== 'string' || !/^[0-9]{1,20}$/.test(id)) return undefined
  // Only what a browser opens as a page: the text comes from a job's token.
  const isLink = typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)
  return {id, attempt: typeof attempt === 'number' ? attempt : undefined, url: isLink ? url : undefined}
}

/** `earlier`: signs no more, and is trusted in what it signed. `foreign`: never a key of this issuer. */
export type KeyStanding = 'current' | 'earlier' | 'revoked' | 'foreign'

export interface HeldKeys {
  /** What the receipt is verified with: the key that signed it where that is this issuer's, else the current one. */
  readonly pin: PublicKey
  /** One line a key, as a workflow pins them: that of the receipt, and that of its revocation where it is another. */
  readonly pinned: string
  readonly standing: KeyStanding
}

/** A stranger's key is never filled in: what it signed is held against the newest one. */
export function holdKeys(
  {receipt, happened}: ReceiptProof,
  {keys, pin: current}: Pick<PageTools, 'keys' | 'pin'>,
): HeldKeys {
  const {publicKey} = receipt
  const pin = keys.has(publicKey) ? publicKey : current
  const revokers = happened.flatMap(({revocation}) => (revocation === undefined ? [] : [revocation.publicKey]))
  const lines = [...new Set([pin, ...revokers])].map((key) => printPin(key, keys))
  return {pin, pinned: lines.join('\n'), standing: standingOf(publicKey, {keys, pin: current})}
}

const printPin = (key: PublicKey, keys: PinnedKeys): string =>
  keys.get(key)?.status === 'revoked' ? `${key} revoked` : key

function standingOf(key: PublicKey, {keys, pin}: Pick<PageTools, 'keys' | 'pin'>): KeyStanding {
  if (keys.get(key)?.status === 'revoked') return 'revoked'
  if (key === pin) return 'current'
  return keys.has(key) ? 'earlier' : 'foreign'
}
