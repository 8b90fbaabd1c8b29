/** What a change is made of, with what the issuer itself knows of its branch and environment. */
import type {ChangeFacts, Baseline, PullPlace} from '../model/facts.ts'
import type {ScopeState} from '../model/state.ts'
import {waitForHead} from './lag.ts'
import type {FactTools} from './tools.ts'

interface Known {
  readonly baseline: Baseline
  /** Where `since` counts from; absent, the pull request's own files are all there is. */
  readonly state?: Pick<ScopeState, 'lastAuthorized'>
}

/** For what forbids: the head of before will do, so that nobody's pushes hold up a denial. */
export const fetchChangeOf = (
  place: PullPlace,
  {baseline, state}: Known,
  {facts, pushLog}: Pick<FactTools, 'facts' | 'pushLog'>,
): Promise<ChangeFacts | 'gone'> =>
  facts.fetchChange(place, {
    baseline,
    pushes: (ref) => pushLog.pushes(place.repository.id, ref),
    lastAuthorized: state?.lastAuthorized,
  })

export interface ChangeTools extends Pick<FactTools, 'facts' | 'pushLog'> {
  /** Milliseconds. */
  readonly now: () => number
}

/** For what allows, and what says what would be: throws GitHubUnavailable too while webhooks are ahead of what GitHub shows. */
export async function fetchCurrentChange(
  place: PullPlace,
  known: Known,
  tools: ChangeTools,
): Promise<ChangeFacts | 'gone'> {
  const change = await fetchChangeOf(place, known, tools)
  if (change === 'gone' || change.pullRequest.state !== 'open') return change
  const {head, base} = change.pullRequest
  // What is pushed to a fork is announced to nobody here.
  if (head.repositoryId !== base.repositoryId) return change
  waitForHead(head.sha, await tools.pushLog.pushes(place.repository.id, `refs/heads/${head.ref}`), tools.now())
  return change
}
