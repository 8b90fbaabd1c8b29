/** The embedded store: the common suite, and what is special to a file on a disk. */
import {afterAll, describe, expect, test} from '@jest/globals'
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync, type SQLInputValue} from 'node:sqlite'
import {publicSight} from '../../issuer/model/viewer.ts'
import {durableOver, openSqlite} from '../../issuer/store/sqlite.ts'
import {openDatabase} from '../../issuer/store/sqlite-connection.ts'
import {migrate, migrations} from '../../issuer/store/sqlite-schema.ts'
import {answers, decides, firstEntry, proposal, receiptOf, scopeOf, statementOf} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {checkedLedger, describeStore} from './suite.ts'
import {checkTree} from './suite-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-store-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))
let files = 0
const newPath = (): string => join(folder, `${++files}`, 'countersign.db')

describeStore('sqlite', async () => Promise.resolve(openSqlite(newPath())))

describe('the database file', () => {
  const posix = process.platform === 'win32' ? test.skip : test

  posix('is readable by its owner alone, with its log and its folder', () => {
    const path = newPath()
    const durable = openSqlite(path)
    const modes = [path, `${path}-wal`, `${path}-shm`, join(path, '..')].map((each) => statSync(each).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o700])
    durable.close()
  })

  test('waits for others, keeps foreign keys and syncs every commit', () => {
    const db = openDatabase(newPath())
    const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    expect(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma)).toEqual(['wal', 2, 1, 5000])
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
    await durable.claims.claim(statementOf(1), proposal(1))
    const before = await durable.store.read(scopeOf())
    const change = decides({n: 1, read: before})
    const publication = JSON.stringify({reply: 'x'.repeat(100_000)})
    const {completes} = change
    const large = {...change, completes: {...completes, outcome: {...completes.outcome, publication}}}
    const {page_count: pages} = db.prepare('PRAGMA page_count').get() ?? {}
    db.exec(`PRAGMA max_page_count = ${Number(pages) + 1}`)
    await expect(durable.store.commit(large)).rejects.toThrow('full')
    expect(await durable.store.read(scopeOf())).toEqual(before)
    expect(await durable.claims.claim(statementOf(1), proposal(2))).toEqual(proposal(1))
    expect(await checkedLedger(durable)).toHaveLength(1)
    db.exec('PRAGMA max_page_count = 100000')
    expect(await durable.store.commit(large)).toBe('committed')
    expect(await checkedLedger(durable)).toHaveLength(2)
    durable.close()
  })
})

/** The same claims and records in a file as the first version made it. Gives its path. */
function asFirstVersion(path: string): string {
  const [newer, firstPath] = [new DatabaseSync(path), newPath()]
  const read = (sql: string) => newer.prepare(sql).all()
  const [claims, records, scopes] = ['claims', 'records', 'scopes'].map((table) => read(`SELECT * FROM ${table}`))
  newer.close()
  openSqlite(firstPath).close()
  rmSync(firstPath)
  const old = new DatabaseSync(firstPath)
  migrate(old, migrations.slice(0, 1))
  const numbered = claims?.map((row) => ({...row, comment_id: Number(String(row['subject']).split('/')[1])}))
  for (const [table, rows] of Object.entries({claims: numbered, records, scopes})) {
    const columns = old
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({name}) => String(name))
    const insert = old.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`)
    for (const row of rows ?? [])
      insert.run(...columns.map((name) => (row as Record<string, SQLInputValue>)[name] ?? null))
  }
  old.close()
  return firstPath
}

describe('the schema', () => {
  const versionOf = (db: DatabaseSync) => db.prepare('PRAGMA user_version').get()?.['user_version']

  test.each(migrations.map((_, version) => version))(
    'of version %i is brought up to date when opened',
    async (version) => {
      const path = newPath()
      openSqlite(path).close()
      rmSync(path)
      const old = new DatabaseSync(path)
      migrate(old, migrations.slice(0, version))
      old.close()
      const durable = openSqlite(path)
      await durable.createLedger(firstEntry)
      await decideStatement(durable, {n: 1})
      expect(await checkedLedger(durable)).toHaveLength(2)
      durable.close()
    },
  )

  test('that is older than the tree gets it filled from its entries, and goes on from there', async () => {
    const path = newPath()
    const before = openSqlite(path)
    await before.createLedger(firstEntry)
    for (let n = 1; n <= 10; n++) await decideStatement(before, {n})
    before.close()
    const after = openSqlite(asFirstVersion(path))
    await checkTree(after)
    expect(await after.store.find({by: 'receipt', id: receiptOf(3).id})).toHaveLength(1)
    expect(await after.store.find({by: 'approver', login: 'Octocat', sight: publicSight})).toHaveLength(10)
    expect((await after.claims.claim(statementOf(3), proposal(9))).outcome?.kind).toBe('allow')
    for (let n = 11; n <= 13; n++) await decideStatement(after, {n})
    expect(await checkedLedger(after)).toHaveLength(14)
    await checkTree(after)
    after.close()
  })

  test('takes a further migration and keeps what is there', async () => {
    const path = newPath()
    const before = openSqlite(path)
    await before.createLedger(firstEntry)
    await decideStatement(before, {n: 1})
    before.close()
    const db = new DatabaseSync(path)
    migrate(db, [...migrations, "ALTER TABLE claims ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'"])
    expect(versionOf(db)).toBe(migrations.length + 1)
    expect(db.prepare('SELECT colour, kind FROM claims').all()).toEqual([{colour: 'grey', kind: 'allow'}])
    db.close()
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

test('an answer of courtesy with no ledger entry survives a restart too', async () => {
  const path = newPath()
  const before = openSqlite(path)
  await before.claims.claim(statementOf(1), proposal(1))
  await before.store.commit(answers(1))
  before.close()
  const after = openSqlite(path)
  expect((await after.claims.claim(statementOf(1), proposal(2))).outcome).toEqual(answers(1).completes.outcome)
  after.close()
})
