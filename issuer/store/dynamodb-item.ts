/** Items of the table: flat, of texts and numbers, read with their type checked. */
import type {AttributeValue} from '@aws-sdk/client-dynamodb'
import type {Entry} from '#protocol'

/** A member that is undefined is not written. */
export type Item = Readonly<Record<string, string | number | undefined>>

export interface Key {
  readonly pk: string
  readonly sk: string
}

export function writeItem(item: Item): Record<string, AttributeValue> {
  const written: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(item)) {
    if (typeof value === 'string') written[name] = {S: value}
    if (typeof value === 'number') written[name] = {N: String(value)}
  }
  return written
}

export function readItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const item: Record<string, string | number> = {}
  for (const [name, {S: text, N: number}] of Object.entries(attributes)) {
    if (text !== undefined) item[name] = text
    if (number !== undefined) item[name] = Number(number)
  }
  return item
}

export function textOf(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string') throw new TypeError(`the table holds no text in ${name}`)
  return value
}

export function integerOf(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new TypeError(`the table holds no whole number in ${name}`)
  }
  return value
}

export const optionalInteger = (item: Item, name: string): number | undefined =>
  item[name] === undefined ? undefined : integerOf(item, name)

/** Items are this program's own writing, so the JSON's shape is trusted; hashes are checked where the ledger is verified. */
export const entryOf = (item: Item): Entry => JSON.parse(textOf(item, 'entry')) as Entry
