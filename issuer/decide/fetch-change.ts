/** What would be let out: the commit, and what it brings over what was authorized for the environment before. */
import {unreadable} from '../github/range.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import {basesOf} from '../mint/fold-scope.ts'
import type {Baseline, Candidate, ChangeFacts, PullPlace, RangeQuestion} from '../model/facts.ts'
import type {Request} from '../model/ruling.ts'
import type {EnvironmentPolicy} from '../model/ruling.ts'
import type {ScopeState} from '../model/state.ts'
import {waitForHead} from './lag.ts'
import type {FactTools} from './tools.ts'

export interface ChangeTools extends Pick<FactTools, 'facts' | 'pushLog'> {
  /** Milliseconds. */
  readonly now: () => number
}

interface Asked {
  readonly baseline: Baseline
  readonly environment: EnvironmentPolicy
  readonly state: ScopeState
  /** The commit that was asked for. */
  readonly named?: Request['sha']
  /** When it was asked, in milliseconds: GitHub has two minutes to tell. */
  readonly receivedAt?: number
  /** Accounts that speak for it. */
  readonly speakers?: readonly number[]
}

/** For what forbids: the head of before will do, and a range that GitHub does not show, so that nothing holds up a denial. */
export async function fetchChangeOf(place: PullPlace, asked: Asked, tools: ChangeTools): Promise<ChangeFacts | 'gone'> {
  const candidate = await tools.facts.fetchCandidate(place, asked)
  if (candidate === 'gone') return 'gone'
  try {
    return await fetchOver(place, {...asked, candidate}, tools)
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable)) throw fault
    return {...candidate, ...unreadable('GitHub does not show it')}
  }
}

/** For what allows: throws GitHubUnavailable too while webhooks are ahead of what GitHub shows. */
export async function fetchCurrentChange(
  place: PullPlace,
  asked: Asked,
  tools: ChangeTools,
): Promise<ChangeFacts | 'gone'> {
  const candidate = await fetchCurrentCandidate(place, asked, tools)
  return candidate === 'gone' ? 'gone' : await fetchOver(place, {...asked, candidate}, tools)
}

/** Without what it brings. Throws as fetchCurrentChange does. */
export async function fetchCurrentCandidate(
  place: PullPlace,
  asked: Pick<Asked, 'baseline' | 'named'>,
  tools: ChangeTools,
): Promise<Candidate | 'gone'> {
  const candidate = await tools.facts.fetchCandidate(place, asked)
  if (candidate === 'gone' || candidate.pullRequest.state !== 'open') return candidate
  const {head, base} = candidate.pullRequest
  // What is pushed to a fork is announced to nobody here.
  if (head.repositoryId !== base.repositoryId) return candidate
  waitForHead(head.sha, await tools.pushLog.pushes(place.repository.id, `refs/heads/${head.ref}`), tools.now())
  return candidate
}

const patienceMs = 120_000

/** The candidate with its range, files and people over what the environment's state is. */
export async function fetchOver(
  place: PullPlace,
  {candidate, environment, state, receivedAt, speakers = []}: Omit<Asked, 'baseline'> & {readonly candidate: Candidate},
  {facts, pushLog, now}: ChangeTools,
): Promise<ChangeFacts> {
  const question: RangeQuestion = {
    candidate,
    authorized: basesOf(state, {independence: environment.independence, now: now()}),
    ground: state.ground,
    pushes: (ref) => pushLog.pushes(place.repository.id, ref),
    pushesTo: (sha) => pushLog.pushesTo(place.repository.id, sha),
    speakers,
    isLate: receivedAt !== undefined && now() >= receivedAt + patienceMs,
  }
  const {baseTip: _, ...known} = candidate
  return {...known, ...(await facts.fetchRange(place, question))}
}
