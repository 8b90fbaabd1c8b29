/** The embedded store, with every question that it is asked written down: how, for how many keys, and how much was found. */
import type {Durable} from '../../issuer/model/durable.ts'
import {overTable} from '../../issuer/store/over-table.ts'
import {openDatabase} from '../../issuer/store/sqlite-connection.ts'
import {sqliteTable} from '../../issuer/store/sqlite-table.ts'
import type {Item, Table} from '../../issuer/store/table.ts'

export interface Counted {
  readonly open: (path: string) => Durable
  /** The questions since the last call. */
  readonly take: () => readonly string[]
}

export function countStore(): Counted {
  let asked: string[] = []
  const note = async <T>(what: string, answer: Promise<T>, size: (given: T) => number): Promise<T> => {
    const given = await answer
    asked.push(`${what}: ${size(given)}`)
    return given
  }
  const counting = (table: Table): Table => ({
    ...table,
    get: (key) => note(`get ${partOf(key.pk)}`, table.get(key), (item) => (item === undefined ? 0 : 1)),
    getAll: (keys) => note(`get ${keys.map(({pk}) => partOf(pk)).join()}`, table.getAll(keys), countFound),
    query: (question) =>
      note(`query ${question.index ?? partOf(question.hash)}`, table.query(question), (found) => found.length),
  })
  return {
    open: (path) => {
      const db = openDatabase(path)
      return overTable(counting(sqliteTable(db)), {close: () => db.close()})
    },
    take: () => {
      const taken = asked
      asked = []
      return taken
    },
  }
}

const partOf = (pk: string): string => pk.replace(/#.*/s, '')
const countFound = (items: readonly (Item | undefined)[]): number => items.filter((item) => item !== undefined).length
