/** Redemption (formats §6): the issuer records, once, that a run uses a receipt. Of several runs one wins (threats A24, A68). */
import {type Status, printSecondsTime, secondsTimeToMs} from '#protocol'
import {foldUsed} from '../mint/fold-scope.ts'
import {nextTime} from '../mint/mint-record.ts'
import type {LiveReceipt, Redeemed} from '../model/state.ts'
import type {Append, ScopeReading} from '../model/store.ts'
import {type StandingTools, checkApprovers, findLive} from './standing.ts'
import {type JobAnswer, type JobReport, mintJobReport, msOf, refuse, scopeOf} from './job-report.ts'
import {signStatus, usingRunOf} from './sign-status.ts'
import {type TakeTurn, inRounds} from '../store/turns.ts'

export type RedeemTools = StandingTools & {readonly takeTurn: TakeTurn}

/**
 * Answered with a signed status that names the run which uses the receipt: anything less could be said by whoever carries
 * it. Throws GitHubUnavailable when nobody can tell whether the approvers still stand.
 */
export async function redeem(telling: JobReport, tools: RedeemTools): Promise<JobAnswer<Status>> {
  const {found, repository} = telling
  await checkApprovers({receipt: found.receipt, repository}, tools)
  const round = async (): Promise<JobAnswer<Status> | 'lost'> => {
    const read = await tools.store.read(scopeOf(telling))
    const judged = judge(telling, read, tools)
    if (judged.kind === 'refused') return judged
    const status = await tell(telling, judged.used, tools)
    if (judged.kind === 'used before') return {kind: 'recorded', told: status}
    // From here the use is durable: a job whose answer was lost asks again and is told the same.
    const committed = await tools.store.commit(order({telling, read, status, judged}))
    return committed === 'committed' ? {kind: 'recorded', told: status} : 'lost'
  }
  return await tools.takeTurn('ledger', () => inRounds(round))
}

interface Usable {
  readonly kind: 'usable'
  readonly live: LiveReceipt
  readonly used: Redeemed
  readonly moment: ReturnType<typeof nextTime>
}

type Judged =
  | Usable
  | {readonly kind: 'used before'; readonly used: Redeemed}
  | Extract<JobAnswer<never>, {readonly kind: 'refused'}>

function judge(telling: JobReport, read: ScopeReading, {now}: Pick<RedeemTools, 'now'>): Judged {
  const {found, job} = telling
  const {id, expiresAt} = found.receipt
  const moment = nextTime(read.head, now())
  const at = msOf(moment)
  if (!(at < secondsTimeToMs(expiresAt))) return refuse({code: 'expired', expiresAt})
  const live = findLive(read.state.receipts, id)
  if (live === undefined) return refuse({code: 'revoked'})
  const {redeemed} = live
  if (redeemed === undefined) return {kind: 'usable', live, used: {run: job.run, at}, moment}
  return redeemed.run.id === job.run.id
    ? {kind: 'used before', used: redeemed}
    : refuse({code: 'already_used', run: redeemed.run, at: printSecondsTime(redeemed.at)})
}

const tell = ({found}: JobReport, used: Redeemed, {now, signer}: RedeemTools): Promise<Status> =>
  signStatus(
    {receipt: found.receipt.id, status: 'redeemed', at: printSecondsTime(now()), run: usingRunOf(used)},
    {signer},
  )

interface Use {
  readonly telling: JobReport
  readonly read: ScopeReading
  readonly judged: Usable
  readonly status: Status
}

/** The ledger carries the digest of the very status that is told. Its signature is what keeps it from being guessed. */
function order({telling, read, judged, status}: Use): {readonly appends: Append; readonly at: number} {
  const {live, used, moment} = judged
  const once = `redeemed/${status.receipt}`
  const record = mintJobReport({telling, head: read.head, at: moment, event: 'receipt.redeemed', once, body: status})
  const receipts = read.state.receipts.map((one) => (one === live ? {...live, redeemed: used} : one))
  const state = foldUsed({...read.state, receipts}, status.receipt)
  return {appends: {scope: record.scope, records: [record], state, read}, at: used.at}
}
