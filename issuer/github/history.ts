/** The commits of a range and how they hang together: what a move of a branch brought of them. Pure. */
import type {CommitSha} from '#protocol'
import type {NamedCommit} from './names.ts'
import type {Move} from './moves.ts'

export class History {
  readonly commits: readonly NamedCommit[]
  readonly #bySha: ReadonlyMap<string, NamedCommit>
  readonly #reached = new Map<string, ReadonlySet<CommitSha>>()

  constructor(commits: readonly NamedCommit[]) {
    this.commits = commits
    this.#bySha = new Map(commits.map((commit) => [commit.sha, commit]))
  }

  find(sha: string): NamedCommit | undefined {
    return this.#bySha.get(sha)
  }

  /** Those of the range that the commit contains, itself among them. */
  reach(from: string): ReadonlySet<CommitSha> {
    const known = this.#reached.get(from)
    if (known !== undefined) return known
    const found = new Set<CommitSha>()
    const open = [this.find(from)]
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
      found.add(commit.sha)
      open.push(...commit.parents.filter((parent) => !found.has(parent)).flatMap((parent) => this.find(parent) ?? []))
    }
    this.#reached.set(from, found)
    return found
  }

  /** Those that a branch has after a move, and had not before. */
  broughtBy({before, after}: Pick<Move, 'before' | 'after'>): readonly CommitSha[] {
    const had = this.reach(before)
    return [...this.reach(after)].filter((sha) => !had.has(sha))
  }

  /** GitHub wrote its commits anew, one upon the other: whoever pressed is their committer. */
  isRebase({byMerge, after}: Pick<Move, 'byMerge' | 'after'>): boolean {
    const last = this.find(after)
    return byMerge && last?.parents.length === 1 && !last.byGitHub
  }

  /** Those of which a move tells who brought them: a push of all, a merge of what GitHub made for it. */
  explainedBy(move: Pick<Move, 'before' | 'after' | 'byMerge'>): readonly CommitSha[] {
    const brought = this.broughtBy(move)
    return !move.byMerge || this.isRebase(move) ? brought : brought.filter((sha) => sha === move.after)
  }
}

/**
 * Of a branch whose head is not in the range, since its merge was squashed: every move that led to the head, back
 * through each commit where the branch stood, until its creation or `end`. Every move into such a commit counts,
 * whatever its age, so that moving a branch away and back again hides nobody (threats A35).
 */
export function walkBack(
  moves: readonly Move[],
  {head, end}: {readonly head: string; readonly end?: string | undefined},
): {readonly moves: readonly Move[]; readonly unexplained?: string} {
  const stood = new Set([head])
  const found = new Set<Move>()
  for (const sha of stood) {
    if (sha === end) continue
    const into = moves.filter(({after}) => after === sha)
    if (into.length === 0) return {moves: [...found], unexplained: sha}
    for (const move of into) {
      found.add(move)
      if (!isCreation(move)) stood.add(move.before)
    }
  }
  return {moves: [...found]}
}

const isCreation = ({before}: Move): boolean => /^0+$/.test(before)
