/** The embedded store: the common suite, and what is special to a file on a disk. */
import {afterAll, afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type Embedded, durableOver, openSqlite} from '../../issuer/store/sqlite.ts'
import {indexes} from '../../issuer/store/layout.ts'
import {migrate, migrations, openDatabase} from '../../issuer/store/sqlite-connection.ts'
import {holdAlone} from '../../issuer/store/sqlite-alone.ts'
import {sqliteTable} from '../../issuer/store/sqlite-table.ts'
import {answers, decides, firstEntry, proposal, scopeOf, statementOf} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {testInbox, testLanes} from './suite-inbox.ts'
import {describeTable} from './suite-table.ts'
import {checkedLedger, describeStore} from './suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-store-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
let files = 0
const newPath = (): string => join(folder, `${++files}`, 'countersign.db')

describeStore('sqlite', async () => Promise.resolve(openSqlite(newPath())))

describe('sqlite: the table', () => {
  let db: DatabaseSync
  beforeEach(() => {
    db = openDatabase(newPath())
  })
  afterEach(() => db.close())
  describeTable(async () => Promise.resolve(sqliteTable(db)))
})

describe('sqlite: the inbox', () => {
  let durable: Embedded
  beforeEach(() => {
    durable = openSqlite(newPath())
  })
  afterEach(() => durable.close())
  testInbox(() => durable.inbox)
  testLanes(() => durable.inbox)
})

describe('a database that one process works on alone', () => {
  test('is held by nobody else, until it lets go', () => {
    const path = newPath()
    openDatabase(path).close()
    const free = holdAlone(path)
    expect(free).toBeDefined()
    expect(holdAlone(path)).toBeUndefined()
    free?.()
    const again = holdAlone(path)
    expect(again).toBeDefined()
    again?.()
  })
})

describe('the database file', () => {
  const posix = process.platform === 'win32' ? test.skip : test

  posix('is readable by its owner alone, with its log and its folder', () => {
    const path = newPath()
    const durable = openSqlite(path)
    const modes = [path, `${path}-wal`, `${path}-shm`, join(path, '..')].map((each) => statSync(each).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o700])
    durable.close()
  })

  test('waits for others and syncs every commit', () => {
    const db = openDatabase(newPath())
    const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect(['journal_mode', 'synchronous', 'busy_timeout'].map(pragma)).toEqual(['wal', 2, 5000])
    db.close()
  })

  test('keeps everything over a restart', async () => {
    const path = newPath()
    const before = openSqlite(path)
    await before.createLedger(firstEntry)
    await decideStatement(before, {n: 1})
    const state = await before.store.read(scopeOf())
    before.close()
    const after = openSqlite(path)
    expect(await after.store.read(scopeOf())).toEqual(state)
    expect(await checkedLedger(after)).toHaveLength(2)
    after.close()
  })
})

describe('a full disk', () => {
  test('throws, leaves nothing half-written, and the same change goes through once there is room', async () => {
    const db = openDatabase(newPath())
    const durable = durableOver(db)
    await durable.createLedger(firstEntry)
    await durable.idempotency.begin(statementOf(1), proposal(1))
    const before = await durable.store.read(scopeOf())
    const change = decides({n: 1, read: before})
    const {completes} = change
    const publication = {...completes.outcome.publication, reply: 'x'.repeat(100_000)}
    const large = {...change, completes: {...completes, outcome: {...completes.outcome, publication}}}
    const {page_count: pages} = db.prepare('PRAGMA page_count').get() ?? {}
    db.exec(`PRAGMA max_page_count = ${Number(pages) + 1}`)
    await expect(durable.store.commit(large)).rejects.toThrow('full')
    expect(await durable.store.read(scopeOf())).toEqual(before)
    expect(await durable.idempotency.begin(statementOf(1), proposal(2))).toEqual(proposal(1))
    expect(await checkedLedger(durable)).toHaveLength(1)
    db.exec('PRAGMA max_page_count = 100000')
    expect(await durable.store.commit(large)).toBe('committed')
    expect(await checkedLedger(durable)).toHaveLength(2)
    durable.close()
  })
})

describe('the schema', () => {
  const versionOf = (db: DatabaseSync) => db.prepare('PRAGMA user_version').get()?.['user_version']

  test('has an index of each kind that the store asks, and every look-up goes by one', () => {
    const db = openDatabase(newPath())
    for (const [index, {hash, range}] of Object.entries(indexes)) {
      const plan = db.prepare(`EXPLAIN QUERY PLAN SELECT * FROM items WHERE "${hash}" = ? ORDER BY "${range}" LIMIT ?`)
      expect(plan.all('a', 1).map(({detail}) => detail)).toEqual([
        `SEARCH items USING INDEX items_${index} (${hash}=?)`,
      ])
    }
    db.close()
  })

  test('takes a further migration and keeps what is there', async () => {
    const path = newPath()
    const before = openSqlite(path)
    await before.createLedger(firstEntry)
    await decideStatement(before, {n: 1})
    before.close()
    const db = new DatabaseSync(path)
    migrate(db, [...migrations, "ALTER TABLE items ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'"])
    expect(versionOf(db)).toBe(migrations.length + 1)
    const select = db.prepare("SELECT colour, sk FROM items WHERE pk = 'ledger' AND seq = 1")
    expect(select.all()).toEqual([{colour: 'grey', sk: '0000000000000001'}])
    db.close()
  })

  test('of before there were times to try again keeps what is to be sent, due when it was completed', async () => {
    const path = newPath()
    const whole = openSqlite(path)
    await whole.idempotency.begin(statementOf(1), proposal(1))
    await whole.store.commit(answers(1))
    const [now] = await whole.outbox.due('other', Number.MAX_SAFE_INTEGER)
    whole.close()
    const old = new DatabaseSync(path)
    old.exec(`UPDATE items SET "dueAt" = more ->> '$.completedAt', more = json_remove(more, '$.completedAt') WHERE outbox = 'waiting';
      ALTER TABLE items RENAME COLUMN "dueAt" TO "completedAt";
      PRAGMA user_version = 1`)
    old.close()
    const migrated = openSqlite(path)
    expect(await migrated.outbox.due('other', Number.MAX_SAFE_INTEGER)).toEqual([{...now, dueAt: now?.completedAt}])
    migrated.close()
  })

  test('is left as it was by a migration that fails half-way', () => {
    const db = openDatabase(newPath())
    const failing = 'CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)'
    expect(() => migrate(db, [...migrations, failing])).toThrow('nowhere')
    expect(versionOf(db)).toBe(migrations.length)
    expect(db.prepare("SELECT * FROM sqlite_schema WHERE name = 'half'").all()).toEqual([])
    db.close()
  })

  test('newer than this version is refused, saying what to do', () => {
    const path = newPath()
    const db = openDatabase(path)
    db.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    db.close()
    expect(() => openSqlite(path)).toThrow('start the newer version of Countersign')
  })

  test('of another program is refused', () => {
    const path = newPath()
    openSqlite(path).close()
    rmSync(path)
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (a)')
    other.close()
    expect(() => openSqlite(path)).toThrow('another program')
  })
})

test('a reply to a stranger with no ledger entry survives a restart too', async () => {
  const path = newPath()
  const before = openSqlite(path)
  await before.idempotency.begin(statementOf(1), proposal(1))
  await before.store.commit(answers(1))
  before.close()
  const after = openSqlite(path)
  expect((await after.idempotency.begin(statementOf(1), proposal(2))).outcome).toEqual(answers(1).completes.outcome)
  after.close()
})
