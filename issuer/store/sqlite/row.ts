/** Columns of a row, read with their type checked. */
import type {SQLOutputValue} from 'node:sqlite'
import type {Entry} from '#protocol'

export type Row = Readonly<Record<string, SQLOutputValue>>

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`the database holds no text in ${column}`)
  return value
}

export function integerOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`the database holds no number in ${column}`)
  return value
}

export const optionalInteger = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : integerOf(row, column)

/** Rows are this program's own writing, so the JSON's shape is trusted; hashes are checked where the ledger is verified. */
export const entryOf = (row: Row): Entry => JSON.parse(textOf(row, 'entry')) as Entry
