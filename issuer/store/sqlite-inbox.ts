/** The durable inbox in SQLite: a row is a delivery, and what was taken is leased. */
import type {DatabaseSync} from 'node:sqlite'
import type {Inbox, Notice, Taken} from '../model/inbox.ts'
import type {Row} from './sqlite-table.ts'

/** Milliseconds. A worker that died gives its delivery back after this. */
const leaseLength = 60_000

/**
 * One statement, so one transaction. A lease that ends later than one lease from now was taken under a clock that ran
 * ahead: it holds nothing, else one wrong clock would stop a lane for as long as it was wrong.
 */
const takeNext = `
  UPDATE deliveries SET attempt = attempt + 1, leased_until = :now + ${leaseLength}
  WHERE place = (
    SELECT place FROM deliveries AS waiting
    WHERE done = 0 AND due_at <= :now AND NOT EXISTS (
      SELECT 1 FROM deliveries AS held
      WHERE held.lane = waiting.lane AND held.done = 0
        AND held.leased_until > :now AND held.leased_until <= :now + ${leaseLength})
    ORDER BY place LIMIT 1)
  RETURNING id, lane, notice, received_at, attempt`

export function sqliteInbox(db: DatabaseSync): Inbox {
  return {
    put: async ({id, lane, notice, receivedAt}) => {
      const {changes} = db
        .prepare(
          `INSERT INTO deliveries (id, lane, notice, received_at, due_at) VALUES (?, ?, ?, ?, 0)
           ON CONFLICT (id) DO NOTHING`,
        )
        .run(id, lane, JSON.stringify(notice), receivedAt)
      return Promise.resolve(changes === 1 ? 'new' : 'known')
    },
    take: async (now) => {
      const row = db.prepare(takeNext).get({now})
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
  }
}

/** The table is STRICT: a column holds what it was made for. */
const parseTaken = (row: Row): Taken => ({
  id: String(row['id']),
  lane: Number(row['lane']),
  notice: JSON.parse(String(row['notice'])) as Notice, // Our own writing, from a narrowed webhook.
  receivedAt: Number(row['received_at']),
  attempt: Number(row['attempt']),
})
