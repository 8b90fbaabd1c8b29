/** Which pull requests brought which commits, as GitHub names them. */
import {type CommitSha, parseCommitSha} from '#protocol'
import {type Field, shown} from './answer.ts'
import type {Place} from './comparison.ts'
import {type Kept, keep} from './kept.ts'

/** A pull request that brought commits. */
export interface BringingPull {
  readonly number: number
  /** Undefined where GitHub no longer knows who opened it. */
  readonly author?: {readonly id: number; readonly login: string} | undefined
  readonly head: {readonly sha: CommitSha; readonly ref: string; readonly repositoryId: number | null}
  /** The branch that it went into. */
  readonly baseRef: string
  readonly mergeCommit?: CommitSha | undefined
}

export type Pulls = readonly BringingPull[] | 'too-many'
export type Associations = ReadonlyMap<CommitSha, Pulls>

/** GitHub's word for how many commits one query may ask of at a sensible price. */
const perQuery = 50
/** Queries at once: each has a time in which GitHub must answer. */
const atOnce = 4
/** More pull requests than this for one commit are nobody's usual work. */
const maxPulls = 20

export type KeptPulls = Kept<Pulls>

/** What brought a commit is kept once it is known; what brings it elsewhere later shows in the moves of branches. */
export const keepPulls = (): KeptPulls =>
  keep({atMost: 5000, forMs: 3_600_000, isFinal: (pulls) => pulls !== 'too-many' && pulls.length > 0})

/** The merged ones into this repository. A commit that GitHub does not show has none. */
export async function fetchAssociations(
  place: Place,
  {shas, kept}: {readonly shas: readonly CommitSha[]; readonly kept: KeptPulls},
): Promise<Associations> {
  const keyOf = (sha: CommitSha): string => `${place.repositoryId}/${sha}`
  const fetched = await fetchAll(
    place,
    shas.filter((sha) => !kept.has(keyOf(sha))),
  )
  const find = async (sha: CommitSha): Promise<Pulls> =>
    fetched.get(sha) ?? (await fetchAll(place, [sha])).get(sha) ?? []
  const found = shas.map(async (sha) => [sha, await kept.get(keyOf(sha), () => find(sha))] as const)
  return new Map(await Promise.all(found))
}

async function fetchAll(place: Place, shas: readonly CommitSha[]): Promise<Associations> {
  const found: Association[] = []
  for (let start = 0; start < shas.length; start += atOnce * perQuery) {
    const batches = Array.from({length: atOnce}, (_, i) => start + i * perQuery)
      .filter((from) => from < shas.length)
      .map((from) => fetchBatch(place, shas.slice(from, from + perQuery)))
    found.push(...(await Promise.all(batches)).flat())
  }
  return new Map(found)
}

type Association = readonly [CommitSha, Pulls]

const pullFields = `number merged mergeCommit { oid } baseRefName headRefName headRefOid headRepository { databaseId }
baseRepository { databaseId }
author { __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } ... on Organization { databaseId } }`

async function fetchBatch(
  {connection, at, repositoryId}: Place,
  shas: readonly CommitSha[],
): Promise<readonly Association[]> {
  const names = shas.map((sha, i) => `c${i}: object(oid: "${sha}") { ...of }`)
  const query = `query ($owner: String!, $repo: String!) {
repository(owner: $owner, name: $repo) { ${names.join(' ')} }
}
fragment of on Commit { oid associatedPullRequests(first: ${maxPulls}) { nodes { ${pullFields} } pageInfo { hasNextPage } } }`
  const answer = await connection.ask("the commits' pull requests", async (octokit) => ({
    data: await octokit.graphql(query, at),
    headers: {},
  }))
  const repository = shown(answer, 'the repository').body.at('repository')
  return shas.map((sha, i) => [sha, parseAssociation(repository.at(`c${i}`).optional(), repositoryId)])
}

function parseAssociation(commit: Field | undefined, repositoryId: number): Association[1] {
  const pulls = commit?.at('associatedPullRequests').optional()
  if (pulls === undefined) return []
  if (pulls.at('pageInfo').at('hasNextPage').flag()) return 'too-many'
  return pulls
    .at('nodes')
    .list()
    .filter((pull) => pull.at('merged').flag() && idOf(pull.at('baseRepository')) === repositoryId)
    .map(parsePull)
}

const idOf = (node: Field): number | null => node.optional()?.at('databaseId').optional()?.number() ?? null

function parsePull(pull: Field): BringingPull {
  const author = pull.at('author').optional()
  const id = author === undefined ? null : idOf(author)
  return {
    number: pull.at('number').number(),
    author: author === undefined || id === null ? undefined : {id, login: loginOf(author)},
    head: {
      sha: pull.at('headRefOid').parse(parseCommitSha, 'a full commit SHA'),
      ref: pull.at('headRefName').text(),
      repositoryId: idOf(pull.at('headRepository')),
    },
    baseRef: pull.at('baseRefName').text(),
    mergeCommit: pull.at('mergeCommit').optional()?.at('oid').sha(),
  }
}

/** Bots go by their bare name here, and with `[bot]` behind it in REST. */
const loginOf = (author: Field): string => {
  const login = author.at('login').text()
  return author.at('__typename').text() === 'Bot' ? `${login}[bot]` : login
}
