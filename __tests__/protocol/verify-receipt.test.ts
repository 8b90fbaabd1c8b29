/** When a receipt holds: each refusal by a receipt that deserves it alone, in the order of formats §2. */
import {createHash} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {type RefusalCode, canonicalBytes, verify} from '#protocol'
import {
  type Json,
  type Overrides,
  type TestKey,
  aReceipt,
  approvalBody,
  commit,
  expected,
  makeKey,
  noon,
  receiptBody,
  tree,
} from './builders.ts'

const key = makeKey()
const stranger = makeKey()
const day = 86_400_000

interface Ask {
  readonly keys?: string | readonly string[]
  readonly now?: Date | number | 'issued'
  readonly expect?: Json
  readonly maxTtl?: number | string
}

const ask = (receipt: unknown, terms: Ask = {}): ReturnType<typeof verify.receipt> =>
  verify.receipt(receipt, {keys: key.pin, now: noon, expect: expected, ...terms})

function codeOf(receipt: unknown, terms: Ask = {}): RefusalCode | 'valid' {
  const result = ask(receipt, terms)
  return result.valid ? 'valid' : result.code
}

const built = (overrides: Overrides = {}, by: TestKey = key): Json => aReceipt(overrides, by).receipt
const textOf = (overrides: Overrides = {}, by: TestKey = key): string => aReceipt(overrides, by).text
const text = textOf()
const receipt = JSON.parse(text) as Json

test('a receipt that meets everything is valid, and nothing stayed unchecked', () => {
  expect(ask(text)).toEqual({valid: true, receipt, unchecked: [], expired: false})
})

test('any layout, order of members and spelling of escapes is the same receipt', () => {
  const reversed = JSON.stringify(Object.fromEntries(Object.entries(receipt).reverse()), null, '\t')
  const escaped = text.replace('"type"', '"\\u0074ype"').replace('countersign.receipt/v1', 'countersign.receipt\\/v1')
  for (const layout of [reversed, escaped, `\r\n ${text}\n`, new TextEncoder().encode(text), receipt]) {
    expect(codeOf(layout)).toBe('valid')
  }
})

