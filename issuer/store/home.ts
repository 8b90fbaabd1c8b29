/**
 * Which table a ledger is at home in, by the id that AWS gives to each table once. A copy (restored, imported, from a
 * backup) holds the ledger of another table, and whoever went on in it could sign a second history under one name.
 */
import {recordKey} from './layout.ts'
import type {Table} from './table.ts'

export interface LedgerHome {
  /** `here`: it began in this table, or a person said so since. `elsewhere`: this is a copy. Throws on an outage. */
  find(): Promise<'here' | 'elsewhere'>
  /** From here this table is its home. */
  move(): Promise<void>
}

export const ledgerHome = (table: Table, id: () => Promise<string>): LedgerHome => ({
  find: async () => {
    const [first, here] = await Promise.all([table.get(recordKey(0)), id()])
    return first?.['home'] === here ? 'here' : 'elsewhere'
  },
  move: async () => {
    const moved = await table.write([{update: recordKey(0), set: {home: await id()}, when: {present: true}}])
    if (moved === 'refused') throw new Error('the table holds no ledger')
  },
})
