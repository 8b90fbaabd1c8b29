/** verify.status: what the issuer says of one receipt now, signed by a pinned key, and good for five minutes. */
import {describe, expect, test} from '@jest/globals'
import {type ProofFaultCode, type RefusalCode, canonicalBytes, verify} from '#protocol'
import {type Json, makeKey, noon} from './builders.ts'

const key = makeKey()
const stranger = makeKey()
const receipt = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'

const statusBody = (overrides: Json = {}): Json => ({
  type: 'countersign.status/v1',
  receipt,
  status: 'active',
  at: '2026-04-02T15:00:00Z',
  ...overrides,
})
const status = key.sign(statusBody())
const signed = (overrides: Json): Json => key.sign(statusBody(overrides))

type Code = ProofFaultCode | RefusalCode | 'valid'

function codeOf(given: unknown, options: Json = {}): Code {
  const result = verify.status(given, {keys: key.pin, now: noon, receipt, ...options})
  if (!result.valid) expect(result.reason).toMatch(/^[^\n\r]+\.$/)
  return result.valid ? 'valid' : result.code
}

describe('a valid status', () => {
  test('says what the receipt is and when, as text, bytes or object', () => {
    const answer = {valid: true, receipt, status: 'active', at: '2026-04-02T15:00:00Z'}
    for (const form of [status, JSON.stringify(status, null, 2), Buffer.from(JSON.stringify(status))]) {
      expect(verify.status(form, {keys: [key.pin], now: new Date(noon), receipt})).toEqual(answer)
    }
  })
  test.each(['active', 'expired', 'revoked', 'redeemed'])('may say %s, and a revoked one is valid too', (word) => {
    expect(codeOf(signed({status: word}))).toBe('valid')
  })
})

describe('its life', () => {
  test.each<readonly [string, number, Code]>([
    ['a minute before it was said', -60_000, 'valid'],
    ['longer before', -60_001, 'status_not_yet_valid'],
    ['just before the end', 299_999, 'valid'],
    ['at the end', 300_000, 'status_stale'],
    ['a day later', 86_400_000, 'status_stale'],
  ])('%s', (_, ms, code) => {
    expect(codeOf(status, {now: noon + ms})).toBe(code)
  })
  test('a clock that gives no time refuses', () => {
    expect(codeOf(status, {now: NaN})).toBe('input_invalid')
    expect(codeOf(status, {now: undefined})).toBe('input_invalid')
    expect(codeOf(status, {now: 'issued'})).toBe('input_invalid')
  })
})

describe('the form', () => {
  test.each<readonly [string, unknown]>([
    ['null', null],
    ['no JSON', '{'],
    ['a name twice', JSON.stringify(status).replace('{', '{"status":"active",')],
    ['another type', signed({type: 'countersign.revocation/v1'})],
    ['another member', signed({words: 'fine'})],
    ['an unsigned member', {...status, note: 1}],
    ['another word', signed({status: 'ok'})],
    ['no time', signed({at: 'now'})],
    ['a time that does not exist', signed({at: '2026-02-30T00:00:00Z'})],
    ['a receipt id in upper case', signed({receipt: receipt.toUpperCase()})],
  ])('%s is status_malformed', (_, given) => {
    expect(codeOf(given)).toBe('status_malformed')
  })
  test('more than 16 KiB is status_too_large', () => {
    expect(codeOf(JSON.stringify(status) + ' '.repeat(16_384))).toBe('status_too_large')
  })
})

describe('the key and the signature', () => {
  test('of a key that is not pinned is refused, and a key in the document pins nothing', () => {
    expect(codeOf(stranger.sign(statusBody()))).toBe('status_key_not_pinned')
  })
  test('of a key that is pinned as revoked, or until an earlier time, is refused', () => {
    expect(codeOf(status, {keys: `${key.pin} revoked`})).toBe('status_key_revoked')
    expect(codeOf(status, {keys: `${key.pin} until=2026-04-02T14:59:59Z`})).toBe('status_key_revoked')
    expect(codeOf(status, {keys: `${key.pin} until=2026-04-02T15:00:00Z`})).toBe('valid')
  })
  test('does not fit any other content, nor another key', () => {
    expect(codeOf({...signed({status: 'revoked'}), status: 'active'})).toBe('status_signature_invalid')
    expect(codeOf({...status, at: '2026-04-02T15:00:01Z'})).toBe('status_signature_invalid')
    const body = {...statusBody(), publicKey: key.pin}
    expect(codeOf({...body, signature: stranger.signBytes(canonicalBytes(body))})).toBe('status_signature_invalid')
  })
})

describe('the receipt that was asked about', () => {
  test('is compared exactly', () => {
    expect(codeOf(status, {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'})).toBe('status_mismatch')
    expect(codeOf(status, {receipt: receipt.toUpperCase()})).toBe('status_mismatch')
  })
  test('must be named, and so must keys: without them nothing is verified', () => {
    expect(codeOf(status, {receipt: undefined})).toBe('input_invalid')
    expect(codeOf(status, {keys: ''})).toBe('input_invalid')
    expect(verify.status(status, undefined as never)).toMatchObject({valid: false, code: 'input_invalid'})
    const fail = (): never => {
      throw new Error('no')
    }
    const trap = new Proxy({}, {get: fail, has: fail, ownKeys: fail})
    expect(verify.status(trap, trap as never)).toMatchObject({valid: false, code: 'internal_error'})
  })
})
