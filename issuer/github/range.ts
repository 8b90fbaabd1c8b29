/** What a commit brings over the newest commit beneath it that was authorized: which that is, the files, whose hands. */
import {type CommitSha, parseCommitSha} from '#protocol'
import type {BringingPull, KeptPulls} from './associations.ts'
import {fetchCommit} from './commits.ts'
import {type Compared, type Place, compare, contains, fetchCommitsBetween} from './comparison.ts'
import {readParts} from './hands.ts'
import {History} from './history.ts'
import {type Kept, keep} from './kept.ts'
import {type KeptMoves, readMoves} from './moves.ts'
import {fetchPullRequest} from './pull-request.ts'
import {GitHubUnavailable} from './unavailable.ts'
import type {AuthorizedBase, Brought, PullPlace, RangeFacts, RangePart, RangeQuestion} from '../model/facts.ts'

/** The parts of a range of two SHAs, once all of them are established, do not change. */
export type KeptParts = Kept<readonly RangePart[]>

export const keepParts = (): KeptParts =>
  keep({atMost: 100, forMs: 3_600_000, isFinal: (parts) => parts.every(({hands}) => hands.kind === 'seen')})

const maxCommits = 1000
const maxBases = 10

type Asked = RangeQuestion & {readonly pull: PullPlace; readonly kept: KeptFacts}

export interface KeptFacts {
  readonly parts: KeptParts
  readonly moves: KeptMoves
  readonly pulls: KeptPulls
}

/** Throws GitHubUnavailable, but when it is late: then what cannot be read is everybody's, and nobody waits for ever. */
export async function fetchRange(place: Place, asked: Asked): Promise<Brought> {
  try {
    return await readRange(place, asked)
  } catch (fault) {
    const isOver = fault instanceof GitHubUnavailable && fault.kind !== 'rate-limit' && asked.isLate
    if (!isOver) throw fault
    return unreadable('GitHub does not show it')
  }
}

async function readRange(place: Place, asked: Asked): Promise<Brought> {
  const bases = await findBases(place, asked)
  const {people, files = people, takenBack} = bases
  if (people === undefined || files === undefined) {
    return unreadable('nothing that was authorized, or lay beneath the first that was, is beneath it')
  }
  const {compared} = files
  const outcome = {files: compared.files, filesCut: compared.filesCut}
  const size = {...compared.size, behind: takenBack}
  const range = {base: people.sha, head: asked.candidate.commit.sha}
  const commits = await fetchCommitsBetween(place, {...range, compared: people.compared, atMost: maxCommits})
  if (commits === 'too-many') {
    return {...outcome, range: {...unread(`it has more than ${maxCommits} commits`), size}}
  }
  const parts = await readKeptParts(place, {...asked, ...range, history: new History(commits)})
  const unsigned = commits.filter(({signed}) => !signed).length
  return {...outcome, range: {base: people.kind, since: people.sha, size, parts, unsigned}}
}

const unread = (why: string): RangeFacts => ({
  base: 'none',
  size: {from: '', commits: 0, behind: 0, files: 0, additions: 0, deletions: 0, cut: true},
  parts: [{pullRequests: [], commits: [], hands: {kind: 'everybody', why}}],
  unsigned: 0,
})

export const unreadable = (why: string): Brought => ({range: unread(why), files: [], filesCut: true})

interface Base {
  readonly kind: 'authorized' | 'ground'
  readonly sha: CommitSha
  readonly compared: Compared
}

interface Bases {
  /** What people are counted from. */
  readonly people?: Base | undefined
  /** What files and risk are counted from, where that is another. */
  readonly files?: Base | undefined
  /** Commits of the newest authorized one that the candidate has not. */
  readonly takenBack: number
}

async function findBases(place: Place, asked: Asked): Promise<Bases> {
  const {candidate, authorized} = asked
  const {sha} = candidate.commit
  const [newest] = authorized
  const contained = newest && (await findContained(place, {entry: newest, asked}))
  const last = newest && (await compare(place, {base: newest.sha, head: sha}))
  const takenBack = contained !== undefined || last === undefined || last === 'gone' ? 0 : last.size.behind
  // The same again, or a roll-back to something authorized: nothing is between.
  const same = authorized.filter((entry) => entry.sha === sha)
  const bound = [...same, ...authorized.filter((entry) => entry.sha !== sha)].slice(0, maxBases)
  let files: Base | undefined
  for (const entry of bound) {
    const found = entry === newest ? contained : await findContained(place, {entry, asked})
    if (found === undefined) continue
    const base: Base = {kind: 'authorized', sha: entry.sha, compared: found}
    if (!entry.isOwnWork) return {people: base, files, takenBack}
    files ??= base
  }
  return {people: await findGround(place, asked), files, takenBack}
}

