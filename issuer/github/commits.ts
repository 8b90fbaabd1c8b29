/** Commits: the one that can be authorized, a branch's newest, one by its names. */
import {parseTreeSha, type CommitSha, type TreeSha} from '#protocol'
import {type Field, shown} from './answer.ts'
import type {Place} from './comparison.ts'
import {type Kept, keep} from './kept.ts'
import {type NamedCommit, parseNamedCommit} from './names.ts'
import {unusable} from './unavailable.ts'

export interface Commit {
  readonly sha: CommitSha
  readonly tree: TreeSha
  readonly parents: readonly CommitSha[]
}

type Spot = Pick<Place, 'connection' | 'at'>

/** By its SHA, so once is enough. */
export const fetchCommit = (place: Place, sha: CommitSha): Promise<Commit> =>
  place.commits.get(`${place.repositoryId}/${sha}`, () => askCommit(place, sha))

export const keepCommits = (): Kept<Commit> => keep({atMost: 500, forMs: 3_600_000, isFinal: () => true})

export async function askCommit({connection, at}: Spot, sha: CommitSha): Promise<Commit> {
  const answer = await connection.ask('the commit', (octokit) => octokit.rest.git.getCommit({...at, commit_sha: sha}))
  // GitHub has just named this commit, so that it shows none is no fact about it.
  const {body} = shown(answer, `the commit ${sha}`)
  if (body.at('sha').sha() !== sha) throw unusable('the commit: GitHub answered with another one')
  const parents = body.at('parents').list()
  return {sha, tree: treeOf(body), parents: parents.map((parent) => parent.at('sha').sha())}
}

const treeOf = (commit: Field): TreeSha => commit.at('tree').at('sha').parse(parseTreeSha, 'a full tree SHA')

/** With whose names are on it; undefined where GitHub shows none. */
export async function fetchNamedCommit({connection, at}: Spot, sha: string): Promise<NamedCommit | undefined> {
  const answer = await connection.ask('the commit', (octokit) =>
    octokit.rest.repos.getCommit({...at, ref: sha, per_page: 1}),
  )
  return answer === 'gone' ? undefined : parseNamedCommit(answer.body)
}

/**
 * The newest commit of a branch. Asked as a branch, once: wherever else GitHub takes a name, a tag that somebody pushed
 * under the same name could answer for it.
 */
export async function fetchBranch(spot: Spot, branch: string): Promise<Omit<Commit, 'parents'>> {
  const found = await askBranch(spot, branch)
  if (found === 'gone') throw unusable(`GitHub names the branch ${branch} and does not show it`)
  return found
}

/** `gone`: there is no such branch. */
export async function fetchBranchTip(spot: Spot, branch: string): Promise<CommitSha | 'gone'> {
  const found = await askBranch(spot, branch)
  return found === 'gone' ? 'gone' : found.sha
}

async function askBranch({connection, at}: Spot, branch: string): Promise<Omit<Commit, 'parents'> | 'gone'> {
  const answer = await connection.ask('the branch', (octokit) => octokit.rest.repos.getBranch({...at, branch}))
  if (answer === 'gone') return 'gone'
  const {body} = answer
  if (body.at('name').text() !== branch) throw unusable('the branch: GitHub answered with another one')
  const commit = body.at('commit')
  return {sha: commit.at('sha').sha(), tree: treeOf(commit.at('commit'))}
}
