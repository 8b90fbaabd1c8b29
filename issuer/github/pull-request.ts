/** The pull request: its head and base, whose it is, where it stands and how large it is. */
import type {Answer, Field} from './answer.ts'
import type {Connection} from './client.ts'
import {splitName} from './repository.ts'
import {GitHubUnavailable} from './unavailable.ts'
import type {ChangeFacts, Comparison, PullPlace} from '../model/facts.ts'

export interface PullRequestFacts {
  readonly pullRequest: ChangeFacts['pullRequest']
  readonly size: Comparison
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
    throw new GitHubUnavailable('unusable', 'the pull request: GitHub answered with another one')
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
    size: {
      from: base.at('sha').sha(),
      commits: pull.at('commits').number(),
      behind: 0,
      files: pull.at('changed_files').number(),
      additions: pull.at('additions').number(),
      deletions: pull.at('deletions').number(),
      cut: false,
    },
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
