/** A table in SQLite: one row an item, one transaction a write. */
import type {DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync} from 'node:sqlite'
import {indexes, tokenIdPrefix} from './layout.ts'
import {atOneMoment, inTransaction} from './sqlite-connection.ts'
import type {Condition, Item, Key, Query, Range, Table, Write} from './table.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>

/** Numbers and texts that an index of layout.ts is made of. */
const indexed = ['receiptId', 'seq', 'scope', 'issued', 'commit', 'tree', 'outbox', 'dueAt'] as const
/** JSON within JSON would be escaped, and half as large again. */
const documents = ['entry', 'receipt', 'state', 'body'] as const

const attributes: readonly string[] = [...indexed, ...documents]
const own: ReadonlySet<string> = new Set(['pk', 'sk', ...attributes])

export const columns: readonly string[] = ['pk', 'sk', ...attributes, 'more']

/** In the order of `columns`. */
function printItem(item: Key & Item): readonly SQLInputValue[] {
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

export function sqliteTable(db: DatabaseSync): Table {
  const rows = openRows(db)
  return {
    get: async ({pk, sk}) => Promise.resolve(rows.read({pk, sk})),
    getAll: async (keys) => Promise.resolve(atOneMoment(db, () => keys.map(rows.read))),
    query: async (question) => Promise.resolve(rows.query(question)),
    write: async (writes, bodies = []) => Promise.resolve(write({db, rows}, writes, bodies)),
  }
}

interface Rows {
  readonly read: (key: Key) => Item | undefined
  readonly query: (question: Query) => readonly Item[]
  /** Over whatever was there. */
  readonly put: (item: Key & Item) => void
  /** Unless there is one. */
  readonly add: (item: Key & Item) => boolean
  readonly remove: (key: Key) => void
}

const refusal = new Error('a condition does not hold')

function write(
  {db, rows}: {readonly db: DatabaseSync; readonly rows: Rows},
  writes: readonly Write[],
  bodies: readonly (Key & Item)[],
): 'written' | 'refused' {
  try {
    inTransaction(db, () => {
      for (const body of bodies) rows.add(body)
      for (const one of writes) if (!apply(rows, one)) throw refusal
    })
    return 'written'
  } catch (fault) {
    if (fault === refusal) return 'refused'
    throw fault
  }
}

/** Part of a write's transaction. False when the condition does not hold. */
function apply(rows: Rows, one: Write): boolean {
  if ('put' in one) {
    if (one.when !== undefined && 'absent' in one.when) return rows.add(one.put)
    if (one.when !== undefined && !holds(one.when, rows.read(one.put))) return false
    rows.put(one.put)
    return true
  }
  const key = 'update' in one ? one.update : one.delete
  const item = rows.read(key)
  if (one.when !== undefined && !holds(one.when, item)) return false
  if ('delete' in one) rows.remove(key)
  else rows.put(changed(item, one))
  return true
}

function changed(item: Item | undefined, {update, set, remove}: Extract<Write, {update: Key}>): Key & Item {
  const given = Object.entries(set).filter(([, value]) => value !== undefined)
  const gone = remove === undefined ? {} : {[remove]: undefined}
  return {...item, ...Object.fromEntries(given), ...gone, ...update}
}

function holds(condition: Condition, item: Item | undefined): boolean {
  if ('anyOf' in condition) return condition.anyOf.some((one) => holds(one, item))
  if ('absent' in condition) return item === undefined
  if (item === undefined) return false
  if ('present' in condition) return true
  if ('equals' in condition) return Object.entries(condition.equals).every(([name, value]) => item[name] === value)
  const [numbers, compare] =
    'atMost' in condition
      ? ([condition.atMost, (own: number, limit: number) => own <= limit] as const)
      : ([condition.above, (own: number, limit: number) => own > limit] as const)
  return Object.entries(numbers).every(([name, limit]) => {
    const own = item[name]
    return typeof own === 'number' && compare(own, limit)
  })
}

/** Each statement is prepared once. */
function openRows(db: DatabaseSync): Rows {
  const select = db.prepare('SELECT * FROM items WHERE pk = ? AND sk = ?')
  const names = columns.map((name) => `"${name}"`)
  const insert = `INSERT INTO items (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
  const add = db.prepare(`${insert} ON CONFLICT (pk, sk) DO NOTHING`)
  const replaced = names.slice(2).map((name) => `${name} = excluded.${name}`)
  const put = db.prepare(`${insert} ON CONFLICT (pk, sk) DO UPDATE SET ${replaced.join(', ')}`)
  const remove = db.prepare('DELETE FROM items WHERE pk = ? AND sk = ?')
  const queries = new Map<string, StatementSync>()
  return {
    read: ({pk, sk}) => {
      const row = select.get(pk, sk)
      return row && parseItem(row)
    },
    query: (question) => {
      const {sql, values} = printQuery(question)
      const statement = queries.get(sql) ?? db.prepare(sql)
      queries.set(sql, statement)
      return readQuery(statement, values, question)
    },
    put: (item) => void put.run(...printItem(item)),
    add: (item) => add.run(...printItem(item)).changes === 1,
    remove: ({pk, sk}) => void remove.run(pk, sk),
  }
}

/** As many kinds of question as there are ports' methods, so few that the statements are kept. */
function printQuery({index, hash, range, newestFirst = false}: Query): {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
} {
  const keys = index === undefined ? {hash: 'pk', range: 'sk'} : indexes[index]
  const limits = range === undefined ? [] : limitsOf(range)
  const says = [`"${keys.hash}" = ?`, ...limits.map(([compare]) => `"${keys.range}" ${compare} ?`)]
  return {
    sql: `SELECT * FROM items WHERE ${says.join(' AND ')} ORDER BY "${keys.range}" ${newestFirst ? 'DESC' : 'ASC'} LIMIT ?`,
    values: [hash, ...limits.map(([, value]) => value)],
  }
}

function limitsOf(range: Range): readonly (readonly [compare: string, value: string | number])[] {
  if ('below' in range) return [['<', range.below]]
  if ('upTo' in range) return [['<=', range.upTo]]
  if ('from' in range) return [['>=', range.from]]
  return [
    ['>=', range.startsWith],
    ['<', `${range.startsWith}\u{10ffff}`],
  ]
}

const withoutEnd = -1

function readQuery(
  statement: StatementSync,
  values: readonly SQLInputValue[],
  {atMost = Infinity, takes}: Query,
): readonly Item[] {
  if (takes === undefined) {
    return statement.all(...values, Number.isFinite(atMost) ? atMost : withoutEnd).map(parseItem)
  }
  const found: Item[] = []
  for (const row of statement.iterate(...values, withoutEnd)) {
    const item = parseItem(row)
    if (takes(item)) found.push(item)
    if (found.length >= atMost) break
  }
  return found
}

/** DynamoDB forgets by itself what has expired. Here used tokens are forgotten when the next one comes; `now` in milliseconds. */
export function forgetTokenIds(db: DatabaseSync, now: number): void {
  db.prepare("DELETE FROM items WHERE pk >= ? AND pk < ? AND more ->> '$.expires' <= ?").run(
    tokenIdPrefix,
    `${tokenIdPrefix}\u{10ffff}`,
    Math.floor(now / 1000),
  )
}