describe('receipt_malformed', () => {
  const loneSurrogate = text.replace('octocat', '\\ud800')
  test.each<readonly [string, unknown]>([
    ['empty text', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['an array around it', `[${text}]`],
    ['a byte-order mark', `\ufeff${text}`],
    ['something after it', `${text}x`],
    ['a NUL after it', `${text}\0`],
    ['a comment', `// receipt\n${text}`],
    ['two receipts', `${text}\n${text}`],
    ['deep nesting', '['.repeat(5000)],
    ['HTML', '<!doctype html>'],
    ['bytes that are not UTF-8', Uint8Array.from([0x7b, 0xff])],
    ['undefined', undefined],
    ['a number', 1],
    ['an array object', [receipt]],
    ['a duplicate name', text.replace('"flags"', '"action": "deploy", "flags"')],
    ['a duplicate name, escaped', text.replace('"flags"', '"\\u0061ction": "deploy", "flags"')],
    ['the name __proto__', text.replace('"flags"', '"__proto__": {}, "flags"')],
    ['a lone surrogate', loneSurrogate],
    ['a member that is not known, unsigned', {...receipt, comment: 'x'}],
    ['a member that is not known, signed', built({comment: 'x'})],
    ['a member that is not known in the scope, signed', built({scope: {ref: 'main'}})],
    ['a missing member', Object.fromEntries(Object.entries(receipt).filter(([name]) => name !== 'policy'))],
    ['no signature', Object.fromEntries(Object.entries(receipt).filter(([name]) => name !== 'signature'))],
    ['an empty signature', {...receipt, signature: ''}],
    [
      'a signature with another prefix',
      {...receipt, signature: String(receipt['signature']).replace('ed25519', 'ed448')},
    ],
    ['a signature in upper case', {...receipt, signature: String(receipt['signature']).toUpperCase()}],
    [
      'upper-case hex in the signature',
      {...receipt, signature: `ed25519:${String(receipt['signature']).slice(8).toUpperCase()}`},
    ],
    ['a base64 signature', {...receipt, signature: `ed25519:${'A'.repeat(86)}==`}],
    ['another type', built({type: 'countersign.receipt/v2'})],
    ['the type of another signed object', built({type: 'countersign.revocation/v1'})],
    ['a short commit', built({scope: {sha: commit.slice(0, 7)}})],
    ['an upper-case commit', built({scope: {sha: commit.toUpperCase()}})],
    ['an environment with a trailing space', built({scope: {environment: 'production '}})],
    ['an environment in upper case', built({scope: {environment: 'Production'}})],
    ['a combining character', built({scope: {environment: 'productio\u0301n'}})],
    ['a repository id as text', built({scope: {repositoryId: '1296269'}})],
    ['a time that is none', built({expiresAt: 'garbage'})],
    ['a time as a number', built({expiresAt: noon})],
    ['30 February', built({issuedAt: '2026-02-30T00:00:00Z'})],
    ['a time without a zone', built({expiresAt: '2026-04-02T15:30:00'})],
    ['a time with microseconds', built({expiresAt: '2026-04-02T15:30:00.000001Z'})],
    ['times the wrong way round', built({issuedAt: '2026-04-02T15:30:00Z', expiresAt: '2026-04-02T14:30:00Z'})],
    ['a key with a name of the runtime', built({publicKey: '__proto__'})],
    ['a number that is not canonical', text.replace('1296269', '1296269.0')],
  ])('%s', (_, input) => {
    expect(codeOf(input)).toBe('receipt_malformed')
  })
})

describe('receipt_too_large', () => {
  test('16 KiB is taken, one byte more is not', () => {
    expect(codeOf(text + ' '.repeat(16_384 - text.length))).toBe('valid')
    expect(codeOf(text + ' '.repeat(16_385 - text.length))).toBe('receipt_too_large')
    expect(codeOf(new TextEncoder().encode(text + ' '.repeat(16_385 - text.length)))).toBe('receipt_too_large')
  })
  test('the size is that of the bytes, not of the characters', () => {
    expect(codeOf(`"${'\u00e9'.repeat(8191)}"`)).toBe('receipt_malformed')
    expect(codeOf(`"${'\u00e9'.repeat(8192)}"`)).toBe('receipt_too_large')
  })
  test('an object is as large as its canonical text', () => {
    expect(codeOf({...receipt, comment: 'x'.repeat(16_384)})).toBe('receipt_too_large')
  })
})

describe('key_not_pinned', () => {
  test('a receipt of a stranger, with the key that it carries', () => {
    expect(codeOf(textOf({}, stranger))).toBe('key_not_pinned')
  })
  test('the key in a receipt is only a hint: ours named over the signature of a stranger is a forgery', () => {
    expect(codeOf(textOf({publicKey: key.pin}, stranger))).toBe('signature_invalid')
  })
  test('one of several pinned keys is enough', () => {
    expect(codeOf(text, {keys: `${stranger.pin}\n${key.pin}`})).toBe('valid')
    expect(codeOf(text, {keys: [stranger.pin, key.pin]})).toBe('valid')
  })
})

describe('key_revoked', () => {
  test('a key pinned as revoked takes nothing, not even at the time of issue', () => {
    expect(codeOf(text, {keys: `${key.pin} revoked`})).toBe('key_revoked')
    expect(codeOf(text, {keys: `${key.pin} revoked`, now: 'issued'})).toBe('key_revoked')
  })
  test('a key with an end takes what was issued until then', () => {
    expect(codeOf(text, {keys: `${key.pin} until=2026-04-02T14:30:00Z`})).toBe('valid')
    expect(codeOf(text, {keys: `${key.pin} until=2026-04-02T14:29:59Z`})).toBe('key_revoked')
  })
})

describe('signature_invalid', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const signature = String(receipt['signature']).slice('ed25519:'.length)

  test('one bit of the signature', () => {
    const flipped = (parseInt(signature[0] ?? '0', 16) ^ 1).toString(16) + signature.slice(1)
    expect(codeOf({...receipt, signature: `ed25519:${flipped}`})).toBe('signature_invalid')
  })
  test('S + L, which some libraries take', () => {
    const little = (hex: string): string => (hex.match(/../g) ?? []).reverse().join('')
    const s = BigInt(`0x${little(signature.slice(64))}`) + order
    const grown = little(s.toString(16).padStart(64, '0'))
    expect(codeOf({...receipt, signature: `ed25519:${signature.slice(0, 64)}${grown}`})).toBe('signature_invalid')
  })
  test.each(
    Object.entries({
      id: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w',
      action: 'rollback',
      issuedAt: '2026-04-02T14:30:01Z',
      expiresAt: '2026-04-02T15:30:01Z',
      issuer: 'https://other.example',
      decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4v',
      evidence: `sha256:${'4'.repeat(64)}`,
      policy: `sha256:${'4'.repeat(64)}`,
      flags: ['self'],
      approvals: [approvalBody({role: 'admin'})],
      scope: {...(receipt['scope'] as Json), pullRequest: 43},
    }),
  )('a change of %s after signing', (name, value) => {
    expect(codeOf({...receipt, [name]: value}, {expect: {}})).toBe('signature_invalid')
  })
  test('a signature over anything but the canonical bytes', () => {
    const body: Json = {...receiptBody(), publicKey: key.pin}
    const canonical = canonicalBytes(body)
    const wrong = [
      createHash('sha256').update(canonical).digest(),
      new TextEncoder().encode(JSON.stringify(body, null, 2)),
      new TextEncoder().encode(`${new TextDecoder().decode(canonical)}\n`),
      canonicalBytes({...body, signature: ''}),
    ]
    for (const bytes of wrong) {
      expect(codeOf({...body, signature: key.signBytes(bytes)})).toBe('signature_invalid')
    }
    expect(codeOf({...body, signature: key.signBytes(canonical)})).toBe('valid')
  })
})

