/** The App's own list of deliveries: what GitHub sent to its webhook, or could not. It reaches back three days at most. */
import type {Field} from './answer.ts'
import type {Connection, GitHub} from './client.ts'
import {shown} from './answer.ts'

/** One attempt to deliver; a redelivery is another. */
export interface Attempt {
  /** As text: GitHub's delivery ids can outgrow what a number holds exactly. */
  readonly id: string
  /** X-GitHub-Delivery: the same for every attempt of one delivery. */
  readonly guid: string
  readonly event: string
  readonly action: string | undefined
  /** Milliseconds. */
  readonly deliveredAt: number
  /** The webhook took it. */
  readonly arrived: boolean
}

export interface AttemptPage {
  /** GitHub's own time; milliseconds. */
  readonly at: number
  readonly attempts: readonly Attempt[]
  /** Leads to older ones. */
  readonly next: string | undefined
}

/** Throws GitHubUnavailable when GitHub does not answer usably. */
export interface DeliveryList {
  /** Newest first. */
  fetchPage(cursor?: string): Promise<AttemptPage>
  /** What was sent. */
  fetchPayload(id: string): Promise<{readonly payload: unknown} | 'gone'>
}

const perPage = 100

/** Only an App has one. */
export const openDeliveryList = ({app}: Pick<GitHub, 'app'>): DeliveryList | undefined =>
  app && {
    fetchPage: (cursor) => fetchPage(app.connection, cursor),
    fetchPayload: (id) => fetchPayload(app.connection, id),
  }

async function fetchPage(connection: Connection, cursor: string | undefined): Promise<AttemptPage> {
  const asked = cursor === undefined ? {per_page: perPage} : {per_page: perPage, cursor}
  const what = "the App's deliveries"
  const answer = shown(await connection.ask(what, (octokit) => octokit.rest.apps.listWebhookDeliveries(asked)), what)
  return {
    at: answer.date(),
    attempts: answer.body.list().map(parseAttempt),
    next: answer.pageParameter('next', 'cursor'),
  }
}

async function fetchPayload(connection: Connection, id: string): Promise<{readonly payload: unknown} | 'gone'> {
  const answer = await connection.ask('a delivery', (octokit) => octokit.request(`GET /app/hook/deliveries/${id}`))
  if (answer === 'gone') return answer
  return {
    payload: answer.body
      .at('request')
      .at('payload')
      .parse<unknown>((value) => value, 'a payload'),
  }
}

function parseAttempt(attempt: Field): Attempt {
  const status = attempt.at('status_code').number()
  return {
    id: attempt.at('id').parse((value) => {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
      return /^[1-9]\d{0,19}$/.test(text) ? text : undefined
    }, 'a numeric id'),
    guid: attempt.at('guid').parse((value) => {
      return typeof value === 'string' && /^[0-9A-Za-z-]{1,64}$/.test(value) ? value : undefined
    }, 'a delivery’s id'),
    event: attempt.at('event').text(),
    action: attempt.at('action').optional()?.text(),
    deliveredAt: attempt.at('delivered_at').parse((value) => {
      const time = Date.parse(String(value))
      return Number.isFinite(time) ? time : undefined
    }, 'a time'),
    arrived: status >= 200 && status < 300,
  }
}
