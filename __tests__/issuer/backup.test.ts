/** A backup is made while others write, and what comes out of it is whole, refused where it may be old, and goes on. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {cp, mkdir, readFile, readdir, rename, rm, stat, truncate, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {fileURLToPath} from 'node:url'
import {verify} from '#protocol'
import {checkedEntries, databasePath, withStore} from '../acceptance/ledger.ts'
import {operate} from '../acceptance/operator.ts'
import {Stage} from '../acceptance/stage.ts'

let stage: Stage
let receipt: string
let file: string
let keys: string
let data: string
let told: string
let lengthAfter: number
beforeAll(async () => {
  stage = await Stage.open()
  const {folder} = stage.issuer
  ;[file, keys, data] = [join(folder, 'copy.db'), join(folder, 'keys'), dirname(databasePath(stage.issuer))]
  await stage.authorize()
  receipt = stage.receiptText()
  await writeFile(join(data, 'github-app.json'), '{}')
  const writer = startWriter()
  const before = await lengthReaches(100)
  told = operate(stage, 'backup', file, '--with-keys', keys)
  lengthAfter = await lengthReaches(entriesIn(told) + 1)
  expect(entriesIn(told)).toBeGreaterThanOrEqual(before)
  writer.stdin?.end()
  await once(writer, 'close')
  // What the copy does not know.
  await stage.say('/deny production not today')
})
afterAll(() => stage.close())

const startWriter = (): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(new URL('backup-writer.ts', import.meta.url)), databasePath(stage.issuer)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })

const entriesIn = (words: string): number => Number(/, (\d+) entries/.exec(words)?.[1])

/** Waits until the ledger has so many entries; gives how many there are. */
async function lengthReaches(length: number): Promise<number> {
  return await withStore(stage.issuer, async ({entries}) => {
    for (;;) {
      const {seq} = await entries.last()
      if (seq + 1 >= length) return seq + 1
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
}

/** The folder of another machine: the keys that were copied, and nothing else but what is named of the old folder. */
async function moveAway({bring = []}: {readonly bring?: readonly string[]} = {}): Promise<void> {
  await rename(data, `${data}-before`)
  await mkdir(data, {mode: 0o700})
  await cp(keys, data, {recursive: true})
  for (const name of bring) await cp(join(`${data}-before`, name), join(data, name))
}

async function moveBack(): Promise<void> {
  await rm(data, {recursive: true})
  await rename(`${data}-before`, data)
}

const isThere = async (path: string): Promise<boolean> =>
  (await readdir(dirname(path))).some((name) => path.endsWith(name))

test('a copy made under 200 appends a second is of one moment, for its owner alone, and says what it holds', async () => {
  expect(told).toMatch(
    /copy\.db: \d+\.\d MB, \d+ entries of the ledger, whole; the newest is \d+ of .*Z, receipt\.issued\./,
  )
  expect(lengthAfter).toBeGreaterThan(entriesIn(told))
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(keys)).mode & 0o777).toBe(0o700)
  expect((await readdir(keys)).sort()).toEqual([
    'evidence-secret',
    'github-app.json',
    'ledger-key.pem',
    'receipt-key.pem',
    'token-key.pem',
  ])
  // Nothing unfinished stays behind.
  expect((await readdir(dirname(file))).sort()).toEqual(['copy.db', 'data', 'keys'])
})

test('nothing is written over', async () => {
  const before = await readFile(file)
  expect(() => operate(stage, 'backup', file)).toThrow(/ended with 2: .*copy\.db already exists/)
  expect(() => operate(stage, 'backup', `${file}-2`, '--with-keys', keys)).toThrow(
    /ended with 2: .*keys already exists/,
  )
  expect(() => operate(stage, 'restore', file)).toThrow(/ended with 2: Stop the issuer and move away/)
  expect((await readFile(file)).equals(before)).toBe(true)
})

test('a store whose key is missing is not backed up: the copy would be worth nothing', async () => {
  const key = join(data, 'token-key.pem')
  await rename(key, `${key}.away`)
  expect(() => operate(stage, 'backup', `${file}-2`)).toThrow(/ended with 2: COUNTERSIGN_TOKEN_KEY/)
  await rename(`${key}.away`, key)
  expect(await isThere(`${file}-2`)).toBe(false)
})

describe('a copy that is not whole is refused, and nothing is put in its place', () => {
  beforeAll(async () => {
    await stage.issuer.stop()
    await moveAway()
  })
  afterAll(moveBack)

  const entry7 = "pk = 'ledger' AND seq = 7"
  const edits: Readonly<Record<string, readonly [sql: string, problem: RegExp]>> = {
    'an entry says another time': [
      `UPDATE items SET entry = replace(entry, '"seq":7', '"seq":7 ') WHERE ${entry7}`,
      /entry 7: its row says something else/,
    ],
    'an entry names another receipt': [
      `UPDATE items SET entry = json_set(entry, '$.subject', 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v') WHERE ${entry7}`,
      /entry 7: its hash is not that of its content/,
    ],
    'an entry in the middle is gone': [`DELETE FROM items WHERE ${entry7}`, /entry 8: the number before it is missing/],
    'the newest entries are gone': ["DELETE FROM items WHERE pk = 'ledger' AND seq > 0", /newest checkpoint covers/],
    'a receipt is another one': [
      `UPDATE items SET receipt = json_set(receipt, '$.authorizedBy', 'hubot') WHERE pk = 'ledger' AND seq = 1`,
      /entry 1: its receipt is not the one that it names/,
    ],
    'the tree beside an entry is another one': [
      `UPDATE items SET more = json_set(more, '$.nodes', (SELECT more ->> '$.nodes' FROM items WHERE pk = 'ledger' AND seq = 3))
       WHERE ${entry7}`,
      /entry 7: the tree/,
    ],
    'the checkpoint is signed by nobody we know': [
      // The ninth letter from the end, which is one of the signature's, becomes another.
      `UPDATE items SET more = json_set(more, '$.note', substr(more ->> '$.note', 1, length(more ->> '$.note') - 9) ||
         iif(substr(more ->> '$.note', -9, 1) = 'A', 'B', 'A') || substr(more ->> '$.note', -8)) WHERE pk = 'checkpoint'`,
      /newest checkpoint does not verify/,
    ],
    'a token is another one': [
      `UPDATE items SET body = replace(body, '.', '!') WHERE pk IN
         (SELECT 'body#' || (more ->> '$.token') FROM items WHERE pk = 'ledger' AND seq = 1)`,
      /entry 1: its token is not the one that it names/,
    ],
    'the end is that of before': [
      `UPDATE items SET more = json_set(more, '$.hash', '0') WHERE pk = 'head'`,
      /its end says another/,
    ],
    'the schema is of a later version': ['PRAGMA user_version = 9999', /its schema is 9999/],
  }

  test.each(Object.entries(edits))('%s', async (_, [sql, problem]) => {
    const edited = `${file}-edited`
    await cp(file, edited)
    const db = new DatabaseSync(edited)
    db.exec(sql)
    db.close()
    expect(() => operate(stage, 'restore', edited)).toThrow(problem)
    await rm(edited)
    expect((await readdir(data)).sort()).toEqual((await readdir(keys)).sort())
  })

  test('the file is cut', async () => {
    const cut = `${file}-cut`
    await cp(file, cut)
    await truncate(cut, Math.floor((await stat(cut)).size / 2))
    expect(() => operate(stage, 'restore', cut)).toThrow(/ended with 1: .*was not restored/)
    await rm(cut)
    expect((await readdir(data)).sort()).toEqual((await readdir(keys)).sort())
  })

  test('the file is no database', async () => {
    await writeFile(`${file}-text`, 'no database at all')
    expect(() => operate(stage, 'restore', `${file}-text`)).toThrow(/ended with 1: .*file is not a database/)
  })

  test('the keys are those of another issuer', async () => {
    const another = await Stage.open()
    await another.issuer.stop()
    await rm(databasePath(another.issuer))
    expect(() => operate(another, 'restore', file)).toThrow(/ended with 1: .*was not restored/)
    await another.close()
  })

  test('the keys are missing', async () => {
    const key = join(data, 'ledger-key.pem')
    await rename(key, `${key}.away`)
    expect(() => operate(stage, 'restore', file)).toThrow(/ended with 2: .*LEDGER_KEY[\s\S]*Put the keys back/)
    await rename(`${key}.away`, key)
  })
})

describe('moved to another machine with its mark', () => {
  let moved: string
  beforeAll(async () => {
    await stage.issuer.stop()
    moved = join(stage.issuer.folder, 'moved.db')
    operate(stage, 'backup', moved)
    await moveAway({bring: ['receipt-key.pem.ledger-mark']})
  })
  afterAll(async () => {
    await stage.issuer.stop()
    await moveBack()
  })

  test('the same ledger goes on, and what it knew holds', async () => {
    const {ledgerKey} = stage.issuer
    operate(stage, 'restore', moved)
    await stage.issuer.restart()
    expect(stage.issuer.ledgerKey).toBe(ledgerKey)
    const {id} = JSON.parse(receipt) as {readonly id: string}
    expect(await (await fetch(`${stage.issuer.url}/v1/receipts/${id}/status`)).text()).toContain('"status":"revoked"')
    await stage.authorize({environment: 'staging'})
    const entries = await checkedEntries(stage)
    expect(entries).toHaveLength(entriesIn(operate(stage, 'backup', `${moved}-2`)))
    expect(entries.at(-1)?.event).toBe('receipt.issued')
  })
})

describe('after the disk was lost, with the keys and an older copy', () => {
  beforeAll(async () => {
    await moveAway()
    operate(stage, 'restore', file)
  })

  test('the issuer refuses to go on as if nothing had been signed since', async () => {
    await expect(stage.issuer.restart()).rejects.toThrow(/ended with 2[\s\S]*the store is older than/)
  })

  test('resumed on purpose it starts a new ledger, old receipts verify, and the old ledger stays to be read', async () => {
    const {ledgerKey, pin} = stage.issuer
    operate(stage, 'ledger', 'resume')
    await stage.issuer.restart()
    expect(stage.issuer.ledgerKey).not.toBe(ledgerKey)
    expect(stage.issuer.pin).toBe(pin)
    expect(verify.receipt(receipt, {keys: pin})).toMatchObject({valid: true})
    await stage.authorize()
    expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created', 'receipt.issued'])
    expect((await readdir(data)).some((name) => name.startsWith('countersign.db.before-'))).toBe(true)
  })
})
