/**
 * By which terms a receipt is found, and in which partitions its index rows stand for whoever may find it: of what is public
 * in one, of what is private in its repository's and its owner's. So a search reads nothing that it may not show, and neither
 * its pages nor its time tell what else is there.
 */
import type {Receipt, RepositoryId} from '#protocol'
import type {LedgerRecord} from '../model/record.ts'
import type {Belonging, Viewer} from '../model/viewer.ts'
import {integerOf, repositoryIdOf, textOf} from './item.ts'
import {indexPartition, recordKey} from './layout.ts'
import {printIssued} from './records.ts'
import type {Item, Key, Range, Table} from './table.ts'
import {readHidden, seesNow} from './visibility.ts'

/** Logins are the same in any case. */
export const approverTerm = (login: string): string => `approver/${login.toLowerCase()}`
/** Under it they stand by time. */
export const timeTerm = 'time'
export const repositoryTerm = (id: number): string => `repository/${id}`

/**
 * No repository has it: what no name leads to, or what is not in sight, is looked for all the same, so that nobody learns
 * which names there are.
 */
export const nobody = 0 as RepositoryId

/** At most sixteen: a receipt has six approvals. They are written with the record that they lead to. */
export function indexRows(record: LedgerRecord): readonly (Key & Item)[] {
  if (record.kind === 'event' || record.receipt === undefined) return []
  const {entry, scope, ownerId, public: isPublic, receipt} = record
  const {repositoryId} = scope
  const {seq} = entry
  return partitionsOf({public: isPublic, repositoryId, ownerId}).flatMap((partition) => [
    ...termsOf(receipt).map((term) => ({
      pk: indexPartition(partition, term),
      ...recordPlace(seq),
      repositoryId,
      ownerId,
    })),
    {pk: indexPartition(partition, timeTerm), sk: printIssued(receipt, seq), seq, repositoryId, ownerId},
  ])
}

const recordPlace = (seq: number): {readonly sk: string; readonly seq: number} => ({sk: recordKey(seq).sk, seq})

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
  readonly range?: Range | undefined
  readonly newestFirst: boolean
  readonly viewer: Viewer
  readonly atMost: number
}

/** The numbers of the entries, each once, in that order. What is private now takes none of the places. */
export async function readIndex(table: Table, {viewer, ...asked}: TermQuestion): Promise<readonly number[]> {
  const found = await Promise.all(
    partitionsInSight(viewer).map((partition) => readPart(table, {partition, viewer, ...asked})),
  )
  const numbers = [...new Set(found.flat())].sort((a, b) => (asked.newestFirst ? b - a : a - b))
  return numbers.slice(0, asked.atMost)
}

type PartQuestion = TermQuestion & {readonly partition: string}

async function readPart(table: Table, asked: PartQuestion): Promise<readonly number[]> {
  const {partition, term, newestFirst, viewer, atMost} = asked
  const hash = indexPartition(partition, term)
  const numbers: number[] = []
  for (let {range} = asked; ;) {
    const rows = await table.query({hash, range, newestFirst, atMost})
    const hidden = await readHidden(table, rows.map(repositoryIdOf))
    const seen = rows.filter((row) => seesNow(viewer, hidden, belongingOf(row, partition)))
    numbers.push(...seen.map((row) => integerOf(row, 'seq')))
    const last = rows.at(-1)
    if (last === undefined || rows.length < atMost || numbers.length >= atMost) return numbers
    // A number of seventeen digits sorts behind the same one of sixteen and before all that are larger.
    range = newestFirst ? {below: textOf(last, 'sk')} : {from: `${textOf(last, 'sk')}0`}
  }
}

const belongingOf = (row: Item, partition: string): Belonging => ({
  public: partition === publicPartition,
  repositoryId: repositoryIdOf(row),
  ownerId: integerOf(row, 'ownerId'),
})
