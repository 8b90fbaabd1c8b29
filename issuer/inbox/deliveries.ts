/** What is done about a delivery from the inbox, for how long it is tried, and what is said when it is given up. */
import {type AuthorizeTools, giveUp, handleStatement} from '../decide/authorize.ts'
import {type ClosedTools, handleClosed} from '../decide/closed.ts'
import {handleDeletion} from '../decide/deletion.ts'
import {waitForLag} from '../decide/lag.ts'
import {type Checked, type Taken, laneOf} from '../model/inbox.ts'
import type {PanelNotes} from '../model/panel-notes.ts'

export type DeliveryTools = AuthorizeTools & ClosedTools & {readonly panelNotes: PanelNotes}

export async function handleDelivery({notice, receivedAt}: Taken, tools: DeliveryTools): Promise<void> {
  switch (notice.kind) {
    case 'push':
      return await tools.pushLog.keep(notice.push)
    case 'statement':
      return await handleStatement({...notice, receivedAt}, tools)
    case 'proposed':
      if (notice.push !== undefined) await tools.pushLog.keep(notice.push)
      if ((await tools.panels.refresh(notice.pull)) === 'gone')
        waitForLag('the pull request', {receivedAt, now: tools.now()})
      return
    case 'closed':
      await handleClosed(notice.pull, tools)
      await tools.panels.refresh(notice.pull)
      return
    case 'merged':
      await tools.panels.refresh(notice.pull)
      return
    case 'deleted':
      return await handleDeletion(notice.deletion, tools)
    case 'checked':
      return await handleChecked(notice.checked, receivedAt, tools)
    case 'dated':
      await tools.panels.refresh(notice.place)
      return
    default:
      return notice satisfies never
  }
}

/** Milliseconds by which clocks may differ, and GitHub's answers lag behind what it announced. */
const lag = 2000

/** GitHub is asked only for panels that wait for this very check, and once for checks that end together. */
async function handleChecked(
  {repository, installation, commit, check}: Checked,
  receivedAt: number,
  {panelNotes, panels}: DeliveryTools,
): Promise<void> {
  for (const {place, readAt, awaits} of await panelNotes.awaiting(repository.id, commit)) {
    const isSeen = receivedAt + lag < readAt
    if (isSeen || awaits?.checks.includes(check) !== true) continue
    await panels.refresh({repository, installation, pullRequest: place.pullRequest})
  }
}

const quarter = 15 * 60_000
const day = 24 * 3_600_000

/**
 * In milliseconds. An authorization counts for 15 minutes (formats §8), so a longer try could only answer "say it
 * again". What forbids is tried for as long as receipts may live, and nobody else comes back to a panel whose time has come.
 */
export const patience = ({notice}: Taken): number =>
  laneOf(notice) === 'forbids' || notice.kind === 'dated' ? day : quarter

/** Only a statement has somebody who waits for an answer. */
export async function giveUpDelivery(
  {notice}: Taken,
  cause: 'github' | 'internal',
  tools: DeliveryTools,
): Promise<void> {
  if (notice.kind === 'statement') await giveUp(notice.statement, cause, tools)
}
