/** What somebody may read, as data: a look-up made with it finds that alone, and nothing else takes its place or time. */
import type {RepositoryId} from '#protocol'

/** Everybody reads what was public when it was made. And with these also what was private: */
export interface Viewer {
  /** of these repositories, */
  readonly repositories: readonly RepositoryId[]
  /** and of whatever belonged to these accounts, by their numeric ids. */
  readonly owners: readonly number[]
}

/** Whose something is, and whether its repository was public when it was made. What is unknown is nobody's. */
export interface Belonging {
  readonly public: boolean
  readonly repositoryId?: RepositoryId | undefined
  readonly ownerId?: number | undefined
}

/** The single rule of visibility, on every route, page and badge. By ids alone: names change hands. */
export const sees = ({repositories, owners}: Viewer, {public: isPublic, repositoryId, ownerId}: Belonging): boolean =>
  isPublic ||
  (repositoryId !== undefined && repositories.includes(repositoryId)) ||
  (ownerId !== undefined && owners.includes(ownerId))

export const publicViewer: Viewer = {repositories: [], owners: []}
export const viewerOfRepository = (id: RepositoryId): Viewer => ({repositories: [id], owners: []})
