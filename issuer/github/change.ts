/** What would be let out, but for what it brings: the pull request, the commit that can be authorized, its checks. */
import {type CommitSha, parseCommitSha} from '#protocol'
import type {Field} from './answer.ts'
import {shown} from './answer.ts'
import {fetchBranchTip, fetchCommit} from './commits.ts'
import {type Place, compare, contains} from './comparison.ts'
import type {Baseline, Candidate, ChangeFacts, CheckRunFacts, FactSource, PullPlace} from '../model/facts.ts'
import {fetchPullRequest, type PullRequestFacts} from './pull-request.ts'

type Known = Parameters<FactSource['fetchCandidate']>[1]

export async function fetchCandidate(
  place: Place,
  {pull: announced, known}: {readonly pull: PullPlace; readonly known: Known},
): Promise<Candidate | 'gone'> {
  const pull = await fetchPullRequest(place.connection, announced)
  if (pull === 'gone') return 'gone'
  const {baseline, named} = known
  const {pullRequest, firstByAuthor} = pull
  const {sha, mergeReachable} =
    pullRequest.mergeCommit === undefined
      ? {sha: pullRequest.head.sha}
      : await chooseMerged(place, {pullRequest, baseline, named, mergeCommit: pullRequest.mergeCommit})
  const baseTip = findBaseTip(pull, baseline)
  const [commit, behindBy, checks] = await Promise.all([
    fetchCommit(place, sha),
    fetchDistance(place, {pullRequest, baseTip}),
    fetchChecks(place, sha),
  ])
  return {
    repository: baseline.repository,
    policy: baseline.policy,
    pullRequest,
    commit: {sha: commit.sha, tree: commit.tree},
    mergeReachable,
    baseTip,
    ...checks,
    behindBy,
    firstByAuthor,
  }
}

interface Merged {
  readonly pullRequest: ChangeFacts['pullRequest']
  readonly baseline: Baseline
  readonly named: CommitSha | undefined
  readonly mergeCommit: CommitSha
}

/** What was named, where it contains the merge commit and is contained in the branch that it went into; else the merge commit. */
async function chooseMerged(
  place: Place,
  {pullRequest, baseline, named, mergeCommit}: Merged,
): Promise<{readonly sha: CommitSha; readonly mergeReachable: boolean}> {
  const {ref} = pullRequest.base
  const {repository, main} = baseline
  const tip = ref === repository.defaultBranch ? main.sha : await fetchBranchTip(place, ref)
  const isIn = async (sha: CommitSha): Promise<boolean> =>
    tip !== 'gone' && contains(await compare(place, {base: sha, head: tip}))
  if (named !== undefined && named !== mergeCommit) {
    const isOnTop = contains(await compare(place, {base: mergeCommit, head: named}))
    if (isOnTop && (await isIn(named))) return {sha: named, mergeReachable: true}
  }
  return {sha: mergeCommit, mergeReachable: await isIn(mergeCommit)}
}

/** Asked for the default branch alone; of another one GitHub's word in the pull request serves. */
function findBaseTip({pullRequest, baseSha}: PullRequestFacts, {repository, main}: Baseline): CommitSha | undefined {
  const isDefault = pullRequest.base.ref === repository.defaultBranch
  return pullRequest.state !== 'merged' && isDefault ? main.sha : parseCommitSha(baseSha)
}

/** How many commits of its base the head lacks. */
async function fetchDistance(
  place: Place,
  {pullRequest, baseTip}: Pick<Candidate, 'pullRequest' | 'baseTip'>,
): Promise<number | 'unknown'> {
  if (pullRequest.state === 'merged') return 0
  if (baseTip === undefined) return 'unknown'
  const compared = await compare(place, {base: baseTip, head: pullRequest.head.sha})
  return compared === 'gone' ? 'unknown' : compared.size.behind
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
