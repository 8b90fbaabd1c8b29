/**
 * By which terms a receipt is found, and in which partitions its index rows stand for whoever may find it: of what is public
 * in one, of what is private in its repository's and its owner's. So a search reads nothing that it may not show, and neither
 * its pages nor its time tell what else is there.
 */
import type {Receipt} from '#protocol'
import type {LedgerRecord} from '../model/record.ts'
import type {Belonging, Viewer} from '../model/viewer.ts'
import {textOf} from './item.ts'
import {indexPartition, recordKey} from './layout.ts'
import type {Key, Table} from './table.ts'

/** Logins are the same in any case. */
export const approverTerm = (login: string): string => `approver/${login.toLowerCase()}`
export const repositoryTerm = (id: number): string => `repository/${id}`

/** No repository's: what no name leads to is looked for all the same, so that nobody learns which names there are. */
export const nobody = 0

/** At most fourteen: a receipt has six approvals. They are written with the record that they lead to. */
export function indexRows(record: LedgerRecord): readonly Key[] {
  if (record.kind === 'event' || record.receipt === undefined) return []
  const {entry, scope, ownerId, public: isPublic, receipt} = record
  const {sk} = recordKey(entry.seq)
  return partitionsOf({public: isPublic, repositoryId: scope.repositoryId, ownerId}).flatMap((partition) =>
    termsOf(receipt).map((term) => ({pk: indexPartition(partition, term), sk})),
  )
}

const termsOf = ({approvals, scope}: Receipt): readonly string[] => [
  ...new Set([repositoryTerm(scope.repositoryId), ...approvals.map(({login}) => approverTerm(login))]),
]

const publicPartition = 'public'
const repositoryPartition = (id: number): string => `repository/${id}`
const ownerPartition = (id: number): string => `owner/${id}`

const partitionsOf = ({public: isPublic, repositoryId, ownerId}: Belonging): readonly string[] =>
  isPublic
    ? [publicPartition]
    : [
        ...(repositoryId === undefined ? [] : [repositoryPartition(repositoryId)]),
        ...(ownerId === undefined ? [] : [ownerPartition(ownerId)]),
      ]

const partitionsInSight = ({repositories, owners}: Viewer): readonly string[] => [
  publicPartition,
  ...repositories.map(repositoryPartition),
  ...owners.map(ownerPartition),
]

export interface TermQuestion {
  readonly term: string
  /** Only entries before this number. */
  readonly before?: number | undefined
  readonly viewer: Viewer
  readonly atMost: number
}

/** The numbers of the entries, each once, newest first. */
export async function readIndex(
  table: Table,
  {term, before, viewer, atMost}: TermQuestion,
): Promise<readonly number[]> {
  const range = before === undefined ? undefined : {below: recordKey(before).sk}
  const found = await Promise.all(
    partitionsInSight(viewer).map((partition) =>
      table.query({hash: indexPartition(partition, term), range, newestFirst: true, atMost}),
    ),
  )
  const numbers = found.flat().map((row) => Number(textOf(row, 'sk')))
  return [...new Set(numbers)].sort((a, b) => b - a).slice(0, atMost)
}
