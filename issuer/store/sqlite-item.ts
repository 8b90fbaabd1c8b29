/** An item as a row: what is indexed and what is JSON itself has a column, all else is one JSON object. */
import type {SQLInputValue, SQLOutputValue} from 'node:sqlite'
import type {Item, Key} from './table.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>

/** Numbers and texts that an index of layout.ts is made of. */
const indexed = ['receiptId', 'seq', 'scope', 'issued', 'commit', 'tree', 'outbox', 'completedAt'] as const
/** JSON within JSON would be escaped, and half as large again. */
const documents = ['entry', 'receipt', 'state', 'body'] as const

const attributes: readonly string[] = [...indexed, ...documents]
const own: ReadonlySet<string> = new Set(['pk', 'sk', ...attributes])

export const columns: readonly string[] = ['pk', 'sk', ...attributes, 'more']

/** In the order of `columns`. */
export function printItem(item: Key & Item): readonly SQLInputValue[] {
  const more: Record<string, string | number | undefined> = {}
  for (const name in item) if (!own.has(name)) more[name] = item[name]
  return [item.pk, item.sk, ...attributes.map((name) => item[name] ?? null), JSON.stringify(more)]
}

export function parseItem(row: Row): Item {
  const item = JSON.parse(String(row['more'])) as Record<string, string | number> // Our own writing.
  for (const name of own) {
    const value = row[name]
    if (typeof value === 'string' || typeof value === 'number') item[name] = value
  }
  return item
}
