/**
 * Under which words a receipt is found, and where its cards stand for whoever may find it: of what is public on one shelf,
 * of what is private on its repository's and its owner's. So a search reads nothing that it may not show, and neither its
 * pages nor its time tell what else is there.
 */
import type {Receipt} from '#protocol'
import type {Belonging, Sight} from '../model/viewer.ts'

export interface Card {
  readonly word: string
  readonly shelf: string
}

/** Logins are the same in any case. */
export const approverWord = (login: string): string => `approver/${login.toLowerCase()}`
export const repositoryWord = (id: number): string => `repository/${id}`

/** No repository's: what no name leads to is looked for all the same, so that nobody learns which names there are. */
export const nobody = 0

/** At most fourteen: a receipt has six approvals. */
export function cardsOf(
  {approvals, scope}: Pick<Receipt, 'approvals' | 'scope'>,
  belonging: Belonging,
): readonly Card[] {
  const words = new Set([repositoryWord(scope.repositoryId), ...approvals.map(({login}) => approverWord(login))])
  return shelvesOf(belonging).flatMap((shelf) => [...words].map((word) => ({word, shelf})))
}

const publicShelf = 'public'
const repositoryShelf = (id: number): string => `repository/${id}`
const ownerShelf = (id: number): string => `owner/${id}`

const shelvesOf = ({public: isPublic, repositoryId, ownerId}: Belonging): readonly string[] =>
  isPublic
    ? [publicShelf]
    : [
        ...(repositoryId === undefined ? [] : [repositoryShelf(repositoryId)]),
        ...(ownerId === undefined ? [] : [ownerShelf(ownerId)]),
      ]

export const shelvesInSight = ({repositories, owners}: Sight): readonly string[] => [
  publicShelf,
  ...repositories.map(repositoryShelf),
  ...owners.map(ownerShelf),
]

/** Numbers of entries from several shelves, each once, the newest first. */
export const newestOf = (shelves: readonly (readonly number[])[], atMost: number): readonly number[] =>
  [...new Set(shelves.flat())].sort((a, b) => b - a).slice(0, atMost)

/** What is asked of the cards of one word. */
export interface CardQuestion {
  readonly word: string
  /** Only entries before this number. */
  readonly before?: number | undefined
  readonly sight: Sight
  readonly atMost: number
}
