/** What is done about a delivery from the inbox, for how long it is tried, and what is said when it is given up. */
import {giveUp, handleStatement} from './approve.ts'
import {handleClosed} from './close.ts'
import {readCommand} from './command/read-command.ts'
import type {IssuerTools} from './tools.ts'
import type {Taken} from './webhook/inbox.ts'

export async function handleDelivery({notice}: Taken, tools: IssuerTools): Promise<void> {
  switch (notice.kind) {
    case 'push':
      return await tools.pushLog.keep(notice.push)
    case 'statement':
      return await handleStatement(notice.statement, tools)
    case 'proposed':
      if (notice.push !== undefined) await tools.pushLog.keep(notice.push)
      return await tools.panels.refresh(notice.pull)
    case 'closed':
      await handleClosed(notice.pull, tools)
      return await tools.panels.refresh(notice.pull)
    default:
      return notice satisfies never
  }
}

const quarter = 15 * 60_000
const day = 24 * 3_600_000

/**
 * In milliseconds. An authorisation counts for 15 minutes (formats §8), so a longer try could only answer "say it
 * again". What ends a receipt is tried for as long as receipts may live.
 */
export function patience({notice}: Taken): number {
  if (notice.kind === 'closed') return day
  if (notice.kind !== 'statement') return quarter
  const reading = readCommand(notice.statement.comment.body)
  const ends = reading.kind === 'command' && (reading.command.kind === 'deny' || reading.command.kind === 'revoke')
  return ends ? day : quarter
}

/** Only a statement has somebody who waits for an answer. */
export async function giveUpDelivery({notice}: Taken, cause: 'github' | 'internal', tools: IssuerTools): Promise<void> {
  if (notice.kind === 'statement') await giveUp(notice.statement, cause, tools)
}
