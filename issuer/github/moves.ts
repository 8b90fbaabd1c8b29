/** Who moved a branch: GitHub's own list of its moves, and what signed webhooks announced of it. */
import {parseCommitSha, parseSecondsTime, secondsTimeToMs} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Place} from './comparison.ts'
import {type Kept, keep} from './kept.ts'
import type {AnnouncedPush} from '../model/facts.ts'

/** `actor` is null where GitHub no longer knows who it was. */
export interface Move {
  readonly before: string
  readonly after: string
  readonly actor: {readonly id: number; readonly login: string} | null
  /** GitHub moved it, for somebody who pressed the button of a pull request or put it in the queue. */
  readonly byMerge: boolean
  /** Milliseconds. */
  readonly at: number
}

export interface Moves {
  readonly moves: readonly Move[]
  /** Whether the list is whole: older moves than GitHub shows are not known. */
  readonly isWhole: boolean
  /** The head of a merged pull request that it was read for. */
  readonly merged?: string
}

const perPage = 100
const maxPages = 5

/** The moves of a branch; `merged`: its head when its pull request was merged, for later moves do not matter then. */
export type MovesOf = (branch: string, merged?: string) => Promise<Moves>

export type KeptMoves = Kept<Moves>

/** Of branches whose pull requests were merged: what led to their heads does not change. */
export const keepMoves = (): KeptMoves =>
  keep({atMost: 500, forMs: 3_600_000, isFinal: ({moves, merged}) => moves.some(({after}) => after === merged)})

/** One list a branch and decision; the repository's, where GitHub shows nothing of a branch that is gone, once for all. */
export function readMoves(
  place: Place,
  {pushes, kept}: {readonly pushes: (ref: string) => Promise<readonly AnnouncedPush[]>; readonly kept: KeptMoves},
): MovesOf {
  const known = new Map<string, Promise<Moves>>()
  let everything: Promise<Listed> | undefined
  const read = async (ref: string): Promise<Moves> => {
    const [announced, own] = await Promise.all([pushes(ref), fetchMoves(place, {ref})])
    const listed = own.moves.length > 0 ? own : await (everything ??= fetchMoves(place, {}))
    const moves = listed.moves.filter((move) => move.ref === ref)
    return {moves: [...moves, ...unlisted(announced, moves)], isWhole: listed.isWhole}
  }
  return (branch, merged) => {
    const ref = `refs/heads/${branch}`
    const fetch = (): Promise<Moves> => {
      const found = known.get(ref) ?? read(ref)
      known.set(ref, found)
      return found
    }
    if (merged === undefined) return fetch()
    const key = JSON.stringify([place.repositoryId, ref, merged])
    return kept.get(key, async () => ({...(await fetch()), merged}))
  }
}

/** What GitHub announced and does not list, or not yet. Only its list tells a merge by button from a push. */
const unlisted = (announced: readonly AnnouncedPush[], listed: readonly Move[]): readonly Move[] =>
  announced
    .filter(({before, after}) => !listed.some((move) => move.before === before && move.after === after))
    .map(({before, after, actor, receivedAt: at}) => ({before, after, actor, byMerge: false, at}))

interface Listed {
  readonly moves: readonly (Move & {readonly ref: string})[]
  readonly isWhole: boolean
}

/**
 * An early move into a commit counts like a late one, so all pages are read. Whether a branch that is gone can still be
 * asked for by its name was never tried on github.com: the repository's list keeps it.
 */
async function fetchMoves(place: Place, asked: {readonly ref?: string}): Promise<Listed> {
  const moves: Listed['moves'][number][] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await fetchPage(place, {...asked, ...(after !== undefined && {after})})
    moves.push(...answer.body.list().map(parseMove))
    after = answer.pageParameter('next', 'after')
    if (after === undefined) return {moves, isWhole: true}
  }
  return {moves, isWhole: false}
}

async function fetchPage(
  {connection, at}: Place,
  asked: {readonly ref?: string; readonly after?: string},
): Promise<Answer> {
  const answer = await connection.ask("the branch's activity", (octokit) =>
    octokit.rest.repos.listActivities({...at, ...asked, per_page: perPage}),
  )
  return shown(answer, "the branch's activity")
}

const merges = new Set(['pr_merge', 'merge_queue_merge'])

function parseMove(activity: Field): Listed['moves'][number] {
  const actor = activity.at('actor').optional()
  return {
    ref: activity.at('ref').text(),
    before: activity.at('before').parse(parseCommitSha, 'a full commit SHA'),
    after: activity.at('after').parse(parseCommitSha, 'a full commit SHA'),
    actor: actor === undefined ? null : {id: actor.at('id').number(), login: actor.at('login').text()},
    byMerge: merges.has(activity.at('activity_type').text()),
    at: secondsTimeToMs(activity.at('timestamp').parse(parseSecondsTime, 'a time')),
  }
}
