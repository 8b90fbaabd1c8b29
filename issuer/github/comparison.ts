/** Two commits compared: how they stand to each other, and the commits and files that one has over the other. */
import type {CommitSha, RepositoryId} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Connection} from './client.ts'
import {type Kept, keep} from './kept.ts'
import type {Commit} from './commits.ts'
import {type NamedCommit, parseNamedCommit} from './names.ts'
import type {OwnerAndRepo} from './repository.ts'
import {unusable} from './unavailable.ts'
import type {Comparison, FileFacts} from '../model/facts.ts'

/** A connection, the repository's present name, and what was compared in it before. */
export interface Place {
  readonly connection: Connection
  readonly at: OwnerAndRepo
  readonly repositoryId: RepositoryId
  readonly comparisons: Comparisons
  readonly commits: Kept<Commit>
}

export interface Range {
  readonly base: CommitSha
  readonly head: CommitSha
}

export interface Compared {
  /** `ahead` and `identical`: the head contains the base. */
  readonly status: (typeof statuses)[number]
  readonly mergeBase: CommitSha
  readonly size: Comparison
  /** The first hundred, oldest first. */
  readonly commits: readonly NamedCommit[]
  readonly files: readonly FileFacts[]
  /** True when there are, or may be, more files than these. */
  readonly filesCut: boolean
}

/** `gone`: one of the two is not there, or their histories have nothing in common. */
export type Comparisons = Kept<Compared | 'gone'>

/** An hour: a status, a panel and a second person's word ask for the same. */
export const keepComparisons = (): Comparisons =>
  keep({atMost: 500, forMs: 3_600_000, isFinal: (compared) => compared !== 'gone'})

const statuses = ['ahead', 'identical', 'behind', 'diverged'] as const

export const contains = (compared: Compared | 'gone'): boolean =>
  compared !== 'gone' && (compared.status === 'ahead' || compared.status === 'identical')

export const commitsPerPage = 100

/** One request, or none. */
export const compare = (place: Place, range: Range): Promise<Compared | 'gone'> =>
  place.comparisons.get(`${place.repositoryId}/${range.base}...${range.head}`, async () => {
    const answer = await fetchPage(place, {...range, page: 1})
    return answer === 'gone' ? 'gone' : parseCompared(answer.body, range)
  })

/** Every commit that the head has over the base, oldest first, where they are not more than `atMost`. */
export async function fetchCommitsBetween(
  place: Place,
  {compared: {size, commits}, ...range}: Range & {readonly compared: Compared; readonly atMost: number},
): Promise<readonly NamedCommit[] | 'too-many'> {
  if (size.commits > range.atMost) return 'too-many'
  const pages = Math.ceil(size.commits / commitsPerPage)
  const more = await Promise.all(
    Array.from({length: Math.max(0, pages - 1)}, async (_, i) => {
      const {body} = shown(await fetchPage(place, {...range, page: i + 2}), 'the comparison')
      return body.at('commits').list().map(parseNamedCommit)
    }),
  )
  const all = [...commits, ...more.flat()]
  if (all.length !== size.commits)
    throw unusable('the comparison: GitHub showed another number of commits than it said')
  return all
}

function fetchPage(
  {connection, at}: Place,
  {base, head, page}: Range & {readonly page: number},
): Promise<Answer | 'gone'> {
  const basehead = `${base}...${head}`
  return connection.ask('the comparison', (octokit) =>
    octokit.rest.repos.compareCommitsWithBasehead({...at, basehead, per_page: commitsPerPage, page}),
  )
}

/** GitHub lists at most this many files of a comparison. */
const maxFiles = 300

function parseCompared(body: Field, {base}: Range): Compared {
  const files = body.at('files').list()
  const cut = files.length >= maxFiles
  const sum = (name: string): number => files.reduce((total, file) => total + file.at(name).number(), 0)
  return {
    status: body.at('status').parse((value) => statuses.find((word) => word === value), 'a known status'),
    mergeBase: body.at('merge_base_commit').at('sha').sha(),
    size: {
      from: base,
      commits: body.at('total_commits').number(),
      behind: body.at('behind_by').number(),
      files: files.length,
      additions: sum('additions'),
      deletions: sum('deletions'),
      cut,
    },
    commits: body.at('commits').list().map(parseNamedCommit),
    ...parseFiles(files, cut),
  }
}

/** Names are as long as whoever pushes likes, and all of them are kept in the evidence. */
const maxCharacters = 65_536

/** `cut`: GitHub showed only some of them. */
export function parseFiles(
  fields: readonly Field[],
  cut: boolean,
): {readonly files: readonly FileFacts[]; readonly filesCut: boolean} {
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

/** Every changed file with its state and new contents, or undefined where GitHub may not show all: what a merge brought, to be held against another. */
export async function fetchOutcome(place: Place, range: Range): Promise<string | undefined> {
  const answer = await fetchPage(place, {...range, page: 1})
  if (answer === 'gone') return undefined
  const files = answer.body.at('files').list()
  if (files.length >= maxFiles) return undefined
  const lines = files.map((file) => [
    file.at('filename').text(),
    file.at('status').text(),
    file.at('sha').optional()?.text() ?? '',
    file.at('previous_filename').optional()?.text() ?? '',
  ])
  return JSON.stringify(lines.map((line) => JSON.stringify(line)).sort())
}
