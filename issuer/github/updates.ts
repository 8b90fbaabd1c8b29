/**
 * "Update branch": GitHub merges the base into the head for whoever presses the button. That is nobody's hand, when the
 * merge is GitHub's own and brings exactly what the base had.
 */
import type {Place} from './comparison.ts'
import {fetchOutcome} from './comparison.ts'
import {fetchNamedCommit} from './commits.ts'
import type {History} from './history.ts'
import type {Move, Moves, MovesOf} from './moves.ts'
import type {NamedCommit} from './names.ts'

/** Of more of them it is not asked what they brought: then they are somebody's. */
const maxAsked = 20

export interface Updates {
  /** Whether a move of a head branch is one; `baseRef`: the branch that its pull request goes into. */
  isClean(move: Move, baseRef: string): Promise<boolean>
  /** Whether a commit was found to be one. */
  wasClean(sha: string): boolean
}

interface UpdatesQuestion {
  readonly history: History
  readonly movesOf: MovesOf
  /** Asked of their moves alone: nobody else's decide. */
  readonly speakers: readonly number[]
}

export function createUpdates(place: Place, {history, movesOf, speakers}: UpdatesQuestion): Updates {
  const clean = new Set<string>()
  let asked = 0
  return {
    isClean: async (move, baseRef) => {
      const {actor, after} = move
      if (actor === null || !speakers.includes(actor.id) || asked >= maxAsked) return false
      asked += 1
      const commit = history.find(after) ?? (await fetchNamedCommit(place, after))
      if (commit === undefined || !isGitHubsMerge(commit, move)) return false
      const [first, second] = commit.parents
      if (first === undefined || second === undefined) return false
      if (!tipsAt(await movesOf(baseRef), move.at).includes(second)) return false
      const [brought, there] = await Promise.all(
        commit.parents.map((parent) =>
          fetchOutcome(place, {base: first, head: parent === first ? commit.sha : parent}),
        ),
      )
      if (brought === undefined || brought !== there) return false
      clean.add(after)
      return true
    },
    wasClean: (sha) => clean.has(sha),
  }
}

const isGitHubsMerge = ({byGitHub, parents, author}: NamedCommit, {before, actor}: Move): boolean =>
  byGitHub && parents.length === 2 && parents[0] === before && author?.id === actor?.id

/**
 * Where a branch stood at a moment, to the second: an older commit of the base would bring back what the base has mended
 * since.
 */
function tipsAt({moves}: Moves, at: number): readonly string[] {
  const last = moves
    .filter((move) => move.at < at)
    .reduce<Move | undefined>(
      (newest, move) => (newest !== undefined && newest.at >= move.at ? newest : move),
      undefined,
    )
  const within = moves.filter((move) => move.at === at)
  return [...(last === undefined ? [] : [last.after]), ...within.flatMap(({before, after}) => [before, after])]
}