describe('times', () => {
  const issued = Date.parse('2026-04-02T14:30:00Z')
  const expires = Date.parse('2026-04-02T15:30:00Z')
  test.each<readonly [string, number, RefusalCode | 'valid']>([
    ['60 seconds before its issue', issued - 60_000, 'valid'],
    ['a millisecond before that', issued - 60_001, 'not_yet_valid'],
    ['a millisecond before its end', expires - 1, 'valid'],
    ['at its end', expires, 'expired'],
    ['a millisecond after its end', expires + 1, 'expired'],
    ['years later', expires + 3650 * day, 'expired'],
    ['at 1970', 0, 'not_yet_valid'],
    ['before every time', -Number.MAX_VALUE, 'not_yet_valid'],
    ['after every time', Number.MAX_VALUE, 'expired'],
  ])('%s', (_, now, code) => {
    expect(codeOf(text, {now})).toBe(code)
    if (Math.abs(now) < 8e15) expect(codeOf(text, {now: new Date(now)})).toBe(code)
  })
  test('a life of 24 hours is taken unless told, one second more is not', () => {
    expect(codeOf(textOf({expiresAt: '2026-04-03T14:30:00Z'}))).toBe('valid')
    expect(codeOf(textOf({expiresAt: '2026-04-03T14:30:01Z'}))).toBe('lifetime_too_long')
    expect(codeOf(textOf({expiresAt: '2036-04-02T14:30:00Z'}))).toBe('lifetime_too_long')
  })
  test('maxTtl is a duration or milliseconds', () => {
    expect(codeOf(text, {maxTtl: '1h'})).toBe('valid')
    expect(codeOf(text, {maxTtl: '3599s'})).toBe('lifetime_too_long')
    expect(codeOf(text, {maxTtl: 3_600_000})).toBe('valid')
    expect(codeOf(text, {maxTtl: 3_599_999})).toBe('lifetime_too_long')
    expect(codeOf(text, {maxTtl: 0})).toBe('lifetime_too_long')
  })
  test('judged at its own time it is valid, and the result says that its life is over', () => {
    expect(ask(text, {now: 'issued'})).toMatchObject({valid: true, expired: true})
    const alive = textOf({issuedAt: '9000-01-01T00:00:00Z', expiresAt: '9000-01-01T01:00:00Z'})
    expect(ask(alive, {now: 'issued'})).toMatchObject({valid: true, expired: false})
  })
  test('the clock is read when no time is given', () => {
    expect(verify.receipt(text, {keys: key.pin, expect: expected})).toMatchObject({valid: false, code: 'expired'})
  })
})

