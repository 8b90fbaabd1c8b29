/** Each way in which set-up ends without an App, in words: what happened, what is lost, what to do. */
import {html} from 'hono/html'
import type {ContentfulStatusCode} from 'hono/utils/http-status'
import type {NewApp} from './convert.ts'
import type {Trouble} from './pages.ts'

export interface Place {
  readonly issuer: string
  /** Where people see GitHub. */
  readonly github: string
}

export type ToldTrouble = Trouble & {readonly status: ContentfulStatusCode}

/** Says nothing of how, when or by whom: it is what a stranger reads. */
export const closed: ToldTrouble = {
  status: 404,
  title: 'Nothing is to be set up.',
  what: 'This issuer has its GitHub App.',
  steps: [],
}

/** For whoever comes from GitHub: a page that is loaded again, or the second of two. */
export const closedMeanwhile = ({issuer, github}: Place): ToldTrouble => ({
  ...closed,
  steps: [
    html`If you saw this page before, with the key to pin, you are done: <a href="${issuer}/">${issuer}</a> shows it,
      too.`,
    html`If somebody else was faster, delete the App that you have made, at
      <a href="${github}/settings/apps">${new URL(github).host}/settings/apps</a> or in the settings of your
      organization. It is the one whose webhook's deliveries fail.`,
  ],
})

const beginAgain = ({issuer}: Place) => html`<a href="${issuer}/setup">Begin again.</a>`

/** Before the credentials came, only GitHub knows the name of the App. */
const deleteUnfinished = ({github}: Place) =>
  html`Delete the App that you have just made, at
    <a href="${github}/settings/apps">${new URL(github).host}/settings/apps</a> or in the settings of your organization:
    this issuer does not have its key.`

export const wrongBrowser = (place: Place): ToldTrouble => ({
  status: 403,
  title: 'Not begun here.',
  what: 'This answer of GitHub belongs to no set-up that was begun in this browser within the last hour. Nothing was taken over.',
  steps: [
    'Did somebody else send you here? Then close this page: it would have connected this issuer to an App of theirs.',
    deleteUnfinished(place),
    beginAgain(place),
  ],
})

export const replayed = (place: Place): ToldTrouble => ({
  status: 403,
  title: 'Answered before.',
  what: 'GitHub has answered this set-up already, with another code. Nothing was taken over.',
  steps: [deleteUnfinished(place), beginAgain(place)],
})

export const withoutCode = (place: Place): ToldTrouble => ({
  status: 400,
  title: 'Without a code.',
  what: 'GitHub led back here without the code for the App, as when somebody cancels. Nothing was taken over.',
  steps: [beginAgain(place)],
})

export const gone = (place: Place): ToldTrouble => ({
  status: 410,
  title: 'The code is used up.',
  what: "GitHub does not know this code, or not any more: it counts once, and for an hour. The App's key can no longer be fetched.",
  steps: [
    html`If you loaded this page twice, look first: <a href="${place.issuer}/">${place.issuer}</a> answers when the
      issuer has its App.`,
    deleteUnfinished(place),
    beginAgain(place),
  ],
})

export const unusable = (place: Place, why: string): ToldTrouble => ({
  status: 502,
  title: 'An answer that cannot be used.',
  what: html`GitHub gives an App's credentials once, and gave them unusably. ${why}.`,
  steps: [deleteUnfinished(place), beginAgain(place)],
})

export const unreachable = (why: string): ToldTrouble => ({
  status: 503,
  title: 'GitHub did not answer.',
  what: html`The App is made, its credentials are not here yet. ${why}.`,
  steps: [
    'Load this page again, within the hour: GitHub keeps the credentials until they were fetched.',
    'If it says then that the code is used up, they were sent and got lost on the way; that page says what to do.',
  ],
})

/** The App stays at GitHub, where nothing of it is used. */
export const taken = ({name, settingsUrl}: NewApp): ToldTrouble => ({
  status: 409,
  title: 'Another was first.',
  what: 'While you confirmed this App, the issuer was given another one. It keeps that one.',
  steps: [html`Delete the App ${name} at <a href="${settingsUrl}/advanced">${settingsUrl}</a>: it is used by nobody.`],
})

export const failed: ToldTrouble = {
  status: 500,
  title: 'The issuer met an error.',
  what: 'Nothing was changed. Its log says what it was.',
  steps: ['Load this page again in a minute.'],
}

export const unkept: ToldTrouble = {
  status: 500,
  title: 'It could not be kept.',
  what: 'The issuer met an error of its own. Its log says which; a full disk or a missing permission are the usual ones.',
  steps: ['Put it right, do not stop the issuer, and load this page again: what GitHub gave is still at hand.'],
}
