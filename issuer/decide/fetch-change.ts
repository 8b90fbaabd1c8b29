/** What a change is made of, with what the issuer itself knows of its branch and environment. */
import type {ChangeFacts, Baseline, PullPlace} from '../model/facts.ts'
import type {ScopeState} from '../model/state.ts'
import {waitForHead} from './lag.ts'
import type {FactTools} from './tools.ts'

export interface ChangeTools extends Pick<FactTools, 'facts' | 'pushLog'> {
  /** Milliseconds. */
  readonly now: () => number
}

interface Known {
  readonly baseline: Baseline
  /** Where `since` counts from; absent, the pull request's own files are all there is. */
  readonly state?: Pick<ScopeState, 'lastAuthorized'>
}

/** Throws GitHubUnavailable too while webhooks are ahead of what GitHub shows. */
export async function fetchChangeOf(
  place: PullPlace,
  {baseline, state}: Known,
  {facts, pushLog, now}: ChangeTools,
): Promise<ChangeFacts | 'gone'> {
  const pushes = (ref: string) => pushLog.pushes(place.repository.id, ref)
  const change = await facts.fetchChange(place, {baseline, pushes, lastAuthorized: state?.lastAuthorized})
  if (change === 'gone' || change.pullRequest.state !== 'open') return change
  const {head, base} = change.pullRequest
  // What is pushed to a fork is announced to nobody here.
  if (head.repositoryId === base.repositoryId) waitForHead(head.sha, await pushes(`refs/heads/${head.ref}`), now())
  return change
}
