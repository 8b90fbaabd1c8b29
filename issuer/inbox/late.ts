/** What forbids and was to be carried out within a minute. */
import type {Inbox} from '../model/inbox.ts'
import type {Log} from '../model/log.ts'

const lateAfterMs = 60_000

export type Overdues = Pick<Inbox, 'overdue'>

export async function sayLate(now: number, {inbox, log}: {readonly inbox: Overdues; readonly log: Log}): Promise<void> {
  for (const {id, kind, saidAt, attempt} of await inbox.overdue(now - lateAfterMs)) {
    const since = new Date(saidAt).toISOString()
    log.error({delivery: id, kind, since, attempt}, 'what forbids is not carried out yet')
  }
}

export const hasOverdue = async (now: number, {overdue}: Partial<Overdues>): Promise<boolean> =>
  overdue !== undefined && (await overdue(now - lateAfterMs)).length > 0
