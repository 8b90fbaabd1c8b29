/** Redemption (formats §6): the issuer records, once, that a run uses a receipt. Of several runs one wins (threats A24). */
import {printSecondsTime, secondsTimeToMs} from '#protocol'
import {foldUsed} from '../mint/fold-scope.ts'
import {nextTime} from '../mint/mint-record.ts'
import type {Redeemed} from '../model/state.ts'
import type {Append, ScopeReading} from '../model/store.ts'
import {type StandingTools, checkApprovers, findLive} from './standing.ts'
import {
  type JobAnswer,
  type JobReport,
  type RecordedReport,
  mintJobReport,
  msOf,
  refuse,
  scopeOf,
} from './job-report.ts'
import {type TakeTurn, inRounds} from '../store/turns.ts'

export type RedeemTools = StandingTools & {readonly takeTurn: TakeTurn}

/** Throws GitHubUnavailable when nobody can tell whether the approvers still stand. */
export async function redeem(telling: JobReport, tools: RedeemTools): Promise<JobAnswer<RecordedReport>> {
  const {found, repository} = telling
  await checkApprovers({receipt: found.receipt, repository}, tools)
  const round = async (): Promise<JobAnswer<RecordedReport> | 'lost'> => {
    const judged = judge(telling, await tools.store.read(scopeOf(telling)), tools)
    if (judged.kind !== 'usable') return judged
    const {appends, at} = judged
    // From here the use is durable: a job whose answer was lost asks again and is told the same.
    const committed = await tools.store.commit({appends, at})
    return committed === 'committed' ? tell(telling, {run: telling.job.run, at}) : 'lost'
  }
  return await tools.takeTurn('ledger', () => inRounds(round))
}

type Judged = JobAnswer<RecordedReport> | {readonly kind: 'usable'; readonly appends: Append; readonly at: number}

function judge(telling: JobReport, read: ScopeReading, {now, newIds}: RedeemTools): Judged {
  const {found, job} = telling
  const {id, expiresAt} = found.receipt
  const moment = nextTime(read.head, now())
  const at = msOf(moment)
  if (!(at < secondsTimeToMs(expiresAt))) return refuse({code: 'expired', expiresAt})
  const live = findLive(read.state.receipts, id)
  if (live === undefined) return refuse({code: 'revoked'})
  const {redeemed} = live
  if (redeemed !== undefined) {
    if (redeemed.run.id === job.run.id) return tell(telling, redeemed)
    return refuse({code: 'already_used', run: redeemed.run, at: printSecondsTime(redeemed.at)})
  }
  const order = {event: 'receipt.redeemed', once: `redeemed/${id}`, nonce: newIds().nonce, more: {}} as const
  const record = mintJobReport({telling, head: read.head, at: moment, ...order})
  const used = {...live, redeemed: {run: job.run, at}}
  const receipts = read.state.receipts.map((one) => (one === live ? used : one))
  const state = foldUsed({...read.state, receipts}, id)
  return {kind: 'usable', appends: {scope: record.scope, records: [record], state, read}, at}
}

const tell = ({found}: JobReport, {run, at}: Redeemed): JobAnswer<RecordedReport> => ({
  kind: 'recorded',
  told: {receipt: found.receipt.id, run, at: printSecondsTime(at)},
})
