/**
 * The port of an engine: items under keys, in one table with a few indexes. What an issuer keeps in it is written once,
 * above it; layout.ts lists the items. An engine is done when the suites of __tests__/stores hold over it.
 */
import type {IndexName} from './layout.ts'

/** Flat, of texts and numbers. A member that is undefined is not written. */
export type Item = Readonly<Record<string, string | number | undefined>>

export interface Key {
  readonly pk: string
  readonly sk: string
}

/** What must hold of the item that stands under a key at the moment of the write. */
export type Condition =
  | {readonly absent: true}
  | {readonly present: true}
  /** There is one, with these values; it lacks those that are undefined. */
  | {readonly equals: Item}
  /** There is one, and this number of it is not larger. */
  | {readonly atMost: Readonly<Record<string, number>>}
  /** There is one, and this number of it is larger. */
  | {readonly above: Readonly<Record<string, number>>}
  | {readonly anyOf: readonly Condition[]}

/** `put` takes the place of what was there; `update` sets the attributes that are not undefined, and takes one away. */
export type Write = {readonly when?: Condition} & (
  | {readonly put: Key & Item}
  | {readonly update: Key; readonly set: Item; readonly remove?: string}
  | {readonly delete: Key}
)

/** Of the key by which what is asked for is sorted. */
export type Range =
  | {readonly below: string | number}
  | {readonly upTo: string | number}
  | {readonly from: string | number}
  | {readonly startsWith: string}

export interface Query {
  /** Absent: the table itself, by `pk` and `sk`. */
  readonly index?: IndexName
  readonly hash: string
  readonly range?: Range | undefined
  readonly newestFirst?: boolean
  /** Absent: all of them. */
  readonly atMost?: number
  /** What it does not take is passed over, and counts for nothing. Absent: it takes everything. */
  readonly takes?: (item: Item) => boolean
}

/** Every method throws on an outage, and only then or when it is asked what the engine cannot do. */
export interface Table {
  /** Consistent: whatever was written before the call. */
  get(key: Key): Promise<Item | undefined>
  /** The same of several, at most 100, in their order; each by itself, so a write may come between two of them. */
  getAll(keys: readonly Key[]): Promise<readonly (Item | undefined)[]>
  /** In order. Without an index it is consistent; an index may lag, and gives only the attributes that it carries. */
  query(question: Query): Promise<readonly Item[]>
  /**
   * All of it or nothing, and durable when it returns `written`. `refused`: a condition did not hold, and nothing was
   * written. When it throws it may have been written or not: who must know reads. At most one write a key.
   *
   * `bodies` have the digest of their content for a key. They are there when the rest is, and do no harm without it.
   */
  write(writes: readonly Write[], bodies?: readonly (Key & Item)[]): Promise<'written' | 'refused'>
}
