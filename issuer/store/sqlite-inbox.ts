/** The durable inbox in SQLite: a row is a delivery, and what was taken is leased. */
import type {DatabaseSync} from 'node:sqlite'
import {parseRepositoryId} from '#protocol'
import {
  type Delivery,
  type Inbox,
  type Notice,
  type Overdue,
  type Taken,
  laneOf,
  saidAt,
  withdrawalOf,
} from '../model/inbox.ts'
import {inTransaction} from './sqlite-connection.ts'
import type {Row} from './sqlite-table.ts'

/** Milliseconds. A worker that died gives its delivery back after this. */
const leaseLength = 60_000
/** Milliseconds for which what was said later waits for what forbids, counted from when either came. */
const precedence = 15 * 60_000

/**
 * A lease that ends later than one lease from now was taken under a clock that ran ahead: it holds nothing, else one wrong
 * clock would stop a lane for as long as it was wrong. Nor does one that forbids and came in the future hold up anything.
 */
const firstOf = (lanes: string): string => `
  SELECT place FROM deliveries AS waiting
  WHERE done = 0 AND lane ${lanes} AND due_at <= :now
    AND NOT EXISTS (
      SELECT 1 FROM deliveries AS held
      WHERE held.repository = waiting.repository AND held.lane = waiting.lane AND held.done = 0
        AND held.leased_until > :now AND held.leased_until <= :now + ${leaseLength})
    AND (waiting.lane <> 'statements' OR waiting.received_at < :now - ${precedence} OR NOT EXISTS (
      SELECT 1 FROM deliveries AS no
      WHERE no.repository = waiting.repository AND no.lane = 'forbids' AND no.done = 0
        AND no.said_at <= waiting.said_at AND no.received_at BETWEEN :now - ${precedence} AND :now))
  ORDER BY place LIMIT 1`

/** One statement, so one transaction. */
const take = (first: string): string => `
  UPDATE deliveries SET attempt = attempt + 1, leased_until = :now + ${leaseLength}
  WHERE place = ${first}
  RETURNING id, repository, notice, received_at, attempt`

const forbidding = `(${firstOf("= 'forbids'")})`
const takeForbidding = take(forbidding)
const takeAny = take(`coalesce(${forbidding}, (${firstOf("<> 'forbids'")}))`)

export function sqliteInbox(db: DatabaseSync): Inbox {
  return {
    put: async (delivery) => Promise.resolve(inTransaction(db, () => put(db, delivery))),
    lacks: async (ids) => {
      const known = db.prepare('SELECT 1 FROM deliveries WHERE id = ?')
      return Promise.resolve(ids.filter((id) => known.get(id) === undefined))
    },
    take: async (now, only) => {
      const row = db.prepare(only === undefined ? takeAny : takeForbidding).get({now})
      return Promise.resolve(row === undefined ? undefined : parseTaken(row))
    },
    done: async (id, retryAt) => {
      // What a done delivery said is forgotten: its id alone makes a redelivery known.
      if (retryAt === undefined) {
        db.prepare('UPDATE deliveries SET done = 1, notice = NULL, leased_until = NULL WHERE id = ?').run(id)
      } else {
        db.prepare('UPDATE deliveries SET due_at = ?, leased_until = NULL WHERE id = ?').run(retryAt, id)
      }
      return Promise.resolve()
    },
    takeBack: async () => {
      db.exec('UPDATE deliveries SET leased_until = NULL WHERE done = 0 AND leased_until IS NOT NULL')
      return Promise.resolve()
    },
    repositories: async () => {
      const rows = db.prepare('SELECT DISTINCT repository FROM deliveries').all()
      return Promise.resolve(rows.flatMap(({repository}) => parseRepositoryId(repository) ?? []))
    },
    overdue: async (before) => {
      const rows = db
        .prepare(
          `SELECT id, notice ->> '$.kind' AS kind, said_at, attempt FROM deliveries
           WHERE done = 0 AND lane = 'forbids' AND said_at < ? ORDER BY said_at`,
        )
        .all(before)
      return Promise.resolve(rows.map(parseOverdue))
    },
  }
}

function put(db: DatabaseSync, delivery: Delivery): 'new' | 'known' {
  const {id, receivedAt} = delivery
  const notice = JSON.stringify(delivery.notice)
  if (db.prepare('SELECT 1 FROM deliveries WHERE id = ?').get(id) !== undefined) return 'known'
  const repeated = findRepeated(db, delivery)
  if (repeated === undefined) {
    insert(db, delivery, {notice, done: 0})
    return 'new'
  }
  const {last} = repeated
  if ((saidAt(last) ?? 0) > (saidAt(delivery) ?? 0)) {
    insert(db, delivery, {notice: null, done: 1})
    return 'new'
  }
  // It keeps its place in the lane, and what waits for the first of them waits on.
  db.prepare('UPDATE deliveries SET id = ?, notice = ?, received_at = ? WHERE place = ?').run(
    ...[id, notice, receivedAt, repeated.place],
  )
  insert(db, last, {notice: null, done: 1})
  return 'new'
}

/** The withdrawal that waits, is in nobody's hands and says the same. */
function findRepeated(
  db: DatabaseSync,
  {repositoryId, notice}: Delivery,
): {readonly place: number; readonly last: Taken} | undefined {
  const withdrawal = withdrawalOf(notice)
  if (withdrawal === undefined) return undefined
  const row = db
    .prepare(
      `SELECT place, id, repository, notice, received_at, attempt FROM deliveries
       WHERE done = 0 AND lane = 'forbids' AND repository = ? AND withdrawal = ? AND leased_until IS NULL`,
    )
    .get(repositoryId, withdrawal)
  return row === undefined ? undefined : {place: Number(row['place']), last: parseTaken(row)}
}

function insert(
  db: DatabaseSync,
  delivery: Delivery,
  {notice, done}: {readonly notice: string | null; readonly done: 0 | 1},
): void {
  const {id, repositoryId, receivedAt} = delivery
  const [said, withdrawal] = [saidAt(delivery) ?? null, withdrawalOf(delivery.notice) ?? null]
  db.prepare(
    `INSERT INTO deliveries (id, repository, lane, said_at, withdrawal, notice, received_at, due_at, done)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  ).run(id, repositoryId, laneOf(delivery.notice), said, withdrawal, notice, receivedAt, done)
}

/** The table is STRICT: a column holds what it was made for. */
function parseTaken(row: Row): Taken {
  const repositoryId = parseRepositoryId(row['repository'])
  if (repositoryId === undefined) throw new TypeError('the store holds a delivery of no repository')
  return {
    id: String(row['id']),
    repositoryId,
    notice: JSON.parse(String(row['notice'])) as Notice, // Our own writing, from a narrowed webhook.
    receivedAt: Number(row['received_at']),
    attempt: Number(row['attempt']),
  }
}

const parseOverdue = (row: Row): Overdue => ({
  id: String(row['id']),
  kind: String(row['kind']) as Notice['kind'],
  saidAt: Number(row['said_at']),
  attempt: Number(row['attempt']),
})
