/** A new table for each test, on an emulator that can be told to fail. */
import {afterAll, afterEach, beforeAll, beforeEach, describe, test} from '@jest/globals'
import type {Durable} from '../../issuer/model/durable.ts'
import type {ScopeReading} from '../../issuer/model/store.ts'
import {firstEntry, proposal, scopeOf, statementOf} from '../stores/builders.ts'
import {type Emulator, type Fault, emulatorAbsent, startEmulator} from './emulator.ts'
import {Tables} from './tables.ts'

export class TableStage {
  readonly emulator: Emulator
  readonly tables: Tables
  #durable: Durable | undefined

  constructor(emulator: Emulator) {
    this.emulator = emulator
    this.tables = new Tables(emulator.dynamoUrl)
  }

  /** Over a table with a ledger of one entry. */
  get durable(): Durable {
    if (this.#durable === undefined) throw new Error('no table is open')
    return this.#durable
  }

  async open(): Promise<void> {
    this.#durable = await this.tables.openEmpty()
    await this.durable.createLedger(firstEntry)
  }

  close(): void {
    this.emulator.failWith(undefined)
    this.durable.close()
  }

  /** Claims statement `n` and reads what its decision follows. */
  async claimAndRead(n: number): Promise<ScopeReading> {
    await this.durable.idempotency.begin(statementOf(n), proposal(n))
    return await this.durable.store.read(scopeOf())
  }

  /** Fails the first requests of one operation; gives the bodies of all of them. */
  failFirst(operation: string, faults: readonly Fault[]): readonly string[] {
    const seen: string[] = []
    this.emulator.failWith((request) => {
      if (request.operation !== operation) return undefined
      seen.push(request.body)
      return faults[seen.length - 1]
    })
    return seen
  }
}

/** The tests of each name, or one skipped test that says why. */
export function describeOnTables(groups: Readonly<Record<string, (the: () => TableStage) => void>>): void {
  const [first = ''] = Object.keys(groups)
  if (emulatorAbsent !== undefined) return test.skip(`${first} … (${emulatorAbsent})`, () => undefined)
  let stage: TableStage
  beforeAll(async () => {
    stage = new TableStage(await startEmulator())
  })
  afterAll(() => stage.emulator.close())
  beforeEach(() => stage.open())
  afterEach(() => stage.close())
  for (const [name, group] of Object.entries(groups)) describe(name, () => group(() => stage))
}
