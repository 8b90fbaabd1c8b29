/** Commits: the one that can be authorized, a branch's newest, what lies between two; and the files that go out. */
import {parseTreeSha, type CommitSha, type TreeSha} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Connection} from './client.ts'
import type {OwnerAndRepo} from './repository.ts'
import type {ChangeFacts, Comparison, FileFacts} from '../model/facts.ts'
import {unusable} from './unavailable.ts'

/** A connection and the repository's present name. */
export interface Place {
  readonly connection: Connection
  readonly at: OwnerAndRepo
  /** Comparisons that were asked already: where the branch left the base is often the last authorized commit. */
  readonly ranges: Map<string, Promise<Answer | 'gone'>>
}

export interface Commit {
  readonly sha: CommitSha
  readonly tree: TreeSha
  readonly parents: readonly CommitSha[]
}

export async function fetchCommit({connection, at}: Place, sha: CommitSha): Promise<Commit> {
  const answer = await connection.ask('the commit', (octokit) => octokit.rest.git.getCommit({...at, commit_sha: sha}))
  // GitHub has just named this commit, so that it shows none is no fact about it.
  const {body} = shown(answer, `the commit ${sha}`)
  if (body.at('sha').sha() !== sha) throw unusable('the commit: GitHub answered with another one')
  const parents = body.at('parents').list()
  return {sha, tree: treeOf(body), parents: parents.map((parent) => parent.at('sha').sha())}
}

const treeOf = (commit: Field): TreeSha => commit.at('tree').at('sha').parse(parseTreeSha, 'a full tree SHA')

/**
 * The newest commit of a branch. Asked as a branch, once: wherever else GitHub takes a name, a tag that somebody pushed
 * under the same name could answer for it.
 */
export async function fetchBranch(
  {connection, at}: Omit<Place, 'ranges'>,
  branch: string,
): Promise<Omit<Commit, 'parents'>> {
  const answer = await connection.ask('the branch', (octokit) => octokit.rest.repos.getBranch({...at, branch}))
  const {body} = shown(answer, `the branch ${branch}`)
  if (body.at('name').text() !== branch) throw unusable('the branch: GitHub answered with another one')
  const commit = body.at('commit')
  return {sha: commit.at('sha').sha(), tree: treeOf(commit.at('commit'))}
}

interface Range {
  readonly base: CommitSha
  readonly head: CommitSha
}

/** One commit a page is enough: the totals and the files come with each first page. */
function fetchRange({connection, at, ranges}: Place, {base, head}: Range): Promise<Answer | 'gone'> {
  const basehead = `${base}...${head}`
  const answer =
    ranges.get(basehead) ??
    connection.ask('the comparison', (octokit) =>
      octokit.rest.repos.compareCommitsWithBasehead({...at, basehead, per_page: 1, page: 1}),
    )
  ranges.set(basehead, answer)
  return answer
}

/** Whether `head` contains `base`. Both exist, so "not found" says that their histories have nothing in common. */
export async function fetchReach(place: Place, range: Range): Promise<boolean> {
  const answer = await fetchRange(place, range)
  if (answer === 'gone') return false
  const status = answer.body.at('status').parse((value) => statuses.find((word) => word === value), 'a known status')
  return status === 'ahead' || status === 'identical'
}

const statuses = ['ahead', 'identical', 'behind', 'diverged'] as const

/** Undefined when both exist and their histories have nothing in common. */
export async function fetchMergeBase(place: Place, range: Range): Promise<CommitSha | undefined> {
  const answer = await fetchRange(place, range)
  return answer === 'gone' ? undefined : answer.body.at('merge_base_commit').at('sha').sha()
}

/** How many commits of `base` the head lacks; `unknown` when their histories have nothing in common. */
export async function fetchDistance(place: Place, range: Range): Promise<number | 'unknown'> {
  const answer = await fetchRange(place, range)
  return answer === 'gone' ? 'unknown' : answer.body.at('behind_by').number()
}

/** GitHub lists at most this many files of a comparison, so no more are asked of a pull request either. */
const maxFiles = 300
/** Names are as long as whoever pushes likes, and all of them are kept in the evidence. */
const maxCharacters = 65_536

export type Files = Pick<ChangeFacts, 'files' | 'filesCut'>

export type Brought = Files & {readonly since: Comparison}

/** What `head` brings over `base`. Of a base that is gone (rewritten away) only a lower bound is left: nothing. */
export async function fetchComparison(place: Place, range: Range): Promise<Brought> {
  const answer = await fetchRange(place, range)
  if (answer === 'gone') {
    const since = {from: range.base, commits: 0, behind: 0, files: 0, additions: 0, deletions: 0, cut: true}
    return {since, files: [], filesCut: true}
  }
  const files = answer.body.at('files').list()
  const cut = files.length >= maxFiles
  const sum = (name: string): number => files.reduce((total, file) => total + file.at(name).number(), 0)
  const since = {
    from: range.base,
    commits: answer.body.at('total_commits').number(),
    behind: answer.body.at('behind_by').number(),
    files: files.length,
    additions: sum('additions'),
    deletions: sum('deletions'),
    cut,
  }
  return {since, ...parseFiles(files, cut)}
}

const perPage = 100

/** `count` is what the pull request says of itself: a list that does not match was read while it moved. */
export async function fetchOwnFiles(
  {connection, at}: Place,
  {number, count}: {readonly number: number; readonly count: number},
): Promise<Files> {
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
  return parseFiles(files, count > maxFiles)
}

/** `cut`: GitHub showed only some of them. */
function parseFiles(fields: readonly Field[], cut: boolean): Files {
  const files: FileFacts[] = []
  let characters = 0
  for (const field of fields) {
    const file = parseFile(field)
    characters += file.path.length + (file.previous?.length ?? 0)
    if (characters > maxCharacters) return {files, filesCut: true}
    files.push(file)
  }
  return {files, filesCut: cut}
}

const parseFile = (file: Field): FileFacts => ({
  path: file.at('filename').text(),
  previous: file.at('previous_filename').optional()?.text(),
  additions: file.at('additions').number(),
  deletions: file.at('deletions').number(),
})
