/** The pull request: its head and base, whose it is, where it stands and how large it is, and what policy it would bring. */
import {parseSecondsTime, secondsTimeToMs} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Connection} from './client.ts'
import {askCommit} from './commits.ts'
import {parseFiles} from './comparison.ts'
import {fetchPolicyFile, isNearPolicy} from './policy-file.ts'
import {type OwnerAndRepo, fetchRepository, splitName} from './repository.ts'
import {unusable} from './unavailable.ts'
import type {ChangeFacts, FileFacts, PolicyFacts, PullPlace} from '../model/facts.ts'

export interface PullRequestFacts {
  readonly pullRequest: ChangeFacts['pullRequest']
  /** Where its base stood when GitHub last looked. */
  readonly baseSha: string
  readonly fileCount: number
  readonly firstByAuthor: ChangeFacts['firstByAuthor']
}

/** `gone`: no such pull request, or one of another repository that has the name now. */
export async function fetchPullRequest(
  connection: Connection,
  place: Omit<PullPlace, 'installation'>,
): Promise<PullRequestFacts | 'gone'> {
  const at = splitName(place.repository.name)
  const answer = await connection.ask('the pull request', (octokit) =>
    octokit.rest.pulls.get({...at, pull_number: place.pullRequest}),
  )
  if (answer === 'gone' || answer.body.at('base').at('repo').at('id').number() !== place.repository.id) return 'gone'
  if (answer.body.at('number').number() !== place.pullRequest) {
    throw unusable('the pull request: GitHub answered with another one')
  }
  return parsePullRequest(answer)
}

function parsePullRequest({body: pull}: Answer): PullRequestFacts {
  const [head, base] = [pull.at('head'), pull.at('base')]
  return {
    pullRequest: {
      number: pull.at('number').number(),
      ...parseState(pull),
      head: {
        sha: head.at('sha').sha(),
        ref: head.at('ref').text(),
        // Null: the fork that it came from was deleted.
        repositoryId: head.at('repo').optional()?.at('id').number() ?? null,
      },
      base: {ref: base.at('ref').text(), repositoryId: base.at('repo').at('id').number()},
      author: pull.at('user').account(),
    },
    baseSha: base.at('sha').text(),
    fileCount: pull.at('changed_files').number(),
    firstByAuthor: parseAssociation(pull.at('author_association').optional()?.text()),
  }
}

/** GitHub's word for how the author stands to the repository; of members and owners it says nothing about merges. */
function parseAssociation(word: string | undefined): boolean | 'unknown' {
  switch (word) {
    case 'FIRST_TIMER':
    case 'FIRST_TIME_CONTRIBUTOR':
    case 'NONE':
      return true
    case 'CONTRIBUTOR':
      return false
    default:
      return 'unknown'
  }
}

/** `merge_commit_sha` is only read of a merged one: an open one's is GitHub's test merge (formats §8). */
function parseState(pull: Field): Pick<ChangeFacts['pullRequest'], 'state' | 'mergeCommit'> {
  if (pull.at('merged').flag()) return {state: 'merged', mergeCommit: pull.at('merge_commit_sha').sha()}
  return {state: pull.at('state').parse((value) => openOrClosed.find((word) => word === value), 'open or closed')}
}

const openOrClosed = ['open', 'closed'] as const

/** Closed unmerged before then (milliseconds), and its branch is gone: from a fork's, GitHub tells by the repository's absence. */
export async function fetchIsAbandoned(connection: Connection, place: PullPlace, before: number): Promise<boolean> {
  const at = splitName(place.repository.name)
  const answer = await connection.ask('the pull request', (octokit) =>
    octokit.rest.pulls.get({...at, pull_number: place.pullRequest}),
  )
  if (answer === 'gone' || answer.body.at('base').at('repo').at('id').number() !== place.repository.id) return false
  const {body: pull} = answer
  if (parseState(pull).state !== 'closed') return false
  if (!(secondsTimeToMs(pull.at('closed_at').parse(parseSecondsTime, 'a time')) < before)) return false
  const head = pull.at('head')
  const repository = head.at('repo').optional()
  if (repository === undefined) return true
  if (repository.at('id').number() !== place.repository.id) return false
  const branch = await connection.ask('the branch', (octokit) =>
    octokit.rest.repos.getBranch({...at, branch: head.at('ref').text()}),
  )
  return branch === 'gone'
}

/** Where one stands that a webhook announced. */
export async function fetchWherePullStands(
  connection: Connection,
  pull: PullPlace,
): Promise<Pick<ChangeFacts, 'repository' | 'pullRequest'> | 'gone'> {
  const repository = await fetchRepository(connection, pull.repository)
  if (repository === 'gone') return 'gone'
  const found = await fetchPullRequest(connection, pull)
  return found === 'gone' ? 'gone' : {repository, pullRequest: found.pullRequest}
}

/** Two requests for a pull request of up to 100 files that does not touch the policy: most of them. */
export async function fetchProposedPolicy(
  connection: Connection,
  pull: PullPlace,
): Promise<PolicyFacts | 'untouched' | 'gone'> {
  const place = {connection, at: splitName(pull.repository.name)}
  const found = await fetchPullRequest(connection, pull)
  if (found === 'gone') return 'gone'
  const {pullRequest, fileCount} = found
  if (pullRequest.state !== 'open') return 'untouched'
  const files = await fetchOwnFiles(place, {number: pull.pullRequest, count: fileCount})
  if (!files.some(touchesPolicy)) return 'untouched'
  return await fetchPolicyFile(place, await askCommit(place, pullRequest.head.sha))
}

const perPage = 100
/** GitHub lists at most this many files of a comparison, so no more are asked of a pull request either. */
const maxFiles = 300

/** `count` is what the pull request says of itself: a list that does not match was read while it moved. */
async function fetchOwnFiles(
  {connection, at}: {readonly connection: Connection; readonly at: OwnerAndRepo},
  {number, count}: {readonly number: number; readonly count: number},
): Promise<readonly FileFacts[]> {
  const pages = Math.ceil(Math.min(count, maxFiles) / perPage)
  const asked = Array.from({length: pages}, (_, i) =>
    connection.ask("the pull request's files", (octokit) =>
      octokit.rest.pulls.listFiles({...at, pull_number: number, per_page: perPage, page: i + 1}),
    ),
  )
  const answers = await Promise.all(asked)
  const files = answers.flatMap((answer) => shown(answer, 'the pull request').body.list())
  if (files.length !== Math.min(count, maxFiles)) {
    throw unusable('the pull request moved while its files were read')
  }
  return parseFiles(files, count > maxFiles).files
}

/** Whether it puts, moves or takes away what is, or could be taken for, the policy. */
export const touchesPolicy = ({path, previous}: FileFacts): boolean =>
  isNearPolicy(path) || (previous !== undefined && isNearPolicy(previous))
