/** Panels whose time has come. Called on a timer; may run again without harm. */
import type {PanelNotes} from '../model/panel-notes.ts'
import type {Inbox} from '../model/inbox.ts'

export interface DatingTools {
  readonly panelNotes: PanelNotes
  readonly inbox: Pick<Inbox, 'put'>
}

/** A freeze may end for every pull request of an owner at once: the others come at the next call. */
const datesAtOnce = 100

/**
 * A panel whose time has come goes the way of every delivery: behind no statement, and again until GitHub answers.
 * Whoever finds it first announces it; under its id nobody does so twice.
 */
export async function announceDates(now: number, {panelNotes, inbox}: DatingTools): Promise<void> {
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