/** How the candidate compares with it, if the candidate contains it: as it is, or as the merge that GitHub made of exactly that head. */
async function findContained(
  place: Place,
  {entry, asked}: {readonly entry: AuthorizedBase; readonly asked: Asked},
): Promise<Compared | undefined> {
  const head = asked.candidate.commit.sha
  const compared = await compare(place, {base: entry.sha, head})
  if (compared === 'gone') return undefined
  if (contains(compared)) return compared
  if (compared.status !== 'diverged') return undefined
  const pull = await fetchPullRequest(place.connection, {...asked.pull, pullRequest: entry.pullRequest})
  if (pull === 'gone' || pull.pullRequest.head.sha !== entry.sha) return undefined
  const {mergeCommit} = pull.pullRequest
  if (mergeCommit === undefined) return undefined
  return contains(await compare(place, {base: mergeCommit, head})) ? compared : undefined
}

/** What lay beneath the first authorized pull request; before there is one, what lies beneath this. */
async function findGround(place: Place, asked: Asked): Promise<Base | undefined> {
  const sha = asked.ground ?? (asked.authorized.length === 0 ? await findBeneath(place, asked) : undefined)
  if (sha === undefined) return undefined
  const compared = await compare(place, {base: sha, head: asked.candidate.commit.sha})
  return compared !== 'gone' && contains(compared) ? {kind: 'ground', sha, compared} : undefined
}

/** Of an open pull request where it left the base; of a merged one where the base stood before. */
async function findBeneath(place: Place, {candidate, pushes, kept}: Asked): Promise<CommitSha | undefined> {
  const {pullRequest, commit, baseTip} = candidate
  const {mergeCommit, base} = pullRequest
  if (mergeCommit === undefined) {
    const compared = baseTip && (await compare(place, {base: baseTip, head: commit.sha}))
    return compared === undefined || compared === 'gone' ? undefined : compared.mergeBase
  }
  const {moves} = await readMoves(place, {pushes, kept: kept.moves})(base.ref)
  const merge = moves.find(({after}) => after === mergeCommit)
  const {parents} = await fetchCommit(place, mergeCommit)
  return parseCommitSha(merge?.before) ?? (parents.length > 1 ? parents[0] : baseTip)
}

type Parts = Asked & {readonly base: CommitSha; readonly head: CommitSha; readonly history: History}

async function readKeptParts(place: Place, asked: Parts): Promise<readonly RangePart[]> {
  const {candidate, base, head, history, speakers} = asked
  if (history.commits.length === 0) return []
  const {number, state} = candidate.pullRequest
  const key = JSON.stringify([place.repositoryId, base, head, number, state, [...speakers].sort()])
  return await asked.kept.parts.get(key, async () =>
    readParts(place, {
      history,
      speakers,
      here: describePull(asked),
      own: await findOwn(place, asked),
      repositoryId: place.repositoryId,
      baseTip: candidate.baseTip,
      movesOf: readMoves(place, {pushes: asked.pushes, kept: asked.kept.moves}),
      pushesTo: asked.pushesTo,
      keptPulls: asked.kept.pulls,
    }),
  )
}

function describePull({candidate: {pullRequest}}: Asked): BringingPull {
  const {number, author, head, base, mergeCommit} = pullRequest
  const {id, login} = author
  return {number, author: {id, login}, head, baseRef: base.ref, mergeCommit}
}

/** Of an open pull request: what of the range its base branch has not. */
async function findOwn(place: Place, {candidate, head, history}: Parts): Promise<ReadonlySet<CommitSha>> {
  const {pullRequest, baseTip} = candidate
  if (pullRequest.state === 'merged') return new Set()
  const all = new Set(history.commits.map(({sha}) => sha))
  const range = baseTip && {base: baseTip, head}
  const compared = range && (await compare(place, range))
  if (range === undefined || compared === undefined || compared === 'gone') return all
  const own = await fetchCommitsBetween(place, {...range, compared, atMost: maxCommits})
  return own === 'too-many' ? all : new Set(own.map(({sha}) => sha).filter((sha) => all.has(sha)))
}
