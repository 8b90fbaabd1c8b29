/** Who moved the branch of a pull request, and what of the range they brought with it. */
import type {CommitSha, RepositoryId} from '#protocol'
import type {BringingPull} from './associations.ts'
import {type Place, compare} from './comparison.ts'
import {type History, walkBack} from './history.ts'
import type {Move, MovesOf} from './moves.ts'
import type {Updates} from './updates.ts'
import type {AnnouncedPush, Hand} from '../model/facts.ts'

export interface Branch {
  readonly hands: readonly Hand[]
  /** Of the range: what its known moves explain. */
  readonly explained: ReadonlySet<CommitSha>
  /** Why it cannot be told who moved it. */
  readonly unseen?: string | undefined
}

export interface BranchQuestion {
  readonly pull: BringingPull
  readonly history: History
  readonly repositoryId: RepositoryId
  /** Where the base branch of an open pull request stands. */
  readonly baseTip?: CommitSha | undefined
  readonly movesOf: MovesOf
  readonly pushesTo: (sha: string) => Promise<readonly AnnouncedPush[]>
  readonly updates: Updates
}

export async function readBranch(place: Place, asked: BranchQuestion): Promise<Branch> {
  const {pull, history, updates} = asked
  const {moves, unseen} = await findMoves(place, asked)
  const explained = new Set(moves.flatMap((move) => history.explainedBy(move)))
  const pushed = moves.filter(({byMerge}) => !byMerge)
  const areClean = await Promise.all(pushed.map((move) => updates.isClean(move, pull.baseRef)))
  const counted = pushed.filter((_, i) => areClean[i] !== true)
  const elsewhere = await findElsewhere(counted, asked)
  return {
    hands: [
      ...handsOf(counted, `pushed to the branch of #${pull.number}`),
      ...elsewhere.map(({actor, ref}) => ({...actor, did: `pushed it to ${ref.replace(/^refs\/heads\//, '')}`})),
    ],
    explained,
    unseen: unseen ?? [...counted, ...elsewhere].map(describeUnknown).find((why) => why !== undefined),
  }
}

/** Of so many commits it is asked who pushed them first; of more, of those alone where the branch stood. */
const maxAsked = 200

/** Whoever pushed a commit first, where that was to another branch: somebody else's pull request was begun at it. */
async function findElsewhere(
  moves: readonly Move[],
  {pull, history, pushesTo}: BranchQuestion,
): Promise<readonly AnnouncedPush[]> {
  const stood = moves.map(({after}) => after)
  const brought = moves.flatMap((move) => history.broughtBy(move))
  const asked = new Set<string>(brought.length > maxAsked ? stood : [...stood, ...brought])
  const own = [pull.head.ref, pull.baseRef].map((branch) => `refs/heads/${branch}`)
  const told = await Promise.all([...asked].map((sha) => pushesTo(sha)))
  return told.flatMap(([first]) => (first === undefined || own.includes(first.ref) ? [] : [first]))
}

interface Found {
  readonly moves: readonly Move[]
  readonly unseen?: string | undefined
}

/** The moves that count. What of the branch is in the range is explained commit by commit, so there only those into it. */
async function findMoves(place: Place, asked: BranchQuestion): Promise<Found> {
  const {pull, history, repositoryId, movesOf} = asked
  const {number, head} = pull
  if (head.repositoryId !== repositoryId) {
    return {
      moves: [],
      unseen: `the branch of #${number} is in another repository, where the issuer cannot see who pushes`,
    }
  }
  const {moves, isWhole} = await movesOf(head.ref, pull.mergeCommit && head.sha)
  if (history.find(head.sha) !== undefined) return {moves: moves.filter(({after}) => history.find(after) !== undefined)}
  const toCreation = walkBack(moves, {head: head.sha})
  if (isWhole && toCreation.unexplained === undefined) return toCreation
  const {unexplained, ...walked} = walkBack(moves, {head: head.sha, end: await findLeaving(place, asked)})
  return unexplained === undefined
    ? walked
    : {...walked, unseen: `GitHub does not tell who moved the branch of #${number} to ${unexplained}`}
}

/** Where it left the base: of a merged one the base as it was before the merge. */
async function findLeaving(place: Place, {pull, baseTip, history}: BranchQuestion): Promise<string | undefined> {
  const merge = pull.mergeCommit === undefined ? undefined : history.find(pull.mergeCommit)
  const base = merge?.parents[0] ?? baseTip
  if (base === undefined) return undefined
  const compared = await compare(place, {base, head: pull.head.sha})
  return compared === 'gone' || compared.mergeBase === pull.head.sha ? undefined : compared.mergeBase
}

/** The account that a workflow's own token moves branches as: whoever may push a workflow may have it do so. */
const workflows = 'github-actions[bot]'

/** Why it cannot be told whose hand a move is. */
export function describeUnknown({actor, after}: Pick<Move, 'actor' | 'after'>): string | undefined {
  if (actor === null) return `the account that moved a branch to ${after} is no more`
  return actor.login === workflows
    ? `a workflow moved a branch to ${after}, as whoever may push can have it do`
    : undefined
}

export const handsOf = (moves: readonly Move[], did: string): readonly Hand[] =>
  moves.flatMap(({actor}) => (actor === null ? [] : [{id: actor.id, login: actor.login, did}]))
