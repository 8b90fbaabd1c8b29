/** The panel of a pull request: one comment of the issuer's own, kept up to date, and what is remembered of it. */
import {type Origin, parseRepositoryId, parseRepositoryName} from '#protocol'
import type {PullPlace} from '../model/facts.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import {freezeLead} from '../policy/condition-rules.ts'
import type {Log} from '../model/log.ts'
import type {PanelNote, PanelNotes} from '../model/panel-notes.ts'
import type {Publication} from '../model/publication.ts'
import type {PanelSender} from '../publish/send-panel.ts'
import {shareTurns} from '../store/turns.ts'
import {type PanelReader, fetchPanel} from './fetch-panel.ts'
import {renderPanel} from '../publish/panel/render-panel.ts'
import type {Expected, Panel, Stage} from '../publish/panel/panel.ts'

export interface Panels {
  /** May be called again for the same one, and at once. Throws GitHubUnavailable when it should be tried again. */
  refresh(place: PullPlace): Promise<'gone' | 'done'>
}

export type PanelTools = PanelReader & {
  readonly issuer: Origin
  readonly log: Log
  readonly panelNotes: PanelNotes
  readonly sendPanel: PanelSender
}

export function keepPanels(tools: PanelTools): Panels {
  // One after another, so that what is read late is never overwritten by what was read early.
  const shareTurn = shareTurns<'gone' | 'done'>('begun')
  return {
    refresh: (place) => shareTurn(`${place.repository.id}/${place.pullRequest}`, () => refresh(place, tools)),
  }
}

/** Each further round is somebody else's, of another process, in the same seconds. */
const maxRounds = 3

async function refresh(announced: PullPlace, tools: PanelTools): Promise<'gone' | 'done'> {
  try {
    // What was read later elsewhere may be overwritten by this: then it is read once more.
    for (let round = 0; round < maxRounds; round++) {
      const written = await write(announced, tools)
      if (written !== 'older') return written === 'gone' ? 'gone' : 'done'
    }
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable) || fault.kind !== 'permission') throw fault
    // A locked conversation, a permission that was not given: trying again helps nobody.
    tools.log.warn({err: fault, pullRequest: announced.pullRequest}, 'a panel may not be written')
  }
  return 'done'
}

async function write(announced: PullPlace, tools: PanelTools): Promise<'kept' | 'older' | 'none' | 'gone'> {
  const readAt = tools.now()
  const panel = await fetchPanel(announced, tools)
  if (panel === undefined || panel === 'gone') return panel ?? 'none'
  // One that is over gets no new comment, and what stands there says how it ended.
  const begin = panel.pullRequest.state === 'open' || panel.subject.kind === 'change'
  const sent = await tools.sendPanel({place: panel.place, body: renderPanel(panel, tools.issuer), begin})
  return sent === 'none' ? 'none' : await tools.panelNotes.keep(noteOf(panel, readAt))
}

/** `readAt` is when its reading began; milliseconds. */
export function noteOf({place, subject}: Panel, readAt: number): PanelNote {
  switch (subject.kind) {
    case 'fork':
    case 'unreadable':
      return {place, readAt}
    case 'closed':
      return {place, readAt, changesAt: earliest(subject.stages.flatMap(datesOf), readAt)}
    case 'change': {
      const {stages, commit} = subject
      const checks = stages.filter(isOpen).flatMap(({rules}) => rules.checks.map(({name}) => name))
      const awaits = checks.length === 0 ? undefined : {commit, checks: [...new Set(checks)]}
      return {place, readAt, changesAt: earliest(stages.flatMap(datesOfExpected), readAt), awaits}
    }
    default:
      return subject satisfies never
  }
}

/** Of what is let out already, the panel says no more than that. */
const isOpen = ({state}: Stage): boolean => state.kind !== 'authorized'

/** Milliseconds; those that are over change nothing any more. Positive comparisons: NaN is no date. */
function earliest(dates: readonly number[], after: number): number | undefined {
  const coming = dates.filter((date) => date > after)
  return coming.length === 0 ? undefined : Math.min(...coming)
}

function datesOf({state}: Stage): readonly number[] {
  if (state.kind === 'authorized') return [state.receipt.expiresAt]
  return state.kind === 'waiting' ? [state.until] : []
}

const datesOfExpected = (stage: Expected): readonly number[] =>
  isOpen(stage)
    ? [
        ...datesOf(stage),
        ...(stage.earlier === undefined ? [] : [stage.earlier.expiresAt]),
        ...stage.rules.freeze.flatMap(({from, to}) => [from - freezeLead, to]),
      ]
    : datesOf(stage)

/** Where something was published; undefined for what is about no pull request. */
export function placeOf({repository, installation, pullRequest}: Publication): PullPlace | undefined {
  const [id, name] = [parseRepositoryId(repository.id), parseRepositoryName(repository.name)]
  return id === undefined || name === undefined || pullRequest === 0
    ? undefined
    : {repository: {id, name}, installation, pullRequest}
}

export interface RefreshTools {
  readonly panels: Panels
  readonly log: Log
}

/** After something whose outcome was published: an outage is told to the operator, and the next event repairs it. */
export async function refreshQuietly(place: PullPlace, {panels, log}: RefreshTools): Promise<void> {
  try {
    await panels.refresh(place)
  } catch (fault) {
    log.warn({err: fault, pullRequest: place.pullRequest}, 'a panel could not be refreshed')
  }
}

/** Of the other pull requests that lost a receipt. */
export async function refreshOthers(publication: Publication, tools: RefreshTools): Promise<void> {
  const place = placeOf(publication)
  if (place === undefined) return
  for (const pullRequest of publication.panels ?? []) await refreshQuietly({...place, pullRequest}, tools)
}
