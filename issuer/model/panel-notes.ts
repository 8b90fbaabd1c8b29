/** The port of what is remembered of each panel: when time alone changes its text, and which checks do. */
import type {CommitSha, RepositoryId} from '#protocol'
import type {PullPlace} from './facts.ts'

/** Of a panel as it was written last. */
export interface PanelNote {
  readonly place: PullPlace
  /** When the reading began that its text was made of; milliseconds. */
  readonly readAt: number
  /** When its text is next another although nothing happens; milliseconds. */
  readonly changesAt?: number | undefined
  /** The commit that it is about and the names of the checks that it waits for; absent where it waits for none. */
  readonly awaits?: {readonly commit: CommitSha; readonly checks: readonly string[]} | undefined
}

export interface PanelNotes {
  /**
   * Durable when it returns, over what was kept of that panel. `older`: what is kept was read later (by a clock that
   * does not run ahead by a minute), so nothing was written, and a text that was made of this reading may be stale.
   */
  keep(note: PanelNote): Promise<'kept' | 'older'>
  /** Whose text has changed by `now` (milliseconds), the longest ago first, at most `limit`. May lag. */
  due(now: number, limit: number): Promise<readonly PanelNote[]>
  /** Of the panels about this commit that wait for checks. Consistent. */
  awaiting(repositoryId: RepositoryId, commit: CommitSha): Promise<readonly PanelNote[]>
}

/** Milliseconds. A reading from further ahead was made under a clock that runs ahead, and gives way to any other. */
export const noteSkew = 60_000
