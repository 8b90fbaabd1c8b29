/**
 * GitHub's reads lag behind its webhooks. What it announced and does not show is looked for again, 1, 10 and 60 seconds
 * apart, before its absence is a fact.
 */
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {AnnouncedPush, Statement} from '../model/facts.ts'
import type {Outcome} from '../model/idempotency.ts'
import type {Log} from '../model/log.ts'
import {complete} from './rounds.ts'
import type {OnceTools} from './tools.ts'

export interface Age {
  /** When the webhook came, in milliseconds. */
  readonly receivedAt: number
  readonly now: number
  /** How often more it is looked for at most. */
  readonly looks?: number
}

/** Milliseconds after the webhook. */
const moments = [1000, 11_000, 71_000]

/** Throws GitHubUnavailable while it may still come to show; returns once what GitHub shows is to be believed. */
export function waitForLag(what: string, {receivedAt, now, looks = moments.length}: Age): void {
  const next = moments.slice(0, looks).find((after) => now < receivedAt + after)
  if (next === undefined) return
  const retryAfterMs = receivedAt + next - now
  throw new GitHubUnavailable('lagging', `${what}: GitHub does not show yet what it announced`, {retryAfterMs})
}

/** Throws GitHubUnavailable while webhooks told of a move off this head that GitHub does not show yet. */
export function waitForHead(head: string, pushes: readonly AnnouncedPush[], now: number): void {
  const moved = pushes.findLastIndex(({before}) => before === head)
  const isBack = pushes.slice(moved + 1).some(({after}) => after === head)
  const away = pushes[moved]
  if (away !== undefined && !isBack) waitForLag("the pull request's head", {receivedAt: away.receivedAt, now})
}

interface Waiting {
  readonly said: Statement
  readonly receivedAt: number
}

/** Once it is a fact that what a statement stands on is not there, nobody is answered, and the log says why. */
export async function endSilently(
  what: string,
  {said, receivedAt}: Waiting,
  tools: OnceTools & {readonly log: Log},
): Promise<Outcome> {
  waitForLag(what, {receivedAt, now: tools.now()})
  tools.log.info({comment: said.comment.id, pullRequest: said.pullRequest}, `not answered: ${what} is not there`)
  return await complete({said, words: {}}, tools)
}