describe('the scope', () => {
  test.each<readonly [RefusalCode, Json]>([
    ['action_mismatch', {action: 'rollback'}],
    ['repository_mismatch', {repositoryId: 1296270}],
    ['repository_mismatch', {repositoryId: '1296269'}],
    ['repository_mismatch', {repository: 'octo-org/other'}],
    ['repository_mismatch', {repository: 'octo-org/api-service/'}],
    ['commit_mismatch', {sha: commit.replace('3', '4')}],
    ['commit_mismatch', {sha: commit.slice(0, 7)}],
    ['commit_mismatch', {sha: commit.toUpperCase()}],
    ['commit_mismatch', {sha: ''}],
    ['tree_mismatch', {tree: commit}],
    ['environment_mismatch', {environment: 'staging'}],
    ['environment_mismatch', {environment: 'Production'}],
    ['environment_mismatch', {environment: 'production '}],
    ['issuer_mismatch', {issuer: 'https://other.example'}],
    ['issuer_mismatch', {issuer: 'https://countersign.example/'}],
  ])('%s for %j', (code, other) => {
    expect(codeOf(text, {expect: {...expected, ...other}})).toBe(code)
  })
  test.each<readonly [string, RefusalCode]>([
    ['action', 'action_mismatch'],
    ['repositoryId', 'repository_mismatch'],
    ['repository', 'repository_mismatch'],
    ['sha', 'commit_mismatch'],
    ['tree', 'tree_mismatch'],
    ['environment', 'environment_mismatch'],
    ['issuer', 'issuer_mismatch'],
  ])('an expected %s that is present but undefined, null or an object refuses', (name, code) => {
    for (const nothing of [undefined, null, {}, [], NaN, true, {toString: () => 'production'}]) {
      expect(codeOf(text, {expect: {...expected, [name]: nothing}})).toBe(code)
    }
  })
  test('the repository compares without case, its id does not forgive', () => {
    expect(codeOf(text, {expect: {...expected, repository: 'Octo-Org/API-Service'}})).toBe('valid')
  })
  test('tree and issuer are compared where they are given', () => {
    expect(codeOf(text, {expect: {...expected, tree, issuer: 'https://countersign.example'}})).toBe('valid')
  })
  test('a forgotten question is named in unchecked', () => {
    expect(ask(text, {expect: {}})).toMatchObject({
      valid: true,
      unchecked: ['action', 'repositoryId', 'repository', 'sha', 'environment'],
    })
    expect(ask(text, {expect: {...expected, sha: commit}})).toMatchObject({unchecked: []})
    const {sha: _sha, ...others} = expected
    expect(_sha).toBe(commit)
    expect(ask(text, {expect: others})).toMatchObject({unchecked: ['sha']})
    expect(ask(text, {expect: {...others, tree}})).toMatchObject({unchecked: []})
    expect(verify.receipt(text, {keys: key.pin, now: noon})).toMatchObject({valid: true, unchecked: expect.any(Array)})
  })
  test('inherited expectations would not be compared, so they refuse', () => {
    expect(ask(text, {expect: Object.create(expected) as Json})).toMatchObject({valid: false, code: 'input_invalid'})
  })
})

test('what refuses first is what comes first in the order of formats §2', () => {
  // Each step mends the first fault of the one before, so the next check must speak.
  const everything: Json = {
    expect: {action: 'x', repositoryId: 0, repository: 'a/b', sha: '', tree: '', environment: '', issuer: ''},
  }
  const steps: readonly (readonly [RefusalCode, unknown, Ask])[] = [
    ['receipt_too_large', `{${' '.repeat(17_000)}`, everything],
    ['receipt_malformed', '{', everything],
    [
      'key_not_pinned',
      {...built({expiresAt: '2046-01-01T00:00:00Z'}, stranger), signature: `ed25519:${'0'.repeat(128)}`},
      everything,
    ],
    ['key_revoked', {...receipt, signature: `ed25519:${'0'.repeat(128)}`}, {...everything, keys: `${key.pin} revoked`}],
    [
      'signature_invalid',
      {...built({expiresAt: '2046-01-01T00:00:00Z'}), signature: `ed25519:${'0'.repeat(128)}`},
      everything,
    ],
    ['lifetime_too_long', built({expiresAt: '2046-01-01T00:00:00Z'}), {...everything, now: 0}],
    ['not_yet_valid', text, {...everything, now: 0}],
    ['expired', text, {...everything, now: noon + day}],
    ['action_mismatch', text, everything],
    ['repository_mismatch', text, {expect: {...(everything['expect'] as Json), action: 'deploy'}}],
    [
      'repository_mismatch',
      text,
      {expect: {...(everything['expect'] as Json), action: 'deploy', repositoryId: 1296269}},
    ],
    ['commit_mismatch', text, {expect: {...expected, sha: '', tree: '', environment: '', issuer: ''}}],
    ['tree_mismatch', text, {expect: {...expected, tree: '', environment: '', issuer: ''}}],
    ['environment_mismatch', text, {expect: {...expected, environment: '', issuer: ''}}],
    ['issuer_mismatch', text, {expect: {...expected, issuer: ''}}],
  ]
  for (const [code, input, terms] of steps) expect(codeOf(input, terms)).toBe(code)
})

