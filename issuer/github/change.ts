/** What would be let out and who had a hand in it: the pull request, its commit, its people, its size. */
import {type CommitSha, parseCommitSha} from '#protocol'
import type {Connection} from './client.ts'
import {splitName} from './repository.ts'
import {
  type OwnCommits,
  type Pushers,
  fetchActivity,
  fetchOwnCommits,
  maxCommits,
  maxMoves,
  tracePushers,
} from './people.ts'
import {type Field, shown} from './answer.ts'
import {
  type Commit,
  type Files,
  type Place,
  fetchCommit,
  fetchComparison,
  fetchDistance,
  fetchMergeBase,
  fetchOwnFiles,
  fetchReach,
} from './commits.ts'
import type {ChangeFacts, CheckRunFacts, Comparison, FactSource, PullPlace} from '../model/facts.ts'
import {fetchPullRequest, type PullRequestFacts} from './pull-request.ts'

type Known = Parameters<FactSource['fetchChange']>[1]

export async function fetchChange(
  connection: Connection,
  {pull: announced, known}: {readonly pull: PullPlace; readonly known: Known},
): Promise<ChangeFacts | 'gone'> {
  const pull = await fetchPullRequest(connection, announced)
  if (pull === 'gone') return 'gone'
  const {baseline} = known
  const place: Place = {connection, at: splitName(baseline.repository.name), ranges: new Map()}
  const {pullRequest, size, firstByAuthor} = pull
  // Of an open pull request the head is what can be authorized, of a merged one the merge commit alone.
  const candidate = pullRequest.mergeCommit ?? pullRequest.head.sha
  const [commit, own] = await Promise.all([fetchCommit(place, candidate), fetchOwn(place, pull)])
  const around = {pull, own, commit, known}
  const [mergeReachable, pushers, behindBy, brought, checks] = await Promise.all([
    pullRequest.mergeCommit && fetchReach(place, {base: pullRequest.mergeCommit, head: baseline.main.sha}),
    readPushers(place, around),
    readDistance(place, around),
    readBrought(place, {...around, candidate}),
    fetchChecks(place, candidate),
  ])
  return {
    repository: baseline.repository,
    policy: baseline.policy,
    pullRequest,
    commit: {sha: commit.sha, tree: commit.tree},
    mergeReachable,
    authors: own === 'too-many' ? tooManyCommits : {kind: 'seen', people: own.people},
    pushers,
    size,
    ...brought,
    ...checks,
    unsignedCommits: own === 'too-many' ? size.commits : own.unsigned,
    behindBy,
    firstByAuthor,
  }
}

const tooManyCommits = {
  kind: 'unseen',
  why: `the pull request has more than ${maxCommits} commits, and GitHub lists no more`,
} as const

async function fetchOwn(place: Place, {pullRequest, size}: PullRequestFacts): Promise<OwnCommits | 'too-many'> {
  if (size.commits > maxCommits) return 'too-many'
  return fetchOwnCommits(place, {number: pullRequest.number, head: pullRequest.head.sha, count: size.commits})
}

interface ChangeContext {
  readonly pull: PullRequestFacts
  readonly own: OwnCommits | 'too-many'
  readonly commit: Commit
  readonly known: Known
}

/** Everything since the last authorized commit, not the pull request alone (formats §8); without one, its own files. */
async function readBrought(
  place: Place,
  {pull, known, candidate}: ChangeContext & {readonly candidate: CommitSha},
): Promise<Files & {readonly since?: Comparison}> {
  if (known.lastAuthorized !== undefined) {
    return fetchComparison(place, {base: known.lastAuthorized, head: candidate})
  }
  return fetchOwnFiles(place, {number: pull.pullRequest.number, count: pull.size.files})
}

/** The base's tip is asked for the default branch alone; of another one GitHub's word in the pull request serves. */
async function readDistance(place: Place, {pull, known}: ChangeContext): Promise<number | 'unknown'> {
  const {head, base, state} = pull.pullRequest
  if (state === 'merged') return 0
  const {repository, main} = known.baseline
  const from = base.ref === repository.defaultBranch ? main.sha : parseCommitSha(pull.size.from)
  return from === undefined ? 'unknown' : fetchDistance(place, {base: from, head: head.sha})
}

async function readPushers(place: Place, around: ChangeContext): Promise<Pushers> {
  const {pull, own, known} = around
  const {head, base} = pull.pullRequest
  if (own === 'too-many') return tooManyCommits
  if (head.repositoryId !== base.repositoryId) {
    return {kind: 'unseen', why: 'the head branch is in another repository, where the issuer cannot see who pushes'}
  }
  const ref = `refs/heads/${head.ref}`
  const [announced, listed, mergeBase] = await Promise.all([
    known.pushes(ref),
    fetchActivity(place, ref),
    fetchLeaving(place, {...around, own}),
  ])
  if (listed === 'too-many') return {kind: 'unseen', why: `the head branch was moved more than ${maxMoves} times`}
  return tracePushers({head: head.sha, mergeBase, moves: [...announced, ...listed]})
}

/**
 * Where the branch left the base. Once merged, the base contains the head, so the base is taken as it was before the
 * merge: the merge commit's first parent. Of another base than the default branch it is not told, and the walk goes
 * back to the branch's creation. A merge base among the pull request's own commits (a base that was moved
 * onto them) would end the walk too early and hide who pushed, so it is none.
 */
async function fetchLeaving(
  place: Place,
  {pull, own, commit, known}: ChangeContext & {readonly own: OwnCommits},
): Promise<CommitSha | undefined> {
  const {head, base, state} = pull.pullRequest
  const [firstParent] = commit.parents
  const {repository, main} = known.baseline
  const left = state === 'merged' ? firstParent : base.ref === repository.defaultBranch ? main.sha : undefined
  if (left === undefined) return undefined
  const mergeBase = await fetchMergeBase(place, {base: left, head: head.sha})
  return mergeBase === undefined || own.shas.has(mergeBase) ? undefined : mergeBase
}

const runsPerPage = 100
const maxRunPages = 5

/** The check runs on the commit that can be authorized: all, not the latest of each name: a later run of the same name hides an earlier one there (threats A46). */
async function fetchChecks(
  {connection, at}: Place,
  sha: CommitSha,
): Promise<Pick<ChangeFacts, 'checks' | 'checksCut'>> {
  const checks: CheckRunFacts[] = []
  for (let page = 1; page <= maxRunPages; page += 1) {
    const answer = await connection.ask("the commit's check runs", (octokit) =>
      octokit.rest.checks.listForRef({...at, ref: sha, filter: 'all', per_page: runsPerPage, page}),
    )
    const {body} = shown(answer, `the commit ${sha}`)
    const runs = body.at('check_runs').list()
    checks.push(...runs.map(parseRun))
    if (runs.length < runsPerPage) return {checks, checksCut: checks.length < body.at('total_count').number()}
  }
  return {checks, checksCut: true}
}

const parseRun = (run: Field): CheckRunFacts => ({
  name: run.at('name').text(),
  app: run.at('app').optional()?.at('slug').optional()?.text() ?? '',
  status: run.at('status').text(),
  conclusion: run.at('conclusion').optional()?.text() ?? null,
})
