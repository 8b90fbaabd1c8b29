/** Execution (formats §6): that a deployment began and how it ended, as its job reports. Recorded, and decides nothing. */
import {type MicrosTime, isPlainObject, parseJson, printSecondsTime, secondsTimeToMs} from '#protocol'
import {foldUsed} from '../mint/fold-scope.ts'
import {nextTime} from '../mint/mint-record.ts'
import type {FoundEvent, RecordReader} from '../model/lookups.ts'
import type {OnceTools} from './tools.ts'
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

const outcomes = ['success', 'failure', 'cancelled'] as const

export type Execution =
  {readonly event: 'started'} | {readonly event: 'finished'; readonly outcome: (typeof outcomes)[number]}

/** The request's body; undefined for anything but exactly these members. */
export function parseExecution(body: Uint8Array): Execution | undefined {
  const json = parseJson(body)
  if (!json.ok || !isPlainObject(json.value)) return undefined
  const {event, outcome, ...more} = json.value
  if (Object.keys(more).length > 0) return undefined
  if (event === 'started') return outcome === undefined ? {event} : undefined
  const known = outcomes.find((word) => word === outcome)
  return event === 'finished' && known !== undefined ? {event, outcome: known} : undefined
}

export type RecordedExecution = RecordedReport & Execution

export type ExecuteTools = Omit<OnceTools, 'idempotency'> & {
  readonly records: RecordReader
  readonly takeTurn: TakeTurn
}

/** A job ends after its receipt does, but not a week after. */
const reportsForMs = 7 * 86_400_000
/** The store shows a hundred events of a receipt: a revocation and a redemption must always be among them. */
const mostReports = 90

/** What came of it is recorded of revoked and used receipts too: that is when it matters most. */
export async function execute(
  telling: JobReport,
  execution: Execution,
  tools: ExecuteTools,
): Promise<JobAnswer<RecordedExecution>> {
  const {store, now, records} = tools
  const {id, expiresAt} = telling.found.receipt
  if (!(now() < secondsTimeToMs(expiresAt) + reportsForMs)) return refuse({code: 'expired', expiresAt})
  const order = orderOf(telling, execution)
  const round = async (): Promise<JobAnswer<RecordedExecution> | 'lost'> => {
    const read = await store.read(scopeOf(telling))
    // What the same attempt of the same run said first: by its name, since what happened to a receipt may lag.
    const first = await records.eventOnce(order.once)
    if (first !== undefined) return {kind: 'recorded', told: toldOf(first)}
    if ((await records.events(id)).length >= mostReports) return refuse({code: 'reports_exhausted'})
    const at = nextTime(read.head, now())
    const body = bodyOf({telling, at, execution, nonce: tools.newIds().nonce})
    const record = mintJobReport({telling, head: read.head, at, ...order, body})
    const appends = {scope: record.scope, records: [record], state: foldUsed(read.state, id), read}
    const committed = await store.commit({appends, at: msOf(at)})
    return committed === 'committed' ? {kind: 'recorded', told: toldOf(record)} : 'lost'
  }
  return await tools.takeTurn('ledger', () => inRounds(round))
}

const eventOf = {started: 'deploy.started', finished: 'deploy.finished'} as const

const orderOf = ({found, job: {run}}: JobReport, execution: Execution) => ({
  event: eventOf[execution.event],
  once: `executed/${found.receipt.id}/${run.id}/${run.attempt}/${execution.event}`,
})

interface ReportBody {
  readonly telling: JobReport
  readonly at: MicrosTime
  readonly execution: Execution
  /** 128 random bits, hex: without them the digest in the public ledger could be guessed from ids of runs. */
  readonly nonce: string
}

function bodyOf({telling: {found, job}, at, execution, nonce}: ReportBody): object {
  const told: RecordedReport = {receipt: found.receipt.id, run: job.run, at: printSecondsTime(msOf(at))}
  return {...told, ...execution, environment: job.environment === undefined ? 'not attested' : 'attested', nonce}
}

/** Our own writing: the JSON's shape is trusted. The nonce stays with the record. */
function toldOf({body}: Pick<FoundEvent, 'body'>): RecordedExecution {
  const {receipt, run, at, ...said} = JSON.parse(body) as RecordedExecution
  return said.event === 'started'
    ? {receipt, run, event: said.event, at}
    : {receipt, run, event: said.event, outcome: said.outcome, at}
}
