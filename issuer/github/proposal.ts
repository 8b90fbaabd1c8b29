/** A pull request that a webhook announced: where it stands, and what policy it would bring. */
import type {Connection} from './client.ts'
import {fetchRepository, splitName} from './repository.ts'
import {type Brought, fetchCommit, fetchComparison} from './commits.ts'
import type {ChangeFacts, FileFacts, PolicyFacts, PullPlace, PullRequestSource} from '../model/facts.ts'
import {fetchOwnFiles} from './files.ts'
import {fetchPolicyFile, isNearPolicy} from './policy-file.ts'
import {fetchPullRequest} from './pull-request.ts'

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
  const place = {connection, at: splitName(pull.repository.name), ranges: new Map()}
  const found = await fetchPullRequest(connection, pull)
  if (found === 'gone') return 'gone'
  const {pullRequest, size} = found
  if (pullRequest.state !== 'open') return 'untouched'
  const {files} = await fetchOwnFiles(place, {number: pull.pullRequest, count: size.files})
  if (!files.some(touchesPolicy)) return 'untouched'
  return await fetchPolicyFile(place, await fetchCommit(place, pullRequest.head.sha))
}

type Range = Parameters<PullRequestSource['fetchSince']>[1]

/** One request. */
export const fetchSince = (
  connection: Connection,
  {pull, from, to}: Range & {readonly pull: PullPlace},
): Promise<Brought> =>
  fetchComparison({connection, at: splitName(pull.repository.name), ranges: new Map()}, {base: from, head: to})

/** Whether it puts, moves or takes away what is, or could be taken for, the policy. */
export const touchesPolicy = ({path, previous}: FileFacts): boolean =>
  isNearPolicy(path) || (previous !== undefined && isNearPolicy(previous))
