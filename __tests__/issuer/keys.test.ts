/** Local keys: made once, loaded with their type checked; the first start, and stores that do not belong to the keys. */
import {afterAll, beforeEach, describe, expect, test} from '@jest/globals'
import {type KeyObject, generateKeyPairSync} from 'node:crypto'
import {chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {publicKeyBytes} from '#protocol'
import {type IssuerKeys, type KeyPlaces, checkStore, openKeys} from '../../issuer/keys/issuer-keys.ts'
import {markLedger} from '../../issuer/keys/ledger-mark.ts'
import {loadSigner, loadTokenSigner, makeKeyFile} from '../../issuer/keys/pem.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {verifyEd25519} from '../../src/protocol/crypto.ts'
import {firstEntry} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'

const root = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
afterAll(() => rmSync(root, {recursive: true, force: true}))
const posix = process.platform === 'win32' ? test.skip : test

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(root, 'start-'))
})
const at = (name: string): string => join(folder, name)
const pem = (key: KeyObject): string => key.export({type: 'pkcs8', format: 'pem'}).toString()

describe('a key file', () => {
  test('makes a signer whose signatures verify under its public key', async () => {
    makeKeyFile(at('receipt.pem'), 'ed25519')
    const loaded = loadSigner(at('receipt.pem'))
    if (!loaded.ok) throw new Error(loaded.fault)
    const message = new TextEncoder().encode('{"a":1}')
    const signature = await loaded.value.sign(message)
    expect(verifyEd25519({publicKey: publicKeyBytes(loaded.value.publicKey), message, signature})).toBe(true)
    expect(loaded.warning).toBeUndefined()
  })

  test('is never written over, and what was being written is removed', () => {
    writeFileSync(at('receipt.pem'), 'precious')
    expect(() => makeKeyFile(at('receipt.pem'), 'ed25519')).toThrow('EEXIST')
    expect(readFileSync(at('receipt.pem'), 'utf8')).toBe('precious')
    expect(readdirSync(folder)).toEqual(['receipt.pem'])
  })

  posix('is readable by its owner alone, and one that is not gets a warning', () => {
    makeKeyFile(at('receipt.pem'), 'ed25519')
    expect(statSync(at('receipt.pem')).mode & 0o777).toBe(0o600)
    chmodSync(at('receipt.pem'), 0o640)
    expect(loadSigner(at('receipt.pem'))).toMatchObject({ok: true, warning: expect.stringContaining('chmod 600')})
  })

  test('for tokens is an RSA key of 3072 bits', () => {
    makeKeyFile(at('token.pem'), 'rsa')
    const loaded = loadTokenSigner(at('token.pem'))
    if (!loaded.ok) throw new Error(loaded.fault)
    const {kid, jwk, keys} = loaded.value
    expect(keys.get(kid)).toMatchObject({bits: 3072, exponent: 65537n})
    expect(jwk).toMatchObject({kty: 'RSA', alg: 'RS256', use: 'sig', kid, e: 'AQAB'})
  })

  test('signs at most 4096 bytes, as a key service would', async () => {
    makeKeyFile(at('receipt.pem'), 'ed25519')
    const loaded = loadSigner(at('receipt.pem'))
    if (!loaded.ok) throw new Error(loaded.fault)
    expect(await loaded.value.sign(new Uint8Array(4096))).toHaveLength(64)
    await expect(loaded.value.sign(new Uint8Array(4097))).rejects.toThrow('4096')
  })
})