describe('input_invalid: a mistake in the question never passes, and its name and fix are said', () => {
  test.each<readonly [string, unknown, RegExp]>([
    ['no options', undefined, /options: give/],
    ['null', null, /options: give/],
    ['no keys', {now: noon}, /keys: give pp_pk_/],
    ['empty keys', {keys: '', now: noon}, /no key is pinned/],
    ['a number among the keys', {keys: [key.pin, 1], now: noon}, /keys: give pp_pk_/],
    ['a malformed key beside the right one', {keys: `${key.pin}\npp_pk_1`, now: noon}, /line 2: /],
    ['a small-order key', {keys: `pp_pk_01${'0'.repeat(62)}`, now: noon}, /anyone could sign/],
    ['now NaN', {keys: key.pin, now: NaN}, /now: give/],
    ['now Infinity', {keys: key.pin, now: Infinity}, /now: give/],
    ['now an invalid Date', {keys: key.pin, now: new Date('x')}, /now: give/],
    ['now undefined', {keys: key.pin, now: undefined}, /now: give/],
    ['now null', {keys: key.pin, now: null}, /now: give/],
    ['now as text', {keys: key.pin, now: '2026-04-02T15:00:00Z'}, /now: give/],
    ['now as another word', {keys: key.pin, now: 'Issued'}, /now: give/],
    ['maxTtl NaN', {keys: key.pin, now: noon, maxTtl: NaN}, /maxTtl: give/],
    ['maxTtl negative', {keys: key.pin, now: noon, maxTtl: -1}, /maxTtl: give/],
    ['maxTtl without a unit', {keys: key.pin, now: noon, maxTtl: '24'}, /maxTtl: give/],
    [
      'a misspelt expectation',
      {keys: key.pin, now: noon, expect: {...expected, isuer: 'x'}},
      /"isuer" is not a member/,
    ],
    ['an expectation that is text', {keys: key.pin, now: noon, expect: 'production'}, /expect: give a plain object/],
    ['an expectation that is an array', {keys: key.pin, now: noon, expect: [commit]}, /expect: give a plain object/],
  ])('%s', (_, options, reason) => {
    const result = verify.receipt(text, options as never)
    expect(result).toMatchObject({valid: false, code: 'input_invalid'})
    if (!result.valid) expect(result.reason).toMatch(reason)
  })
  test('everything that is wrong is said at once', () => {
    const result = verify.receipt(text, {keys: '', now: NaN, maxTtl: 'x'})
    expect(result).toMatchObject({valid: false, code: 'input_invalid'})
    if (!result.valid) expect(result.reason).toMatch(/keys: .*now: .*maxTtl: /)
  })
})

describe('totality', () => {
  const thrower = {
    get receipt(): never {
      throw new Error('no')
    },
  }
  const cyclic: Json = {}
  cyclic['self'] = cyclic
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  let doubled: unknown = 1
  for (let level = 0; level < 31; level++) doubled = {a: doubled, b: doubled}
  const hostile = new Proxy(
    {},
    {get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail},
  )
  function fail(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is the attack
    throw hostile // Not even an Error, and looking at it throws again.
  }
  class Bytes extends Uint8Array {
    override get length(): number {
      return 1
    }
  }
  test.each<readonly [string, unknown]>([
    ['a getter that throws', thrower],
    ['a cycle', cyclic],
    ['a revoked proxy', revoked.proxy],
    ['a proxy of bytes', new Proxy(new Uint8Array(4), {})],
    ['a proxy that throws itself', hostile],
    ['an object that doubles on each level', doubled],
    ['an array of four thousand million holes', new Array(4_294_967_295)],
    ['a function', () => text],
    ['a symbol', Symbol('x')],
    ['a boxed text', Object(text)],
    ['a receipt on a prototype', Object.create(receipt)],
    ['bytes that lie about their length', new Bytes(20_000)],
  ])('%s is refused, not thrown', (_, input) => {
    expect(['receipt_malformed', 'receipt_too_large']).toContain(codeOf(input))
  })
  test('options that throw are an internal error', () => {
    for (const options of [hostile, {keys: key.pin, expect: hostile}, revoked.proxy]) {
      expect(verify.receipt(text, options as never)).toMatchObject({valid: false, code: 'internal_error'})
    }
  })
  test('a getter that answers differently each time is read once', () => {
    const shas = [commit, 'f'.repeat(40)]
    const scope = {...(receipt['scope'] as Json)}
    Object.defineProperty(scope, 'sha', {enumerable: true, get: () => shas.shift()})
    expect(ask({...receipt, scope})).toMatchObject({valid: true, receipt: {scope: {sha: commit}}})
    expect(shas).toHaveLength(1)
  })
})

test('a foreign text in a reason cannot start a line of its own', () => {
  const evil = 'x\n::error::\u2028y'
  for (const result of [
    ask(text, {expect: {...expected, environment: evil}}),
    ask(text, {expect: {...expected, [evil]: 1}}),
    ask({...receipt, [evil]: 1}),
    ask(`{"${evil.replace('\n', '\\n')}":1,"${evil.replace('\n', '\\n')}":1}`),
  ]) {
    if (result.valid) throw new Error('taken')
    expect(result.reason).toMatch(/^[\x20-\x7e]+$/)
  }
})
