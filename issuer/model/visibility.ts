/** The port of what is known of repositories now: visibility narrows at once, whatever something was when it was minted. */
import type {RepositoryId, RepositoryName} from '#protocol'

/** A repository as it was last seen. */
export interface SeenRepository {
  readonly id: RepositoryId
  readonly name: RepositoryName
  readonly installation?: number | undefined
  readonly public: boolean
  /** When its reading began; milliseconds. */
  readonly at: number
}

/** Of a repository that a webhook called private, when it came is all that is new. */
export type Hiding = Pick<SeenRepository, 'id' | 'at'>

export interface Visibility {
  /** A private one is hidden when this returns; a public one is shown, unless a webhook hid it a moment before. */
  note(seen: SeenRepository): Promise<void>
  /** What a webhook says, at once. It shows nothing: an old one may come late. */
  hide(hiding: Hiding): Promise<void>
  /** Those that are shown, or were until a webhook hid them, and were last looked at before a moment, in milliseconds. */
  toLookAt(before: number): Promise<readonly SeenRepository[]>
}

/** GitHub's reads lag behind its webhooks: for so long what they show may be the past; milliseconds. */
export const visibilityLag = 120_000
