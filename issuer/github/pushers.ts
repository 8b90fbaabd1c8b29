/** Who moved the head branch since it left the base: its moves walked back, from what webhooks and GitHub tell. */
import {parseCommitSha, type CommitSha} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Place} from './commits.ts'
import type {ChangeFacts} from '../model/facts.ts'

export type Pushers = ChangeFacts['pushers']

/** `actor` is null where GitHub no longer knows who it was. */
interface Move {
  readonly before: string
  readonly after: string
  readonly actor: {readonly id: number; readonly login: string} | null
}

export interface Walk {
  readonly head: CommitSha
  /** Where the branch left the base, when that can be told. */
  readonly mergeBase: CommitSha | undefined
  readonly moves: readonly Move[]
}

/**
 * From the head back through each move that led to a commit where the branch stood, until its creation or the merge
 * base. Every move into such a commit counts, whatever its age, so that moving a branch away and back again hides
 * nobody (threats A35). One that cannot be explained makes the whole unseen.
 */
export function tracePushers({head, mergeBase, moves}: Walk): Pushers {
  const accounts = new Map<number, {id: number; login: string}>()
  const stood = new Set<string>([head])
  for (const sha of stood) {
    if (sha === mergeBase) continue
    const into = moves.filter(({after}) => after === sha)
    if (into.length === 0) return {kind: 'unseen', why: `GitHub does not tell who moved the branch to ${sha}`}
    for (const {before, actor} of into) {
      if (actor === null) return {kind: 'unseen', why: `the account that moved the branch to ${sha} is no more`}
      accounts.set(actor.id, {id: actor.id, login: actor.login})
      if (!isCreation(before)) stood.add(before)
    }
  }
  return {kind: 'seen', accounts: [...accounts.values()]}
}

const isCreation = (before: string): boolean => /^0+$/.test(before)

const perPage = 100
const maxPages = 5
export const maxMoves = perPage * maxPages

/** GitHub's own list of a branch's moves. All of it, for an early move into a commit counts like a late one. */
export async function fetchActivity(place: Place, ref: string): Promise<readonly Move[] | 'too-many'> {
  const moves: Move[] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await fetchActivityPage(place, {ref, after})
    moves.push(
      ...answer.body
        .list()
        .filter((one) => one.at('ref').text() === ref)
        .map(parseMove),
    )
    after = answer.pageParameter('next', 'after')
    if (after === undefined) return moves
  }
  return 'too-many'
}

async function fetchActivityPage(
  {connection, at}: Place,
  {ref, after}: {readonly ref: string; readonly after: string | undefined},
): Promise<Answer> {
  const answer = await connection.ask("the branch's activity", (octokit) =>
    octokit.rest.repos.listActivities({...at, ref, per_page: perPage, ...(after === undefined ? {} : {after})}),
  )
  return shown(answer, "the branch's activity")
}

function parseMove(activity: Field): Move {
  const actor = activity.at('actor').optional()
  return {
    before: activity.at('before').parse(parseCommitSha, 'a full commit SHA'),
    after: activity.at('after').parse(parseCommitSha, 'a full commit SHA'),
    actor: actor === undefined ? null : {id: actor.at('id').number(), login: actor.at('login').text()},
  }
}
