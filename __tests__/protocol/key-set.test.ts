/** The issuer's key set: it takes trust from pinned keys, and never gives any. */
import {describe, expect, test} from '@jest/globals'
import {type PinnedKeys, isRetiring, narrowPins, parsePinnedKeys, readKeySet} from '#protocol'
import {type Json, type TestKey, makeKey} from './builders.ts'

const old = makeKey()
const current = makeKey()
const stranger = makeKey()

function pins(text: string): PinnedKeys {
  const pinned = parsePinnedKeys(text)
  if (!pinned.ok) throw new Error(pinned.fault.join())
  return pinned.value
}

const entry = (key: TestKey, overrides: Json = {}): Json => ({
  publicKey: key.pin,
  use: 'receipt',
  status: 'active',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: null,
  revokedAt: null,
  ...overrides,
})
const setOf = (keys: readonly Json[], overrides: Json = {}, signer = current): Json =>
  signer.sign({type: 'countersign.keys/v1', keys, version: 2, at: '2026-04-02T15:00:00Z', ...overrides})

const both = pins(`${old.pin}\n${current.pin}`)

/** What is left of the pins, as lines. */
function left(given: PinnedKeys, set: Json): readonly string[] {
  const read = readKeySet(JSON.stringify(set), given)
  if (!read.ok) throw new Error(read.fault.reason)
  return [...narrowPins(given, read.value).values()].map((pin) =>
    pin.status === 'until' ? `${pin.key} until=${pin.until}` : `${pin.key} ${pin.status}`,
  )
}

describe('what it takes', () => {
  test('a key that it calls revoked, or gives a time of revocation, is revoked', () => {
    const revoked = [`${old.pin} revoked`, `${current.pin} trusted`]
    expect(left(both, setOf([entry(old, {status: 'revoked'}), entry(current)]))).toEqual(revoked)
    expect(left(both, setOf([entry(old, {revokedAt: '2026-04-01T00:00:00Z'}), entry(current)]))).toEqual(revoked)
  })
  test('the end that it gives to a key, and of two ends the earlier', () => {
    const set = setOf([entry(old, {status: 'retired', notAfter: '2026-03-01T00:00:00Z'}), entry(current)])
    expect(left(both, set)[0]).toBe(`${old.pin} until=2026-03-01T00:00:00Z`)
    expect(left(pins(`${old.pin} until=2026-02-01T00:00:00Z\n${current.pin}`), set)[0]).toBe(
      `${old.pin} until=2026-02-01T00:00:00Z`,
    )
    expect(left(pins(`${old.pin} revoked\n${current.pin}`), set)[0]).toBe(`${old.pin} revoked`)
  })
  test('nothing from a ledger key of the same bytes, and nothing from keys that it does not name', () => {
    expect(left(both, setOf([entry(old, {use: 'ledger', status: 'revoked'}), entry(current)]))).toEqual([
      `${old.pin} trusted`,
      `${current.pin} trusted`,
    ])
  })
})

describe('what it cannot give', () => {
  test('a key that is not pinned stays so', () => {
    expect(left(pins(current.pin), setOf([entry(current), entry(old)]))).toEqual([`${current.pin} trusted`])
  })
  test('a key that is pinned with less stays so, though the set calls it active', () => {
    const given = pins(`${old.pin} revoked\n${current.pin}`)
    expect(left(given, setOf([entry(old), entry(current)]))[0]).toBe(`${old.pin} revoked`)
  })
})

describe('is not read', () => {
  test.each<readonly [string, unknown, string]>([
    ['signed by a key that is not pinned', setOf([entry(current)], {}, stranger), 'key_not_pinned'],
    ['changed after it was signed', {...setOf([entry(current)]), version: 3}, 'signature_invalid'],
    ['of another type', setOf([entry(current)], {type: 'countersign.status/v1'}), 'malformed'],
    ['with an unknown word', setOf([entry(current, {status: 'fine'})]), 'malformed'],
    ['without keys', setOf([]), 'malformed'],
    ['with a member more', setOf([entry(current)], {more: 1}), 'malformed'],
    ['nothing at all', undefined, 'malformed'],
  ])('%s', (_, given, wrong) => {
    expect(readKeySet(given, both)).toMatchObject({ok: false, fault: {wrong}})
  })
})

test('a key that is being given up is told', () => {
  const read = readKeySet(setOf([entry(old, {status: 'retiring'}), entry(current)]), both)
  if (!read.ok) throw new Error(read.fault.reason)
  expect([isRetiring(read.value, old.pin), isRetiring(read.value, current.pin)]).toEqual([true, false])
})
