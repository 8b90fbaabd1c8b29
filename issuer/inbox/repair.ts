/** What a crash or an outage left unpublished, and panels whose time has come. Called on a timer; may run again without harm. */
import {publishOutcome} from '../decide/publish-outcome.ts'
import {type RefreshTools, placeOf, refreshQuietly} from '../decide/panels.ts'
import type {Unpublished} from '../model/idempotency.ts'
import type {PublishTools} from '../decide/tools.ts'
import type {PanelNotes} from '../model/panel-notes.ts'
import type {Inbox} from '../model/inbox.ts'

/** What was completed later than this is still in the hands of whoever completed it. */
const restMs = 60_000

/** A repository that is gone, an App that was taken away: what could not be sent for a day is left. */
const giveUpAfterMs = 24 * 3_600_000

type RepairTools = PublishTools & RefreshTools

export interface DatingTools {
  readonly panelNotes: PanelNotes
  readonly inbox: Pick<Inbox, 'put'>
}

export async function repair(now: number, tools: RepairTools & DatingTools): Promise<void> {
  await publishAgain(now, tools)
  await announceDates(now, tools)
}

/** A freeze may end for every pull request of an owner at once: the others come at the next call. */
const datesAtOnce = 100

/**
 * A panel whose time has come goes the way of every delivery: behind no statement, and again until GitHub answers.
 * Whoever finds it first announces it; under its id nobody does so twice.
 */
async function announceDates(now: number, {panelNotes, inbox}: DatingTools): Promise<void> {
  for (const note of await panelNotes.due(now, datesAtOnce)) {
    const {place, readAt} = note
    const {id} = place.repository
    // With a slash, so that no X-GitHub-Delivery takes its place.
    const delivery = {id: `panel/${id}/${place.pullRequest}/${readAt}`, repositoryId: id, receivedAt: now}
    await inbox.put({...delivery, notice: {kind: 'dated', place}})
    // From here it is durable in the inbox. Where the panel was read again meanwhile, that reading's date stays.
    await panelNotes.keep({...note, changesAt: undefined})
  }
}

/** One publication that fails holds up no other; it is tried again at the next call. */
async function publishAgain(now: number, tools: RepairTools): Promise<void> {
  for (const unpublished of await tools.outbox.unpublished(now - restMs)) {
    const {decision, key, completedAt} = unpublished
    try {
      await publishOutcome(unpublished, tools)
      tools.log.info({decision}, 'a publication was repaired')
      await refreshAfter(unpublished, tools)
    } catch (fault) {
      const late = !(now - completedAt < giveUpAfterMs)
      if (late) await tools.outbox.markPublished(key, now)
      tools.log.warn(
        {err: fault, decision},
        late ? 'a publication is given up' : 'a publication could not be repaired yet',
      )
    }
  }
}

async function refreshAfter({outcome}: Unpublished, tools: RepairTools): Promise<void> {
  const place = placeOf(outcome.publication)
  if (outcome.kind !== 'answered' && place !== undefined) await refreshQuietly(place, tools)
}
