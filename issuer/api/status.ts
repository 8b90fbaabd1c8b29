/** What a receipt is now, as a signed status (formats §6): read from what forbids, after a look at its approvers. */
import {
  type Receipt,
  type ReceiptId,
  type SecondsTime,
  type Status,
  type StatusBody,
  type StatusWord,
  printSecondsTime,
  printSignature,
  secondsTimeToMs,
  signingBytes,
  stateAt,
  verifyStatus,
} from '#protocol'
import type {ScopeKey} from '../model/state.ts'
import type {RecordReader} from '../model/lookups.ts'
import type {RepositorySource} from '../github/repository.ts'
import {type StandingTools, checkApprovers, findLive} from '../decide/standing.ts'

export type StatusTools = StandingTools & {readonly records: RecordReader; readonly repositories: RepositorySource}

/** The reader throws GitHubUnavailable while nobody can tell whether the approvers still stand. */
export function createStatusReader(tools: StatusTools): (receipt: Receipt) => Promise<Status> {
  const look = seldom(async (receipt) => {
    const {repositoryId: id, repository: name} = receipt.scope
    await checkApprovers({receipt, repository: await tools.repositories.fetchRepository({id, name})}, tools)
  }, tools)
  return async (receipt) => {
    const {state} = await tools.store.read(keyOf(receipt))
    const isLive = findLive(state.receipts, receipt.id) !== undefined
    if (isLive && tools.now() < secondsTimeToMs(receipt.expiresAt)) await look(receipt)
    // Said as of a moment before it is read, so that nothing which came first is left out.
    const at = printSecondsTime(tools.now())
    return await signStatus({receipt: receipt.id, status: await readWord(receipt, at, tools), at}, tools)
  }
}

/** GitHub is asked about one receipt no oftener, whoever asks for its status; an outage rests as long. */
const restMs = 30_000

function seldom(ask: (receipt: Receipt) => Promise<void>, {now}: Pick<StatusTools, 'now'>): typeof ask {
  const looks = new Map<ReceiptId, {readonly until: number; readonly look: Promise<void>}>()
  return (receipt) => {
    for (const [id, {until}] of looks) if (!(now() < until)) looks.delete(id)
    const before = looks.get(receipt.id)
    if (before !== undefined) return before.look
    const look = ask(receipt)
    looks.set(receipt.id, {until: now() + restMs, look})
    return look
  }
}

const keyOf = ({scope: {repositoryId, environment}}: Receipt): ScopeKey => ({repositoryId, environment})

/** The scope's state forgets receipts that are over; what is missing there before its time was revoked. */
async function readWord(receipt: Receipt, at: SecondsTime, {store, records}: StatusTools): Promise<StatusWord> {
  const {id, expiresAt} = receipt
  const live = findLive((await store.read(keyOf(receipt))).state.receipts, id)
  const events = new Set((await records.events(id)).map(({entry}) => entry.event))
  const isRevoked = events.has('receipt.revoked') || (live === undefined && at < expiresAt)
  const isRedeemed = live?.redeemed !== undefined || events.has('receipt.redeemed')
  return stateAt({expiresAt, revokedAt: isRevoked ? at : undefined, redeemedAt: isRedeemed ? at : undefined}, at)
}

async function signStatus(
  said: Pick<StatusBody, 'receipt' | 'status' | 'at'>,
  {signer}: Pick<StatusTools, 'signer'>,
): Promise<Status> {
  const body: StatusBody = {type: 'countersign.status/v1', ...said, publicKey: signer.publicKey}
  const status: Status = {...body, signature: printSignature(await signer.sign(signingBytes(body)))}
  const keys = new Map([[body.publicKey, {key: body.publicKey, status: 'trusted' as const}]])
  const verdict = verifyStatus(status, {keys, now: secondsTimeToMs(body.at), receipt: body.receipt})
  if (!verdict.valid) throw new Error(`the signed status does not verify: ${verdict.code}`)
  return status
}
