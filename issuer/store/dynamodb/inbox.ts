/** The durable inbox in DynamoDB, for issuers that run as processes: a lane's turn is an item, its lease is a number. */
import {monotonicFactory} from 'ulid'
import type {Delivery, Inbox, Notice, Taken} from '../../model/inbox.ts'
import {type Item, type Key, integerOf, optionalInteger, textOf} from '../dynamodb-item.ts'
import type {Table} from '../dynamodb-table.ts'
import {isNew, isThere} from '../dynamodb-transaction.ts'

/** Milliseconds. A worker that died gives its delivery back after this. */
const leaseLength = 60_000
/** GitHub offers a delivery again for days, never for months. */
const keptForSeconds = 90 * 86_400

const deliveryKey = (id: string): Key => ({pk: `delivery#${id}`, sk: '-'})
const laneKey = (lane: number): Key => ({pk: `lane#${lane}`, sk: '-'})
const placeKey = (place: string): Key => ({pk: 'inbox', sk: place})

export function dynamoInbox(table: Table): Inbox {
  const nextPlace = monotonicFactory()
  return {
    put: async ({id, lane, notice, receivedAt}) => {
      const place = nextPlace(receivedAt)
      const waiting = {id, lane, notice: JSON.stringify(notice), receivedAt, attempt: 0, dueAt: 0}
      const put = await table.write([
        {put: {...deliveryKey(id), place, lane, receivedAt}, when: isNew},
        {put: {...placeKey(place), ...waiting}},
      ])
      return put === 'written' ? 'new' : 'known'
    },
    take: (now) => takeNext(table, now),
    done: (id, retryAt) => endLease(table, id, retryAt),
  }
}

/** Oldest first. Where another worker was faster its lane is passed over, as one that is leased. */
async function takeNext(table: Table, now: number): Promise<Taken | undefined> {
  const waiting = await table.query({hash: 'inbox'})
  const held = new Set(waiting.filter((item) => isLeased(item, now)).map((item) => integerOf(item, 'lane')))
  for (const item of waiting) {
    const lane = integerOf(item, 'lane')
    if (!(integerOf(item, 'dueAt') <= now) || held.has(lane)) continue
    const attempt = integerOf(item, 'attempt') + 1
    if (await lease(table, {item, attempt, lane, now})) return {...parseDelivery(item), attempt}
    held.add(lane)
  }
  return undefined
}

/**
 * A lease that ends later than one lease from now was taken under a clock that ran ahead: it holds nothing, else one
 * wrong clock would stop a lane for as long as it was wrong.
 */
function isLeased(item: Item, now: number): boolean {
  const until = optionalInteger(item, 'leasedUntil')
  return until !== undefined && until > now && until <= now + leaseLength
}

async function lease(
  table: Table,
  {
    item,
    attempt,
    lane,
    now,
  }: {readonly item: Item; readonly attempt: number; readonly lane: number; readonly now: number},
): Promise<boolean> {
  const leasedUntil = now + leaseLength
  const holder = textOf(item, 'id')
  const isFree = 'attribute_not_exists(#pk) OR #holder = :holder OR #leasedUntil <= :now OR #leasedUntil > :latest'
  const leased = await table.write([
    {
      update: placeKey(textOf(item, 'sk')),
      set: {attempt, leasedUntil},
      when: {says: '#attempt = :before', values: {before: attempt - 1}},
    },
    {
      put: {...laneKey(lane), holder, leasedUntil},
      when: {says: isFree, values: {holder, now, latest: leasedUntil}},
    },
  ])
  return leased === 'written'
}

async function endLease(table: Table, id: string, retryAt: number | undefined): Promise<void> {
  const kept = await table.get(deliveryKey(id))
  if (kept === undefined) return
  const place = placeKey(textOf(kept, 'place'))
  // What a done delivery said is forgotten: its id alone makes a redelivery known.
  const expires = Math.ceil(integerOf(kept, 'receivedAt') / 1000) + keptForSeconds
  await table.write(
    retryAt === undefined
      ? [{delete: place}, {update: deliveryKey(id), set: {expires}}]
      : [{update: place, set: {dueAt: retryAt}, remove: ['leasedUntil'], when: isThere}],
  )
  // Refused when the turn is another's by now. Cut off before this, the lane waits for the lease to run out.
  await table.write([{delete: laneKey(integerOf(kept, 'lane')), when: {says: '#holder = :id', values: {id}}}])
}

const parseDelivery = (item: Item): Delivery => ({
  id: textOf(item, 'id'),
  lane: integerOf(item, 'lane'),
  notice: JSON.parse(textOf(item, 'notice')) as Notice, // Our own writing, from a narrowed webhook.
  receivedAt: integerOf(item, 'receivedAt'),
})
