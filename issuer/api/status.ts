/** What a receipt is now, as a signed status (formats §6): read from what forbids, after a look at its approvers. */
import {
  type Receipt,
  type ReceiptId,
  type SecondsTime,
  type Status,
  type UsingRun,
  printSecondsTime,
  secondsTimeToMs,
  stateAt,
} from '#protocol'
import type {ScopeKey} from '../model/state.ts'
import type {FoundEvent, RecordReader} from '../model/lookups.ts'
import type {RepositorySource} from '../github/repository.ts'
import {readHappened} from '../decide/happened.ts'
import {type Said, signStatus, usingRunOf} from '../decide/sign-status.ts'
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
    return await signStatus({receipt: receipt.id, ...(await readSaid(receipt, at, tools)), at}, tools)
  }
}

/** To a caller who may know: nothing that may be read is such a receipt, so to that caller it never was made. */
export const tellUnknown = (receipt: ReceiptId, {now, signer}: Pick<StatusTools, 'now' | 'signer'>): Promise<Status> =>
  signStatus({receipt, status: 'unknown', at: printSecondsTime(now())}, {signer})

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
async function readSaid(
  receipt: Receipt,
  at: SecondsTime,
  {store, records}: StatusTools,
): Promise<Pick<Said, 'status' | 'run'>> {
  const {id, expiresAt} = receipt
  const live = findLive((await store.read(keyOf(receipt))).state.receipts, id)
  const events = await records.events(id)
  const isRevoked =
    events.some(({entry}) => entry.event === 'receipt.revoked') || (live === undefined && at < expiresAt)
  const run = live?.redeemed === undefined ? readUse(events) : usingRunOf(live.redeemed)
  const life = {expiresAt, revokedAt: isRevoked ? at : undefined, redeemedAt: run === undefined ? undefined : at}
  return {status: stateAt(life, at), run}
}

function readUse(events: readonly FoundEvent[]): UsingRun | undefined {
  const {redemption} = readHappened(events)
  return redemption === null ? undefined : {...redemption.run, at: redemption.at}
}
