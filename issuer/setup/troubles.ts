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
  title: 'There is nothing to set up.',
  what: 'This issuer already has its GitHub App.',
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
  title: 'This set-up did not begin here.',
  what: 'This answer from GitHub does not belong to any set-up that began in this browser within the last hour. Nothing was stored.',
  steps: [
    'Did somebody else send you here? Then close this page: it would have connected this issuer to their App.',
    deleteUnfinished(place),
    beginAgain(place),
  ],
})

export const replayed = (place: Place): ToldTrouble => ({
  status: 403,
  title: 'Already answered.',
  what: 'GitHub has already answered this set-up, with another code. Nothing was stored.',
  steps: [deleteUnfinished(place), beginAgain(place)],
})

export const withoutCode = (place: Place): ToldTrouble => ({
  status: 400,
  title: 'There is no code.',
  what: 'GitHub sent you back without the code for the App, as it does when somebody cancels. Nothing was stored.',
  steps: [beginAgain(place)],
})

export const gone = (place: Place): ToldTrouble => ({
  status: 410,
  title: 'The code is used up.',
  what: "GitHub does not know this code, or no longer knows it: a code works once, within an hour. The App's key can no longer be fetched.",
  steps: [
    html`If you loaded this page twice, look first: <a href="${place.issuer}/">${place.issuer}</a> answers when the
      issuer has its App.`,
    deleteUnfinished(place),
    beginAgain(place),
  ],
})

export const unusable = (place: Place, why: string): ToldTrouble => ({
  status: 502,
  title: 'GitHub’s answer cannot be used.',
  what: html`GitHub gives an App's credentials only once, and these cannot be used. ${why}.`,
  steps: [deleteUnfinished(place), beginAgain(place)],
})

export const unreachable = (why: string): ToldTrouble => ({
  status: 503,
  title: 'GitHub did not answer.',
  what: html`The App exists, but its credentials are not here yet. ${why}.`,
  steps: [
    'Load this page again, within the hour: GitHub keeps the credentials until they are fetched.',
    'If it then says that the code is used up, they were sent and got lost on the way; that page says what to do.',
  ],
})

/** The App stays at GitHub, where nothing of it is used. */
export const taken = ({name, settingsUrl}: NewApp): ToldTrouble => ({
  status: 409,
  title: 'Another App was first.',
  what: 'While you confirmed this App, the issuer was given another one. It keeps that one.',
  steps: [html`Delete the App ${name} at <a href="${settingsUrl}/advanced">${settingsUrl}</a>: nothing uses it.`],
})

export const failed: ToldTrouble = {
  status: 500,
  title: 'The issuer ran into an error.',
  what: 'Nothing was changed. Its log says what it was.',
  steps: ['Load this page again in a minute.'],
}

export const unkept: ToldTrouble = {
  status: 500,
  title: 'The App could not be stored.',
  what: 'The issuer ran into an error. Its log says which; the usual causes are a full disk or a missing permission.',
  steps: ['Fix it without stopping the issuer, and load this page again: the issuer still has what GitHub gave it.'],
}
