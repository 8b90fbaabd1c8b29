/**
 * Whose hands are in the commits of a range: who opened the pull requests that brought them, who moved their branches and
 * the base branch over them, and who is named on them. What cannot be established has everybody's hand in it.
 */
import type {CommitSha} from '#protocol'
import {type BringingPull, type KeptPulls, type Pulls, fetchAssociations} from './associations.ts'
import {type Branch, type BranchQuestion, describeUnknown, handsOf, readBranch} from './branch.ts'
import type {Place} from './comparison.ts'
import type {History} from './history.ts'
import type {Move} from './moves.ts'
import type {NamedCommit} from './names.ts'
import {type Updates, createUpdates} from './updates.ts'
import type {CommitPerson, Hand, Hands, RangePart} from '../model/facts.ts'

/** Free text, and each name is held against everybody who speaks. */
const maxNames = 100
/** Of more pull requests in one range nobody is asked who pushed. */
const maxPulls = 50

export type HandsQuestion = Omit<BranchQuestion, 'pull' | 'updates'> & {
  /** The pull request where it is spoken. */
  readonly here: BringingPull
  /** Of an open one: what of the range its base branch has not. */
  readonly own: ReadonlySet<CommitSha>
  readonly speakers: readonly number[]
  readonly keptPulls: KeptPulls
}

export async function readParts(place: Place, asked: HandsQuestion): Promise<readonly RangePart[]> {
  const {history, own, here} = asked
  const shas = history.commits.map(({sha}) => sha)
  const [associations, base] = await Promise.all([
    fetchAssociations(place, {shas, kept: asked.keptPulls}),
    own.size === shas.length ? undefined : asked.movesOf(here.baseRef),
  ])
  const over = (base?.moves ?? []).map((move) => moveOver(move, history))
  const named = [...associations.values()].flatMap((found: Pulls) => (found === 'too-many' ? [] : found))
  const known = new Map([here, ...named].map((pull) => [pull.number, pull]))
  const commits = history.commits.map((commit) => {
    const movedOver = over.filter(({brought}) => brought.has(commit.sha))
    const found: Pulls = associations.get(commit.sha) ?? []
    const isOwn = own.has(commit.sha)
    const more = [...known.values()].filter(
      (pull) => (isOwn && pull.number === here.number) || movedOver.some((move) => isMergeOf(pull, move)),
    )
    return {commit, movedOver, isOwn, pulls: found === 'too-many' ? found : distinct([...more, ...found])}
  })
  const updates = createUpdates(place, asked)
  const branches = await readBranches(place, {
    ...asked,
    updates,
    pulls: commits.flatMap(({pulls}) => (pulls === 'too-many' ? [] : pulls)),
  })
  return group(commits.map((one) => judge({...one, branches, updates, baseRef: here.baseRef})))
}

const distinct = (pulls: readonly BringingPull[]): readonly BringingPull[] =>
  [...new Map(pulls.map((pull) => [pull.number, pull])).values()].sort((a, b) => a.number - b.number)

const isMergeOf = ({mergeCommit}: BringingPull, {byMerge, after}: Move): boolean => byMerge && after === mergeCommit

async function readBranches(
  place: Place,
  {pulls, ...asked}: Omit<BranchQuestion, 'pull'> & {readonly pulls: readonly BringingPull[]},
): Promise<ReadonlyMap<number, Branch>> {
  const read = distinct(pulls)
    .slice(0, maxPulls)
    .map(async (pull) => [pull.number, await readBranch(place, {...asked, pull})] as const)
  return new Map(await Promise.all(read))
}

/** A move of the base branch, and what of the range it brought there. */
type MoveOver = Move & {
  readonly brought: ReadonlySet<CommitSha>
  readonly explained: ReadonlySet<CommitSha>
  readonly isRebase: boolean
}

const moveOver = (move: Move, history: History): MoveOver => ({
  ...move,
  brought: new Set(history.broughtBy(move)),
  explained: new Set(history.explainedBy(move)),
  isRebase: history.isRebase(move),
})

interface Judging {
  readonly commit: NamedCommit
  readonly pulls: Pulls
  readonly movedOver: readonly MoveOver[]
  /** Of an open pull request, and not in its base branch. */
  readonly isOwn: boolean
  readonly branches: ReadonlyMap<number, Branch>
  readonly baseRef: string
  readonly updates: Updates
}