describe('a file that holds no Ed25519 private key', () => {
  const ed25519 = generateKeyPairSync('ed25519')
  const encrypted = {type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a passphrase'} as const
  const wrong: readonly (readonly [string, () => string, string])[] = [
    ['an RSA key', () => pem(generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey), 'type rsa'],
    ['an EC key', () => pem(generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey), 'type ec'],
    ['an Ed448 key', () => pem(generateKeyPairSync('ed448').privateKey), 'type ed448'],
    ['an X25519 key', () => pem(generateKeyPairSync('x25519').privateKey), 'type x25519'],
    ['a public key', () => ed25519.publicKey.export({type: 'spki', format: 'pem'}).toString(), '"PUBLIC KEY"'],
    ['an encrypted key', () => ed25519.privateKey.export(encrypted).toString(), 'encrypted'],
    ['two keys', () => pem(ed25519.privateKey).repeat(2), 'several PEM blocks'],
    ['half a key', () => pem(ed25519.privateKey).replace(/.{20}\n-/, '\n-'), 'damaged'],
    ['no PEM', () => 'MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'no PEM'],
    ['nothing', () => '', 'no PEM'],
    ['far too much', () => 'x'.repeat(70_000), 'too large'],
  ]

  test.each(wrong)('(%s) is refused with a reason that shows nothing of it', (_, make, reason) => {
    const text = make()
    writeFileSync(at('key.pem'), text, {mode: 0o600})
    const loaded = loadSigner(at('key.pem'))
    expect(loaded).toEqual({ok: false, fault: expect.stringContaining(reason)})
    const lines = text.split('\n').filter((line) => line.length > 8 && !line.startsWith('-'))
    for (const line of lines) expect(JSON.stringify(loaded)).not.toContain(line.slice(0, 40))
  })

  test('is refused by its path when it is not there or is a folder', () => {
    expect(loadSigner(at('none.pem'))).toEqual({ok: false, fault: `${at('none.pem')} cannot be read (ENOENT)`})
    expect(loadSigner(folder)).toMatchObject({ok: false})
  })

  test('is refused for tokens when it is an RSA key of fewer than 2048 bits, or none', () => {
    writeFileSync(at('small.pem'), pem(generateKeyPairSync('rsa', {modulusLength: 1024}).privateKey))
    writeFileSync(at('other.pem'), pem(ed25519.privateKey))
    expect(loadTokenSigner(at('small.pem'))).toEqual({ok: false, fault: expect.stringContaining('1024 bits')})
    expect(loadTokenSigner(at('other.pem'))).toEqual({ok: false, fault: expect.stringContaining('type ed25519')})
  })
})

describe('a start', () => {
  const places = (more: Partial<KeyPlaces> = {}): KeyPlaces => ({databasePath: at('data/countersign.db'), ...more})

  function keysOf(given: KeyPlaces = places()): IssuerKeys {
    const opened = openKeys(given)
    if (!opened.ok) throw new Error(opened.fault.join('\n'))
    return opened.value.keys
  }

  /** Starts as the issuer does: keys, store, and a ledger when the store is new. */
  async function start(decisions = 0): Promise<string> {
    const keys = keysOf()
    const durable = openSqlite(places().databasePath)
    const checked = await checkStore(keys, durable.entries)
    if (checked.kind === 'new') await durable.createLedger(firstEntry)
    const first = (await durable.entries.entries(0, 9999)).length
    for (let n = first; n < first + decisions; n++) await decideStatement(durable, {n})
    const last = (await durable.entries.entries(0, 9999)).at(-1)
    if (checked.kind !== 'refused' && last !== undefined) markLedger(keys.markPath, last)
    durable.close()
    return checked.kind === 'refused' ? checked.problem : checked.kind
  }

  test('with neither keys nor database makes both, and the next one finds them', async () => {
    expect(await start(1)).toBe('new')
    const {receipt, ledger, evidenceSecret} = keysOf()
    expect(await start()).toBe('known')
    expect(receipt).toBeDefined()
    expect(keysOf().receipt?.publicKey).toBe(receipt?.publicKey)
    expect(keysOf().ledger.publicKey).toBe(ledger.publicKey)
    expect(ledger.publicKey).not.toBe(receipt?.publicKey)
    expect(evidenceSecret.reveal()).toMatch(/^[0-9a-f]{64}$/)
  })

  posix('makes files for its owner alone', async () => {
    await start()
    const modes = readdirSync(at('data')).map((name) => statSync(at(`data/${name}`)).mode & 0o777)
    expect(modes).toHaveLength(6)
    expect(new Set(modes)).toEqual(new Set([0o600]))
  })

  test('with keys and no database is refused, and makes none', async () => {
    await start()
    rmSync(at('data/countersign.db'))
    const opened = openKeys(places())
    expect(opened).toEqual({ok: false, fault: [expect.stringContaining('"countersign-issuer ledger resume"')]})
    expect(existsSync(places().databasePath)).toBe(false)
  })

  test('with keys and an empty database is refused', async () => {
    await start()
    rmSync(at('data/countersign.db'))
    rmSync(at('data/receipt-key.pem.ledger-mark'))
    openSqlite(places().databasePath).close()
    expect(await start()).toContain('"countersign-issuer ledger resume"')
  })

  test('with an older copy of the database is refused', async () => {
    await start(1)
    const older = readFileSync(places().databasePath)
    await start(2)
    writeFileSync(places().databasePath, older)
    expect(await start()).toMatch(/had entry 3, and the store ends before it.*"countersign-issuer ledger resume"/)
  })

  test('with the database of another issuer is refused', async () => {
    await start(2)
    for (const suffix of ['', '-wal', '-shm']) rmSync(places().databasePath + suffix, {force: true})
    const other = openSqlite(places().databasePath)
    await other.createLedger(firstEntry)
    for (const n of [7, 8, 9]) await decideStatement(other, {n, kind: 'deny'})
    other.close()
    expect(await start()).toContain('has another entry in its place')
  })

  test('with a damaged mark is refused', async () => {
    await start(1)
    writeFileSync(at('data/receipt-key.pem.ledger-mark'), '')
    expect(await start()).toContain('is damaged')
  })

  test('with keys in places of their own makes only what is missing, and their mark is kept beside them', async () => {
    makeKeyFile(at('receipt.pem'), 'ed25519')
    const given = places({receiptKey: at('receipt.pem')})
    const keys = keysOf(given)
    expect(readdirSync(at('data')).sort()).toEqual(['evidence-secret', 'ledger-key.pem', 'token-key.pem'])
    expect(keys.markPath).toBe(at('receipt.pem.ledger-mark'))
    const durable = openSqlite(given.databasePath)
    expect(await checkStore(keys, durable.entries)).toEqual({kind: 'new'})
    await durable.createLedger(firstEntry)
    markLedger(keys.markPath, firstEntry)
    durable.close()
    rmSync(at('data'), {recursive: true})
    const again = keysOf(given)
    const emptied = openSqlite(given.databasePath)
    expect(await checkStore(again, emptied.entries)).toMatchObject({kind: 'refused'})
    emptied.close()
  })

  test('does not make a key that is missing beside a database, and names every problem', async () => {
    await start()
    rmSync(at('data/ledger-key.pem'))
    writeFileSync(at('data/token-key.pem'), 'not a key')
    expect(openKeys(places())).toEqual({
      ok: false,
      fault: [
        expect.stringMatching(/^COUNTERSIGN_LEDGER_KEY: .*ENOENT/),
        expect.stringMatching(/^COUNTERSIGN_TOKEN_KEY: .*no PEM/),
      ],
    })
  })

  test('with one key for receipts and ledger is refused', async () => {
    await start()
    const opened = openKeys(places({ledgerKey: at('data/receipt-key.pem')}))
    expect(opened).toEqual({ok: false, fault: [expect.stringContaining('a key of its own')]})
  })
})
