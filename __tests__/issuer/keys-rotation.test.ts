/** The life of the receipt key: `countersign-issuer keys`, and the issuer that runs beside it over the same file. */
import {existsSync, readdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {
  type KeySet,
  type PinnedKeys,
  type PublicKey,
  canonicalBytes,
  canonicalJson,
  checkSuccession,
  digestOf,
  narrowPins,
  parsePinnedKeys,
  readKeySet,
  verifyReceipt,
} from '#protocol'
import {viewerOfRepository} from '../../issuer/model/viewer.ts'
import {openKeys} from '../../issuer/keys/issuer-keys.ts'
import {followedBy} from '../../issuer/keys/key-ring.ts'
import {mintKeyEntry} from '../../issuer/mint/mint-key-set.ts'
import {nextTime} from '../../issuer/mint/mint-record.ts'
import {makeKeyFile} from '../../issuer/keys/pem.ts'
import {decides, proposal, scopeOf, statementOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {type KeyIssuer, day, keyIn, noon, receiptNow, startKeyIssuer, statuses} from './keys-issuer.ts'

let issuer: KeyIssuer
let first: PublicKey
beforeEach(async () => {
  issuer = await startKeyIssuer()
  first = issuer.ring.signer.publicKey
})
afterEach(() => issuer.close())

const pinsOf = (...keys: readonly PublicKey[]): PinnedKeys => {
  const pinned = parsePinnedKeys(keys.join('\n'))
  if (!pinned.ok) throw new Error(pinned.fault.join())
  return pinned.value
}

/** What a gate with these pins makes of a receipt, once it has read the key set. */
function verdict(receipt: string, keySet: KeySet, ...pinned: readonly PublicKey[]): string {
  const pins = pinsOf(...pinned)
  const read = readKeySet(canonicalJson(keySet), pins)
  const keys = read.ok ? narrowPins(pins, read.value) : pins
  const judged = verifyReceipt(receipt, {keys, now: issuer.clock.now, expect: {}, maxTtl: day, clock: undefined})
  return judged.valid ? 'valid' : judged.refusal.code
}

describe('a new ledger', () => {
  test('begins with a key set of the receipt key and the ledger key, whose digest its first entry names', async () => {
    const keySet = await issuer.ring.keySet()
    const common = {status: 'active', notBefore: '2026-04-02T12:00:00Z', notAfter: null, revokedAt: null}
    expect(keySet).toMatchObject({
      type: 'countersign.keys/v1',
      keys: [
        {publicKey: first, use: 'receipt', ...common},
        {publicKey: issuer.keys.ledger.publicKey, use: 'ledger', ...common},
      ],
      version: 1,
      at: '2026-04-02T12:00:00Z',
      publicKey: first,
    })
    expect(readKeySet(canonicalJson(keySet), pinsOf(first)).ok).toBe(true)
    const [entry] = await issuer.entries()
    expect(entry?.digests).toEqual({keys: digestOf(canonicalBytes(keySet))})
  })

  test('gives the same set at every time and every start', async () => {
    const keySet = await issuer.ring.keySet()
    issuer.clock.now += 30 * day
    expect(await issuer.ring.keySet()).toEqual(keySet)
    const again = await issuer.reopen()
    expect(typeof again === 'string' ? again : await again.keySet()).toEqual(keySet)
  })

  test('is not continued with another receipt key in the place of the first', async () => {
    rmSync(issuer.keys.receiptPath)
    makeKeyFile(issuer.keys.receiptPath, 'ed25519')
    expect(await issuer.reopen()).toMatch(/not those that the ledger began with.*keys rotate/)
  })
})

describe('keys rotate', () => {
  test('makes a key of mode 600 beside the old one, and prints nothing but its line to pin', async () => {
    const printed = await issuer.run('rotate')
    expect(printed).toMatchObject({code: 0, lines: [expect.stringMatching(/^pp_pk_[0-9a-f]{64}$/)]})
    expect(printed.notes).toEqual([expect.stringContaining('2026-04-09T12:00:00Z')])
    const name = `receipt-key-${keyIn(printed).slice(6, 22)}.pem`
    const files = readdirSync(issuer.folder).filter((file) => file.startsWith('receipt-key'))
    expect(files.sort()).toEqual([name, 'receipt-key.pem'])
    if (process.platform !== 'win32') expect(statSync(join(issuer.folder, name)).mode & 0o777).toBe(0o600)
  })

  test('is published by the running issuer at once, signed by the old key, which signs on until the end of the overlap', async () => {
    const next = keyIn(await issuer.run('rotate --overlap 2d'))
    const end = '2026-04-04T12:00:00Z'
    const announced = await issuer.ring.keySet()
    expect(statuses(announced)).toEqual([
      [first, 'retiring', '2026-04-02T12:00:00Z', end],
      [next, 'active', end, null],
    ])
    expect(announced).toMatchObject({version: 2, publicKey: first})
    expect(readKeySet(canonicalJson(announced), pinsOf(first)).ok).toBe(true)
    issuer.clock.now = Date.parse(end) - 1
    expect(issuer.ring.signer.publicKey).toBe(first)
    await new Promise(setImmediate)
    issuer.clock.now = Date.parse(end)
    expect(issuer.ring.signer.publicKey).toBe(next)
  })

  test('refuses nobody: with both pins old and new receipts verify, before the end and after it', async () => {
    const before = await receiptNow(issuer)
    const next = keyIn(await issuer.run('rotate --overlap 30m'))
    await issuer.ring.follow()
    const during = await receiptNow(issuer)
    for (const receipt of [before, during]) {
      expect(verdict(receipt, await issuer.ring.keySet(), first)).toBe('valid')
      expect(verdict(receipt, await issuer.ring.keySet(), first, next)).toBe('valid')
    }
    issuer.clock.now += 40 * 60_000
    const after = await receiptNow(issuer)
    const keySet = await issuer.ring.keySet()
    expect([before, during, after].map((receipt) => verdict(receipt, keySet, first, next))).toEqual(
      Array(3).fill('valid'),
    )
    expect(verdict(after, keySet, first)).toBe('key_not_pinned')
  })

  test('ends the trust in what the old key signs after the end', async () => {
    const stolen = issuer.ring.signer
    const next = keyIn(await issuer.run('rotate --overlap 30m'))
    issuer.clock.now += 40 * 60_000
    const forged = await receiptNow({...issuer, ring: {...issuer.ring, signer: stolen}})
    const keySet = await issuer.ring.keySet()
    expect(statuses(keySet)[0]).toEqual([first, 'retired', '2026-04-02T12:00:00Z', '2026-04-02T12:30:00Z'])
    expect(verdict(forged, keySet, first, next)).toBe('key_revoked')
  })

  test('writes one public entry into the ledger, with the digest of the set that is published', async () => {
    await decideStatement(issuer.durable, {n: 1})
    await issuer.run('rotate')
    await decideStatement(issuer.durable, {n: 2})
    const entries = await issuer.entries()
    for (const [i, entry] of entries.entries()) expect(checkSuccession(entries[i - 1], entry)).toBeUndefined()
    expect(entries.map(({event}) => event)).toEqual([
      'ledger.created',
      'receipt.issued',
      'key.rotated',
      'receipt.issued',
    ])
    const keySet = await issuer.ring.keySet()
    expect(entries[2]).toMatchObject({subject: entries[0]?.ledger, digests: {keys: digestOf(canonicalBytes(keySet))}})
    const [row] = await issuer.durable.ledger.rows(2, 1)
    expect(row?.public).toBe(true)
  })

  test('is refused while another is under way, which --now ends', async () => {
    const next = keyIn(await issuer.run('rotate'))
    expect(await issuer.run('rotate')).toMatchObject({
      code: 1,
      lines: [expect.stringContaining('2026-04-09T12:00:00Z')],
    })
    expect(keyIn(await issuer.run('rotate --now'))).toBe(next)
    expect(statuses(await issuer.ring.keySet())).toEqual([
      [first, 'retired', '2026-04-02T12:00:00Z', '2026-04-02T12:00:00Z'],
      [next, 'active', '2026-04-02T12:00:00Z', null],
    ])
    expect(issuer.ring.signer.publicKey).toBe(next)
  })

  test('with --now makes a key that signs at once', async () => {
    issuer.clock.now += 5 * day
    const next = keyIn(await issuer.run('rotate --now'))
    const keySet = await issuer.ring.keySet()
    expect(keySet).toMatchObject({version: 2, publicKey: next})
    expect(statuses(keySet)).toEqual([
      [first, 'retired', '2026-04-02T12:00:00Z', '2026-04-07T12:00:00Z'],
      [next, 'active', '2026-04-07T12:00:00Z', null],
    ])
  })

  test('with --now needs no file of the old key, once there was a rotation', async () => {
    const second = keyIn(await issuer.run('rotate --now'))
    rmSync(join(issuer.folder, `receipt-key-${second.slice(6, 22)}.pem`))
    expect(await issuer.run('rotate')).toMatchObject({code: 1, lines: [expect.stringContaining('rotate with --now')]})
    const third = keyIn(await issuer.run('rotate --now'))
    await issuer.ring.follow()
    expect(issuer.ring.signer.publicKey).toBe(third)
  })

  test('of two operators at once leaves one chain and one key that signs', async () => {
    const printed = await Promise.all([issuer.run('rotate --now'), issuer.run('rotate --now')])
    expect(printed.map(({code}) => code)).toEqual([0, 0])
    const entries = await issuer.entries()
    for (const [i, entry] of entries.entries()) expect(checkSuccession(entries[i - 1], entry)).toBeUndefined()
    const keySet = await issuer.ring.keySet()
    expect(keySet.version).toBe(entries.length)
    expect(statuses(keySet).filter(([, status]) => status === 'active')).toHaveLength(1)
  })

  test('makes room in a full set by the longest retired key, and never by a revoked one', async () => {
    await issuer.run('rotate --now')
    await issuer.run(`revoke ${first} --since 2026-03-31T00:00:00Z`)
    for (let n = 0; n < 15; n++) {
      issuer.clock.now += day
      expect(await issuer.run('rotate --now')).toMatchObject({code: 0})
    }
    const {keys} = await issuer.ring.keySet()
    expect(keys).toHaveLength(16)
    expect(keys.filter(({status}) => status === 'revoked').map(({publicKey}) => publicKey)).toEqual([first])
    for (const {publicKey, status} of keys) if (status === 'retired') await issuer.run(`revoke ${publicKey}`)
    expect(await issuer.run('rotate --now')).toMatchObject({
      code: 1,
      lines: [expect.stringContaining('none of them retired')],
    })
    expect((await issuer.ring.keySet()).keys).toHaveLength(16)
  })
})

describe('keys revoke', () => {
  test('is refused for the only key that signs, with what to do first', async () => {
    const {code, lines} = await issuer.run(`revoke ${first}`)
    expect([code, lines]).toEqual([1, [expect.stringContaining('keys rotate --now')]])
    expect(await issuer.entries()).toHaveLength(1)
  })

  test('ends the trust in all that a stolen key ever signed', async () => {
    const receipt = await receiptNow(issuer)
    const next = keyIn(await issuer.run('rotate --now'))
    expect(verdict(receipt, await issuer.ring.keySet(), first, next)).toBe('valid')
    expect(await issuer.run(`revoke ${first} --since 2026-04-01T00:00:00Z`)).toMatchObject({code: 0})
    const keySet = await issuer.ring.keySet()
    expect(keySet.keys.at(0)).toMatchObject({publicKey: first, status: 'revoked', revokedAt: '2026-04-01T00:00:00Z'})
    expect(verdict(receipt, keySet, first, next)).toBe('key_revoked')
    expect((await issuer.entries()).map(({event}) => event)).toEqual(['ledger.created', 'key.rotated', 'key.rotated'])
  })

  test('of the key that signs during an overlap has the next one sign at once', async () => {
    const next = keyIn(await issuer.run('rotate'))
    expect(await issuer.run(`revoke ${first}`)).toMatchObject({code: 0})
    const keySet = await issuer.ring.keySet()
    expect(keySet.publicKey).toBe(next)
    expect(statuses(keySet)[1]).toEqual([next, 'active', '2026-04-02T12:00:00Z', null])
  })

  test('of the next key during an overlap leaves the old one in its place', async () => {
    const next = keyIn(await issuer.run('rotate'))
    expect(await issuer.run(`revoke ${next}`)).toMatchObject({code: 0})
    expect(statuses(await issuer.ring.keySet())[0]).toEqual([first, 'active', '2026-04-02T12:00:00Z', null])
    issuer.clock.now += 30 * day
    expect(issuer.ring.signer.publicKey).toBe(first)
  })

  test('is refused for what is no receipt key, is revoked already, or is revoked only later', async () => {
    await issuer.run('rotate --now')
    expect(await issuer.run(`revoke ${issuer.keys.ledger.publicKey}`)).toMatchObject({code: 1})
    expect(await issuer.run(`revoke ${first} --since 2026-04-03T00:00:00Z`)).toMatchObject({code: 1})
    expect(await issuer.run(`revoke ${first}`)).toMatchObject({code: 0})
    expect(await issuer.run(`revoke ${first}`)).toMatchObject({code: 1})
  })
})

test('keys list says of each key what it is, and which one signs now', async () => {
  const next = keyIn(await issuer.run('rotate'))
  const list = async (): Promise<readonly string[]> => (await issuer.run('list')).lines
  expect(await list()).toEqual([
    `${first} receipt retiring, from 2026-04-02T12:00:00Z, until 2026-04-09T12:00:00Z, signs now`,
    `${issuer.keys.ledger.publicKey} ledger  active, from 2026-04-02T12:00:00Z`,
    `${next} receipt active, from 2026-04-09T12:00:00Z`,
  ])
  issuer.clock.now += 8 * day
  expect((await list()).at(-1)).toBe(`${next} receipt active, from 2026-04-09T12:00:00Z, signs now`)
})

test.each([
  '',
  'list all',
  'rotate key',
  'rotate --overlap 0',
  'rotate --overlap 1y',
  'rotate --overlap 400d',
  'rotate --overlap 1d --now',
  'rotate --since 2026-04-01T00:00:00Z',
  'revoke',
  'revoke pp_pk_00',
  `revoke pp_pk_${'a'.repeat(64)} --now`,
  `revoke pp_pk_${'a'.repeat(64)} --since yesterday`,
  'rotate --force',
])('keys %s is asked wrongly, and changes nothing', async (words) => {
  const before = readdirSync(issuer.folder).sort()
  expect((await issuer.run(words)).code).toBe(2)
  expect(await issuer.entries()).toHaveLength(1)
  expect(readdirSync(issuer.folder).sort()).toEqual(before)
})

describe('the running issuer', () => {
  test('signs with one key what it mints in one run, though the clock passes the end of an overlap', async () => {
    const next = keyIn(await issuer.run('rotate --overlap 1h'))
    await issuer.ring.follow()
    issuer.clock.now = noon + 3_599_000
    const {signer} = issuer.ring
    const {publicKey} = signer
    issuer.clock.now += 60_000
    const message = new TextEncoder().encode('{"a":1}')
    const signature = await signer.sign(message)
    expect(publicKey).toBe(first)
    expect(signature).toEqual(await issuer.keys.receipt?.sign(message))
    expect(signer.publicKey).toBe(next)
  })

  test('takes a new key over with the next state or receipt that it reads', async () => {
    const store = followedBy(issuer.durable.store, issuer.ring)
    const second = keyIn(await issuer.run('rotate --now'))
    expect(issuer.ring.signer.publicKey).toBe(first)
    await store.read(scopeOf())
    expect(issuer.ring.signer.publicKey).toBe(second)
    const third = keyIn(await issuer.run('rotate --now'))
    const viewer = viewerOfRepository(scopeOf().repositoryId)
    await store.find({by: 'scope', repository: 'octo-org/api-service', environment: scopeOf().environment, viewer})
    expect(issuer.ring.signer.publicKey).toBe(third)
  })

  test('loses the race for what it decided before the keys changed', async () => {
    const {store, idempotency} = issuer.durable
    await idempotency.begin(statementOf(1), proposal(1))
    const read = await store.read(scopeOf())
    await issuer.run('rotate --now')
    expect(await store.commit(decides({n: 1, read}))).toBe('lost')
    expect((await issuer.entries()).map(({event}) => event)).toEqual(['ledger.created', 'key.rotated'])
  })

  test('wins against a change of the keys that was made before its decision', async () => {
    const {durable, ring} = issuer
    const head = await durable.ledger.head()
    const keySet = await ring.keySet()
    const entry = mintKeyEntry({head, keySet, at: nextTime(head, noon)})
    await decideStatement(durable, {n: 1})
    expect(await durable.keySets.announce({head, entry, keySet})).toBe('lost')
    expect(await durable.keySets.newest()).toBeUndefined()
    expect(await issuer.entries()).toHaveLength(2)
  })

  test('tells of a key that was announced and is not among its files', async () => {
    const next = keyIn(await issuer.run('rotate'))
    rmSync(join(issuer.folder, `receipt-key-${next.slice(6, 22)}.pem`))
    await issuer.ring.follow()
    expect(issuer.warnings).toEqual([expect.stringContaining(next)])
    expect(issuer.ring.signer.publicKey).toBe(first)
    await new Promise(setImmediate)
    issuer.clock.now += 8 * day
    await expect(issuer.ring.signer.sign(new Uint8Array(1))).rejects.toThrow(next)
    await expect(issuer.ring.keySet()).rejects.toThrow(next)
  })
})

describe('the files', () => {
  test('of a retired key may go, and the next start needs them no more', async () => {
    const next = keyIn(await issuer.run('rotate --now'))
    rmSync(issuer.keys.receiptPath)
    const again = await issuer.reopen()
    expect(typeof again === 'string' ? again : again.signer.publicKey).toBe(next)
  })

  test('of successors alone are keys without a database: no ledger is begun beside them', async () => {
    await issuer.run('rotate --now')
    const databasePath = join(issuer.folder, 'countersign.db')
    for (const file of readdirSync(issuer.folder)) {
      if (!/^receipt-key-[0-9a-f]{16}\.pem$/.test(file)) rmSync(join(issuer.folder, file))
    }
    expect(openKeys({databasePath})).toMatchObject({ok: false, fault: [expect.stringContaining('ledger resume')]})
    expect(existsSync(databasePath)).toBe(false)
  })

  test('stand beside the one that COUNTERSIGN_RECEIPT_KEY names', async () => {
    const path = join(issuer.folder, 'ours.key')
    makeKeyFile(path, 'ed25519')
    const other = await startKeyIssuer({COUNTERSIGN_RECEIPT_KEY: path})
    try {
      const next = keyIn(await other.run('rotate --now'))
      expect(existsSync(join(issuer.folder, `ours-${next.slice(6, 22)}.key`))).toBe(true)
      const again = await other.reopen()
      expect(typeof again === 'string' ? again : again.signer.publicKey).toBe(next)
    } finally {
      other.close()
    }
  })
})
