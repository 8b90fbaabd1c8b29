/** verify.revocation: signed as a receipt is, by a pinned key, and of the receipt that was asked about. */
import {describe, expect, test} from '@jest/globals'
import {type ProofFaultCode, type RefusalCode, canonicalBytes, verify} from '#protocol'
import {type Json, makeKey} from './builders.ts'

const key = makeKey()
const stranger = makeKey()
const receipt = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'

const revocationBody = (overrides: Json = {}): Json => ({
  type: 'countersign.revocation/v1',
  id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4v',
  receipt,
  repositoryId: 1296269,
  revokedBy: {login: 'octocat', id: 583231},
  statement: {kind: 'issue_comment', id: 99262141, digest: `sha256:${'4'.repeat(64)}`},
  at: '2026-04-02T14:45:00Z',
  cause: 'person',
  ...overrides,
})
const revocation = key.sign(revocationBody())
const signed = (overrides: Json): Json => key.sign(revocationBody(overrides))

type Code = ProofFaultCode | RefusalCode | 'valid'

function codeOf(given: unknown, options: Json = {}): Code {
  const result = verify.revocation(given, {keys: key.pin, ...options})
  if (!result.valid) expect(result.reason).toMatch(/^[^\n\r]+\.$/)
  return result.valid ? 'valid' : result.code
}

describe('a valid revocation', () => {
  test('says what was revoked, by whom and why, as text, bytes or object', () => {
    for (const form of [revocation, JSON.stringify(revocation, null, 2), Buffer.from(JSON.stringify(revocation))]) {
      expect(verify.revocation(form, {keys: [key.pin]})).toMatchObject({valid: true, revocation})
    }
  })
  test('names what it was not compared with', () => {
    const uncheckedOf = (expected?: object): unknown => {
      const terms = {keys: [key.pin], ...(expected === undefined ? {} : {expect: expected})}
      const verdict = verify.revocation(revocation, terms)
      return verdict.valid && verdict.unchecked
    }
    const {receipt, repositoryId} = revocation
    expect(uncheckedOf()).toEqual(['receipt', 'repositoryId'])
    expect(uncheckedOf({receipt})).toEqual(['repositoryId'])
    expect(uncheckedOf({repositoryId})).toEqual(['receipt'])
    expect(uncheckedOf({receipt, repositoryId})).toEqual([])
  })

  test.each(['person', 'closed', 'denied', 'permission'])('may have the cause %s', (cause) => {
    expect(codeOf(signed({cause}))).toBe('valid')
  })
  test('names no statement where no comment asked for it, and always where one did', () => {
    expect(codeOf(signed({cause: 'closed', statement: null}))).toBe('valid')
    expect(codeOf(signed({cause: 'permission', statement: null}))).toBe('valid')
    expect(codeOf(signed({cause: 'person', statement: null}))).toBe('revocation_malformed')
    expect(codeOf(signed({cause: 'denied', statement: null}))).toBe('revocation_malformed')
  })
  test('holds whatever its time is: a clock that runs ahead takes no revocation back', () => {
    expect(codeOf(signed({at: '2999-01-01T00:00:00Z'}))).toBe('valid')
  })
})

describe('the form', () => {
  test.each<readonly [string, unknown]>([
    ['null', null],
    ['a number', 1],
    ['no JSON', '{'],
    ['a name twice', JSON.stringify(revocation).replace('{', '{"receipt":"x",')],
    ['another type', signed({type: 'countersign.status/v1'})],
    ['another member', signed({words: 'because'})],
    ['an unsigned member', {...revocation, note: 1}],
    ['no cause', key.sign(Object.fromEntries(Object.entries(revocationBody()).filter(([name]) => name !== 'cause')))],
    ['another cause', signed({cause: 'whim'})],
    ['an id of another kind', signed({id: receipt})],
    ['a receipt id in upper case', signed({receipt: receipt.toUpperCase()})],
    ['a repository id as text', signed({repositoryId: '1296269'})],
    ['a person without id', signed({revokedBy: {login: 'octocat'}})],
    ['a statement of another kind', signed({statement: {kind: 'review', id: 1, digest: `sha256:${'4'.repeat(64)}`}})],
    ['a time that does not exist', signed({at: '2026-02-30T00:00:00Z'})],
    ['a signature in upper case', {...revocation, signature: String(revocation['signature']).toUpperCase()}],
  ])('%s is revocation_malformed', (_, given) => {
    expect(codeOf(given)).toBe('revocation_malformed')
  })
  test('more than 16 KiB is revocation_too_large', () => {
    expect(codeOf(JSON.stringify(revocation) + ' '.repeat(16_384))).toBe('revocation_too_large')
  })
})

describe('the key and the signature', () => {
  test('of a key that is not pinned is refused, and a key in the document pins nothing', () => {
    expect(codeOf(stranger.sign(revocationBody()))).toBe('revocation_key_not_pinned')
  })
  test('of a key that is pinned as revoked, or until an earlier time, is refused', () => {
    expect(codeOf(revocation, {keys: `${key.pin} revoked`})).toBe('revocation_key_revoked')
    expect(codeOf(revocation, {keys: `${key.pin} until=2026-04-02T14:44:59Z`})).toBe('revocation_key_revoked')
    expect(codeOf(revocation, {keys: `${key.pin} until=2026-04-02T14:45:00Z`})).toBe('valid')
  })
  test('does not fit any other content', () => {
    expect(codeOf({...revocation, receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'})).toBe('revocation_signature_invalid')
    expect(codeOf({...revocation, repositoryId: 1})).toBe('revocation_signature_invalid')
    expect(codeOf({...revocation, cause: 'denied'})).toBe('revocation_signature_invalid')
  })
  test('of another key under our key is refused', () => {
    const body = {...revocationBody(), publicKey: key.pin}
    expect(codeOf({...body, signature: stranger.signBytes(canonicalBytes(body))})).toBe('revocation_signature_invalid')
  })
})

describe('what it must revoke', () => {
  test('is compared exactly', () => {
    expect(codeOf(revocation, {expect: {receipt, repositoryId: 1296269}})).toBe('valid')
    expect(codeOf(revocation, {expect: {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'}})).toBe('revocation_mismatch')
    expect(codeOf(revocation, {expect: {repositoryId: 1296270}})).toBe('revocation_mismatch')
    expect(codeOf(revocation, {expect: {repositoryId: '1296269'}})).toBe('revocation_mismatch')
  })
  test('present but undefined refuses', () => {
    expect(codeOf(revocation, {expect: {receipt: undefined}})).toBe('revocation_mismatch')
    expect(codeOf(revocation, {expect: {repositoryId: undefined}})).toBe('revocation_mismatch')
  })
  test('misspelt, or no object, is input_invalid; so are keys that are none', () => {
    expect(codeOf(revocation, {expect: {reciept: receipt}})).toBe('input_invalid')
    expect(codeOf(revocation, {expect: receipt})).toBe('input_invalid')
    expect(codeOf(revocation, {keys: ''})).toBe('input_invalid')
    expect(verify.revocation(revocation, undefined as never)).toMatchObject({valid: false, code: 'input_invalid'})
  })
})
