/**
 * The one way to end receipts, whoever ends them: each gets a signed revocation and a record of it, in one change with
 * whatever ends them. A person, a denial, a pull request that is closed and a permission that is gone all come here.
 */
import {signingBytes} from '#protocol'
import {type Ended, foldRevoked} from '../mint/fold-scope.ts'
import {headAfter, mintEvent, nextTime} from '../mint/mint-record.ts'
import {type RevocationOrder, acceptSignedRevocation, mintRevocationBody} from '../mint/mint-revocation.ts'
import type {Baseline} from '../model/facts.ts'
import type {IdempotencyKey, Outcome, Unpublished} from '../model/idempotency.ts'
import type {CheckRun, Publication} from '../model/publication.ts'
import type {EventRecord, LedgerHead, LedgerRecord} from '../model/record.ts'
import type {LiveReceipt, ScopeKey, ScopeState} from '../model/state.ts'
import type {ScopeReading} from '../model/store.ts'
import {renderRevoked} from '../publish/render-check-run.ts'
import {inRounds} from '../store/turns.ts'
import {type Completing, completeInRounds} from './rounds.ts'
import type {OnceTools, SealTools} from './tools.ts'

export interface EndOrder extends Pick<RevocationOrder, 'by' | 'statement' | 'cause' | 'nonce'> {
  readonly scope: ScopeKey
  readonly repository: Pick<Baseline['repository'], 'name' | 'owner' | 'public'>
  /** The receipts that are meant, at a moment in milliseconds. */
  readonly choose: (state: ScopeState, now: number) => readonly LiveReceipt[]
  /** What the scope keeps of it besides. */
  readonly fold?: (state: ScopeState) => ScopeState
}

export type EndTools = OnceTools & Pick<SealTools, 'signer' | 'issuer'>

/** Where it is told, and in which words; nothing is said where nothing had to end. */
export interface EndWords {
  readonly address: Pick<Publication, 'repository' | 'installation' | 'pullRequest'>
  readonly reply?: (ended: readonly LiveReceipt[]) => string
}

/** By a change of their own, once for this key. When it returns they are revoked, by this or by what was first. */
export async function endReceipts(
  {key, ...meant}: Omit<EndOrder, 'nonce'> & {readonly key: IdempotencyKey},
  words: EndWords,
  tools: EndTools,
): Promise<Pick<Unpublished, 'key' | 'decision' | 'outcome'>> {
  const {decision, nonce, outcome: known} = await tools.idempotency.begin(key, tools.newIds())
  if (known !== undefined) return {key, decision, outcome: known}
  const order = {...meant, nonce}
  await endSurplus(order, tools)
  const outcome = await completeInRounds({key, scope: order.scope}, tools, async (read): Promise<Completing> => {
    const at = tools.now()
    const receipts = order.choose(read.state, at)
    const {records, state, checkRuns} = await makeEnding(order, {receipts, read, at}, tools)
    const appends = {scope: order.scope, records, state, read}
    const told = {
      ...words.address,
      checkRuns,
      panels: otherPanels(receipts, words.address),
      ...(words.reply && {reply: words.reply(receipts)}),
    }
    const outcome: Outcome =
      receipts.length === 0 ? {kind: 'answered', publication: words.address} : {kind: 'closed', publication: told}
    return {completes: {key, outcome}, ...(receipts.length > 0 || order.fold !== undefined ? {appends} : {}), at}
  })
  return {key, decision, outcome}
}

/** Pull requests besides this one that lose a receipt by it. */
export const otherPanels = (
  ended: readonly Pick<LiveReceipt, 'pullRequest'>[],
  {pullRequest: here}: {readonly pullRequest: number},
): readonly number[] => [...new Set(ended.map(({pullRequest}) => pullRequest))].filter((number) => number !== here)

/** What a change writes to end receipts. */
export interface Ending {
  readonly ended: readonly Ended[]
  readonly records: readonly LedgerRecord[]
  /** The scope without them. */
  readonly state: ScopeState
  readonly checkRuns: readonly CheckRun[]
}

interface Endable {
  readonly receipts: readonly LiveReceipt[]
  readonly read: ScopeReading
  /** Milliseconds. */
  readonly at: number
  /** What the same change records before them. */
  readonly first?: LedgerRecord | undefined
}

export async function makeEnding(
  order: EndOrder,
  {receipts, read, at, first}: Endable,
  {signer, now, issuer}: Pick<EndTools, 'signer' | 'now' | 'issuer'>,
): Promise<Ending> {
  const ended: (Ended & {readonly record: EventRecord})[] = []
  let head = first === undefined ? read.head : headAfter(read.head, first)
  for (const receipt of receipts) {
    const one = await revoke(receipt, {order, head}, {signer, now})
    ended.push(one)
    head = headAfter(head, one.record)
  }
  const state = foldRevoked(order.fold?.(read.state) ?? read.state, ended, at)
  return {
    ended,
    records: [...(first === undefined ? [] : [first]), ...ended.map(({record}) => record)],
    state,
    checkRuns: renderRevoked({ended, environment: order.scope.environment, state, issuer}),
  }
}

/** What one change ends: engines bound a transaction, and DynamoDB's takes 47 records. */
const mostAtOnce = 40

/** Leaves as many of them as one change takes. Each part is durable by itself: whoever is cut off goes on from there. */
export async function endSurplus(order: EndOrder, tools: Omit<EndTools, 'idempotency' | 'newIds'>): Promise<void> {
  const endPart = async (): Promise<'more' | 'done' | 'lost'> => {
    const read = await tools.store.read(order.scope)
    const at = tools.now()
    const receipts = order.choose(read.state, at)
    if (receipts.length <= mostAtOnce) return 'done'
    const {records, state} = await makeEnding(order, {receipts: receipts.slice(0, mostAtOnce), read, at}, tools)
    const committed = await tools.store.commit({appends: {scope: order.scope, records, state, read}, at})
    return committed === 'committed' ? 'more' : 'lost'
  }
  let left: 'more' | 'done'
  do left = await inRounds(endPart)
  while (left === 'more')
}

async function revoke(
  receipt: LiveReceipt,
  {order, head}: {readonly order: EndOrder; readonly head: LedgerHead},
  {signer, now}: Pick<EndTools, 'signer' | 'now'>,
): Promise<Ended & {readonly record: EventRecord}> {
  const {scope, repository} = order
  const at = nextTime(head, now())
  const meant = {receipt: receipt.id, repositoryId: scope.repositoryId, at: Date.parse(at)}
  const body = mintRevocationBody({...order, ...meant, publicKey: signer.publicKey})
  const revocation = acceptSignedRevocation(body, await signer.sign(signingBytes(body)))
  const record = mintEvent({
    head,
    at,
    event: 'receipt.revoked',
    receipt: receipt.id,
    body: revocation,
    scope,
    repository: repository.name,
    ownerId: repository.owner.id,
    // What was minted while private stays private, and what is private now shows nothing new.
    public: receipt.public && repository.public,
    once: `revoked/${receipt.id}`,
  })
  return {receipt, revocation, record}
}
