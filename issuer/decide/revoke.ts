/** Ending receipts: each gets a signed revocation and a record of it, after whatever the same change wrote before. */
import {type Digest, type ReceiptId, type Revocation, type RevocationCause, signingBytes} from '#protocol'
import {foldRevoked} from '../mint/fold-withdrawal.ts'
import {mintEvent} from '../mint/mint-event.ts'
import {headAfter, nextTime} from '../mint/mint-record.ts'
import {acceptSignedRevocation, mintRevocationBody} from '../mint/mint-revocation.ts'
import type {EventRecord, LedgerHead} from '../model/record.ts'
import type {LiveReceipt, ScopeKey, ScopeState} from '../model/state.ts'
import type {IssuerTools} from './tools.ts'

export interface RevokeOrder {
  readonly receipts: readonly LiveReceipt[]
  readonly scope: ScopeKey
  readonly repository: {readonly name: string; readonly ownerId: number; readonly public: boolean}
  readonly by: {readonly id: number; readonly login: string}
  readonly statement?: {readonly id: number; readonly digest: Digest} | undefined
  readonly cause: RevocationCause
  readonly nonce: string
  /** What the first of the records follows. */
  readonly head: LedgerHead
}

export interface Revoked {
  readonly receipt: LiveReceipt
  readonly revocation: Revocation
  readonly record: EventRecord
}

export async function revokeAll(
  {receipts, ...order}: RevokeOrder,
  tools: Pick<IssuerTools, 'signer' | 'now'>,
): Promise<readonly Revoked[]> {
  const revoked: Revoked[] = []
  let {head} = order
  for (const receipt of receipts) {
    const one = await revokeOne({...order, head, receipt}, tools)
    revoked.push(one)
    head = headAfter(head, one.record)
  }
  return revoked
}

/** What one change ends: engines bound a transaction, and DynamoDB's takes 47 records. */
const mostAtOnce = 40
const maxRounds = 1000

export interface SurplusOrder extends Omit<RevokeOrder, 'receipts' | 'head'> {
  /** The receipts that are meant, at a moment in milliseconds. */
  readonly choose: (state: ScopeState, now: number) => readonly LiveReceipt[]
}

/** Leaves as many of them as one change takes. Each part is durable by itself: whoever is cut off goes on from there. */
export async function revokeSurplus(
  {choose, ...order}: SurplusOrder,
  tools: Pick<IssuerTools, 'store' | 'signer' | 'now'>,
): Promise<void> {
  const {scope} = order
  for (let round = 0; round < maxRounds; round++) {
    const read = await tools.store.read(scope)
    const receipts = choose(read.state, tools.now())
    if (receipts.length <= mostAtOnce) return
    const revoked = await revokeAll({...order, receipts: receipts.slice(0, mostAtOnce), head: read.head}, tools)
    const at = tools.now()
    const appends = {
      scope,
      records: revoked.map(({record}) => record),
      state: foldRevoked(read.state, revoked, at),
      read,
    }
    await tools.store.commit({appends, at})
  }
  throw new Error(`other changes came first ${maxRounds} times`)
}

type OneOrder = Omit<RevokeOrder, 'receipts'> & {readonly receipt: LiveReceipt}

async function revokeOne(
  {receipt, scope, repository, head, ...order}: OneOrder,
  {signer, now}: Pick<IssuerTools, 'signer' | 'now'>,
): Promise<Revoked> {
  const at = nextTime(head, now())
  const body = mintRevocationBody({
    ...order,
    receipt: receipt.id,
    repositoryId: scope.repositoryId,
    at: Date.parse(at),
    publicKey: signer.publicKey,
  })
  const revocation = acceptSignedRevocation(body, await signer.sign(signingBytes(body)))
  const record = mintEvent({
    head,
    at,
    event: 'receipt.revoked',
    receipt: receipt.id,
    body: revocation,
    scope,
    repository: repository.name,
    ownerId: repository.ownerId,
    // What was minted while private stays private, and what is private now shows nothing new.
    public: receipt.public && repository.public,
    once: revokedOnce(receipt.id),
  })
  return {receipt, revocation, record}
}

const revokedOnce = (receipt: ReceiptId): string => `revoked/${receipt}`
