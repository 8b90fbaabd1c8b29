/** Writes the panel: one comment of our own account on a pull request, found again by its mark and rewritten. */
import type {PullPlace} from '../model/facts.ts'
import type {Field} from '../github/answer.ts'
import type {GitHub} from '../github/client.ts'
import {splitName} from '../github/repository.ts'
import {type Conversation, fetchPages, isBy, writeComment} from './comments.ts'

export interface PanelLetter {
  readonly place: PullPlace
  /** Markdown without the mark; its first line is always the same, and never begins with `/`. */
  readonly body: string
  /** Whether a pull request that has no panel gets one. */
  readonly begin: boolean
}

/**
 * May be called again: what is as it should be is left alone. `none`: there is no panel, and none was begun. Throws
 * GitHubUnavailable.
 */
export type PanelSender = (letter: PanelLetter) => Promise<'there' | 'none'>

/** Unseen in Markdown. Anybody may write it: only a comment of our own account is the panel (threats A22). */
const mark = '<!-- countersign-panel -->'

export function createPanelSender(github: Pick<GitHub, 'connect' | 'ownAccount'>): PanelSender {
  return async ({place, body, begin}) => {
    const way: Way = {
      connection: github.connect(place.installation),
      at: splitName(place.repository.name),
      number: place.pullRequest,
      own: await github.ownAccount(),
      title: titleOf(body),
    }
    const text = `${body}\n\n${mark}`
    const found = await findPanels(way)
    if (found.length === 0) {
      if (!begin) return 'none'
      await writeComment(way, text, 'the panel')
    }
    // Another process may have begun one in the same moment: both see both now, and the older one stays.
    await settle(way, {found: found.length === 0 ? await findPanels(way) : found, text})
    return 'there'
  }
}

interface Way extends Conversation {
  /** The issuer's own account. */
  readonly own: number
  readonly title: string
}

interface Found {
  readonly id: number
  readonly body: string
}

/** Without the mark, so that it is never taken for a panel again. */
const retired = 'This was a second panel by mistake. What counts is kept up to date in the first one, further up.'

/** The oldest is the panel; any other is one too many. */
async function settle(
  way: Way,
  {found, text}: {readonly found: readonly Found[]; readonly text: string},
): Promise<void> {
  const [panel, ...others] = found
  if (panel !== undefined && panel.body !== text) await rewrite(way, {id: panel.id, text})
  for (const {id} of others) await rewrite(way, {id, text: retired})
}

/**
 * Our panels, oldest first. One is written when the pull request is opened, so the first page has it; else the newest
 * comments, for a pull request that is older than the issuer.
 */
async function findPanels(way: Way): Promise<readonly Found[]> {
  for await (const comments of fetchPages(way, 'first')) {
    const panels = comments.filter((comment) => isPanel(comment, way)).map(parseFound)
    if (panels.length > 0) return panels
  }
  return []
}

/** Whoever may edit it may take the mark away, or write below it: then its title tells. No other comment has that. */
function isPanel(comment: Field, {own, title}: Way): boolean {
  const body = comment.at('body').text()
  return isBy(own, comment) && (body.trimEnd().endsWith(mark) || titleOf(body) === title)
}

const titleOf = (body: string): string => body.split(/\r?\n/, 1)[0] ?? ''

const parseFound = (comment: Field): Found => ({id: comment.at('id').number(), body: comment.at('body').text()})

/** Gone in between: somebody deleted it, and the next event writes a new one. */
async function rewrite({connection, at}: Way, {id, text}: {readonly id: number; readonly text: string}): Promise<void> {
  await connection.ask('rewriting the panel', (octokit) =>
    octokit.rest.issues.updateComment({...at, comment_id: id, body: text}),
  )
}
