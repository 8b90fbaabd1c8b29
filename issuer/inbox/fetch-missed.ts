/**
 * The second way in: what GitHub lists as sent to the App's webhook, and the inbox has not seen. GitHub sends nothing again
 * by itself, and what forbids must not hang on one delivery (threats A61).
 */
import type {Attempt, DeliveryList} from '../github/deliveries.ts'
import {type Delivery, type Inbox, laneOf} from '../model/inbox.ts'
import type {Log} from '../model/log.ts'
import type {Look, Looks} from '../model/looks.ts'
import type {Ignored} from './ignored.ts'
import {type NoticeTools, readDelivery} from './receive.ts'

export interface MissedTools extends NoticeTools {
  readonly list: DeliveryList
  /** Which of them are fetched. */
  readonly events: readonly string[]
  readonly looks: Looks
  /** A queue does not tell what was put: then what arrived is taken for seen. */
  readonly inbox: Pick<Inbox, 'put'> & Partial<Pick<Inbox, 'lacks'>>
  readonly ignored: Ignored
  readonly log: Log
}

/** What can forbid, and what a statement could be in. Of pushes and checks GitHub tells otherwise. */
export const eventsThatCount = ['issue_comment', 'pull_request'] as const

/** Milliseconds. The webhook's own clock is not GitHub's list's: what is tried for long is listed late. */
const overlap = 5 * 60_000
/** GitHub keeps no more. */
const farthest = 3 * 24 * 3_600_000
const maxPages = 100
const atOnce = 8
const listName = 'deliveries'

/** Gives how many were put into the inbox. May run again without harm. Throws when there is more to fetch. */
export async function fetchMissed(tools: MissedTools): Promise<number> {
  const last = await tools.looks.last(listName)
  const {at, attempts} = await lookBack(last, tools)
  const unseen = await findUnseen(attempts, tools)
  const read = await fetchAll(unseen, tools)
  // Before there was a look, all is old but what forbids, which has no end of life.
  const others = last === undefined ? [] : read.others
  for (const delivery of others) await tools.inbox.put(delivery)
  const newest = attempts[0]?.deliveredAt ?? last?.newest
  await tools.looks.keep(listName, {at, newest})
  const found = read.forbidding + others.length
  if (found > 0) tools.log.info({found}, 'deliveries that had not come in were fetched')
  return found
}

interface Listed {
  readonly at: number
  /** Newest first. */
  readonly attempts: readonly Attempt[]
}

/** All attempts since the last look. */
async function lookBack(last: Look | undefined, {list, log}: MissedTools): Promise<Listed> {
  const first = await list.fetchPage()
  const {at} = first
  const since = Math.max(at - farthest, last === undefined ? 0 : last.at - overlap)
  const attempts = [...first.attempts]
  let {next} = first
  for (let pages = 1; next !== undefined && pages < maxPages && !reaches(attempts, since); pages++) {
    const page = await list.fetchPage(next)
    attempts.push(...page.attempts)
    next = page.next
  }
  if (last !== undefined && hasGap(attempts, {at, since, last})) {
    const lookedAt = new Date(last.at).toISOString()
    log.warn(
      {lookedAt},
      'the list of deliveries does not reach back to the last one that is known: what was said since may have to be said again',
    )
  }
  return {at, attempts: attempts.filter(({deliveredAt}) => deliveredAt >= since)}
}

const reaches = (attempts: readonly Attempt[], since: number): boolean =>
  attempts.some(({deliveredAt}) => deliveredAt < since)

/** The newest of the last look must be in it still, unless it is about as old as GitHub keeps any. */
function hasGap(
  attempts: readonly Attempt[],
  {at, since, last}: {readonly at: number; readonly since: number; readonly last: Look},
): boolean {
  if (last.at < at - farthest) return true
  const {newest} = last
  if (newest === undefined || newest < at - farthest + 3_600_000) return false
  return !reaches(attempts, Math.max(since, newest + 1))
}

/** One attempt of each delivery that the inbox has not; oldest first. */
async function findUnseen(
  attempts: readonly Attempt[],
  {events, inbox, ignored}: MissedTools,
): Promise<readonly Attempt[]> {
  const counting = attempts.filter(({event, guid}) => events.includes(event) && !ignored.has(guid))
  const byGuid = new Map(counting.map((attempt) => [attempt.guid, attempt]))
  const arrived = new Set(counting.filter((attempt) => attempt.arrived).map(({guid}) => guid))
  const guids = [...byGuid.keys()].reverse()
  const unseen = inbox.lacks === undefined ? guids.filter((guid) => !arrived.has(guid)) : await inbox.lacks(guids)
  return unseen.flatMap((guid) => byGuid.get(guid) ?? [])
}

interface Read {
  /** How many of what forbids were put into the inbox. */
  readonly forbidding: number
  /** In the order in which they were delivered. */
  readonly others: readonly Delivery[]
}

/** What forbids is put into the inbox as soon as it is known, everything else when all of that is in it. */
async function fetchAll(unseen: readonly Attempt[], tools: MissedTools): Promise<Read> {
  const order = [...unseen.filter(mayForbid), ...unseen.filter((attempt) => !mayForbid(attempt))]
  const others = new Map<string, Delivery>()
  const faults: unknown[] = []
  let forbidding = 0
  for (let i = 0; i < order.length; i += atOnce) {
    const chunk = order.slice(i, i + atOnce)
    const fetched = await Promise.allSettled(chunk.map((attempt) => fetchOne(attempt, tools)))
    for (const one of fetched) {
      if (one.status === 'rejected' || one.value === undefined) continue
      if (laneOf(one.value.notice) !== 'forbids') others.set(one.value.id, one.value)
      else if ((await tools.inbox.put(one.value)) === 'new') forbidding += 1
    }
    const failed = fetched.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    faults.push(...failed)
    if (failed.length === chunk.length) break
  }
  // What is in the inbox is known at the next look, which begins where this one did.
  if (faults.length > 0) throw faults[0]
  return {forbidding, others: unseen.flatMap(({guid}) => others.get(guid) ?? [])}
}

const mayForbid = ({event, action}: Attempt): boolean => event === 'issue_comment' || action === 'closed'

async function fetchOne({id, guid, event}: Attempt, tools: MissedTools): Promise<Delivery | undefined> {
  const answer = await tools.list.fetchPayload(id)
  if (answer === 'gone') return undefined
  const delivery = readDelivery({id: guid, event, payload: answer.payload}, tools)
  if (typeof delivery !== 'string') return delivery
  tools.ignored.add(guid)
  return undefined
}
