/** Asks GitHub to send again what did not arrive: it never does so by itself. Only an App can list its deliveries. */
import type {Answer, Field} from './answer.ts'
import type {Connection, GitHub} from './client.ts'

interface FailedDelivery {
  /** As text: GitHub's delivery ids can outgrow what a number holds exactly. */
  readonly id: string
  /** The same for every attempt of one delivery. */
  readonly guid: string
  readonly deliveredAt: number
}

/** What forbids counts however late it comes, and GitHub keeps its list for three days. */
export const redeliverForMs = 24 * 3_600_000

const perPage = 100
/** A delivery that fails this often will not arrive by another try. */
const maxAttempts = 5

/**
 * Asks again for each delivery since `since` (milliseconds) of which no attempt arrived, and tells how many those were.
 * Reads the newest 100 attempts alone; the caller's timer brings the next. A redelivery has the id of the first, so
 * whatever arrives twice is known.
 */
export async function redeliverFailed(github: Pick<GitHub, 'app'>, since: number): Promise<number> {
  if (github.app === undefined) return 0
  const {connection} = github.app
  const answer = await connection.ask("the App's deliveries", (octokit) =>
    octokit.rest.apps.listWebhookDeliveries({per_page: perPage}),
  )
  const missing = answer === 'gone' ? [] : chooseMissing(answer, since)
  for (const {id} of missing) await askAgain(connection, id)
  return missing.length
}

async function askAgain(connection: Connection, id: string): Promise<void> {
  await connection.ask('the redelivery', (octokit) => octokit.request(`POST /app/hook/deliveries/${id}/attempts`))
}

/** One failed attempt of each delivery that never arrived. */
function chooseMissing({body}: Answer, since: number): readonly FailedDelivery[] {
  const attempts = body.list().map((field) => ({...parseAttempt(field), arrived: hasArrived(field)}))
  const arrived = new Set(attempts.filter((attempt) => attempt.arrived).map(({guid}) => guid))
  const byGuid = Map.groupBy(attempts, ({guid}) => guid)
  return [...byGuid.values()].flatMap(([newest, ...earlier]) =>
    newest !== undefined && !arrived.has(newest.guid) && newest.deliveredAt >= since && earlier.length + 1 < maxAttempts
      ? [newest]
      : [],
  )
}

const hasArrived = (attempt: Field): boolean => {
  const status = attempt.at('status_code').number()
  return status >= 200 && status < 300
}

function parseAttempt(attempt: Field): FailedDelivery {
  return {
    id: attempt.at('id').parse((value) => {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
      return /^[1-9]\d{0,19}$/.test(text) ? text : undefined
    }, 'a numeric id'),
    guid: attempt.at('guid').text(),
    deliveredAt: attempt.at('delivered_at').parse((value) => {
      const time = Date.parse(String(value))
      return Number.isFinite(time) ? time : undefined
    }, 'a time'),
  }
}