type Judged = Omit<RangePart, 'commits'> & {readonly commit: CommitSha}

function judge(asked: Judging): Judged {
  const {commit, pulls} = asked
  const shown = pulls === 'too-many' ? [] : pulls
  const pullRequests = shown.map(({number, author}) => ({number, author: author?.login ?? 'ghost'}))
  const why = findGap(asked, shown)
  return {
    commit: commit.sha,
    pullRequests,
    hands: why === undefined ? findHands(asked, shown) : {kind: 'everybody', why},
  }
}

/** What cannot be established of a commit. */
function findGap(
  {commit, pulls, movedOver, isOwn, branches}: Judging,
  shown: readonly BringingPull[],
): string | undefined {
  if (pulls === 'too-many') return `more pull requests brought ${commit.sha} than can be read`
  if (commit.coAuthors.length > maxNames) return `more than ${maxNames} co-authors stand on ${commit.sha}`
  if (!isOwn && movedOver.length === 0) return `GitHub does not tell who moved the base branch over ${commit.sha}`
  const pushed = movedOver.filter(({byMerge}) => !byMerge)
  const gaps = [...shown.map((pull) => findGapIn(pull, branches.get(pull.number))), ...pushed.map(describeUnknown)]
  const gap = gaps.find((why) => why !== undefined)
  if (gap !== undefined) return gap
  // A merge moves the base over what was pushed to the head, and tells nobody who pushed it.
  const told = [...movedOver, ...shown.map(({number}) => branches.get(number))]
  const isTold = told.some((move) => move?.explained.has(commit.sha) === true)
  if (!isTold && !isMadeForMerge(commit, shown)) return `GitHub does not tell who pushed ${commit.sha}`
  const isMerged = movedOver.length > 0 && pushed.length === 0
  return isMerged && shown.length === 0 ? `GitHub does not tell which pull request brought ${commit.sha}` : undefined
}

/** A queue may move the base over the merge commits of several at once. */
const isMadeForMerge = ({byGitHub, sha}: NamedCommit, pulls: readonly BringingPull[]): boolean =>
  byGitHub && pulls.some(({mergeCommit}) => mergeCommit === sha)

function findGapIn({number, author}: BringingPull, branch: Branch | undefined): string | undefined {
  if (author === undefined) return `GitHub no longer knows who opened #${number}`
  return branch === undefined ? `it holds more than ${maxPulls} pull requests` : branch.unseen
}

function findHands({commit, movedOver, branches, baseRef, updates}: Judging, pulls: readonly BringingPull[]): Hands {
  const ofPulls = pulls.flatMap(({number, author}) => [
    ...(author === undefined ? [] : [{...author, did: `opened #${number}`}]),
    ...(branches.get(number)?.hands ?? []),
  ])
  const pushed = handsOf(
    movedOver.filter(({byMerge}) => !byMerge),
    `pushed to ${baseRef}`,
  )
  const accounts = new Map<string, Hand>([...ofPulls, ...pushed].map((hand) => [`${hand.id} ${hand.did}`, hand]))
  return {kind: 'seen', accounts: [...accounts.values()], people: namedOn(commit, {movedOver, updates})}
}

/** Of what GitHub's merge made, the committer, and the author of a merge or squash commit, may be whoever pressed the button. */
function namedOn(
  commit: NamedCommit,
  {movedOver, updates}: Pick<Judging, 'movedOver' | 'updates'>,
): readonly CommitPerson[] {
  const {author, committer, coAuthors, byGitHub} = commit
  const merges = movedOver.filter(({byMerge}) => byMerge)
  if (updates.wasClean(commit.sha)) return coAuthors
  if (byGitHub && merges.some(({after}) => after === commit.sha)) return coAuthors
  const people = merges.some(({isRebase}) => isRebase) ? [author, ...coAuthors] : [author, committer, ...coAuthors]
  return people.filter((person) => person !== undefined)
}

/** Those whose pull requests and hands are the same. */
function group(judged: readonly Judged[]): readonly RangePart[] {
  const parts = Map.groupBy(judged, ({commit: _, ...part}) => JSON.stringify(part))
  return [...parts.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const {pullRequests, hands} = first
    return [{pullRequests, commits: same.map(({commit}) => commit), hands}]
  })
}
