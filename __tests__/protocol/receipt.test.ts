/** The receipt's form: every member is needed, none is unknown, and the relations between them hold. */
import {describe, expect, test} from '@jest/globals'
import {
  type JsonValue,
  canonicalJson,
  maxSignedBytes,
  parseJson,
  parseReceipt,
  printReceipt,
  signingBytes,
} from '#protocol'
import {type Json, type Overrides, aReceipt, approvalBody, commit, receiptBody} from './builders.ts'

function parsed(receipt: unknown): JsonValue {
  const json = parseJson(JSON.stringify(receipt))
  if (!json.ok) throw new Error(json.reason)
  return json.value
}

function refusalOf(receipt: unknown): string {
  const result = parseReceipt(parsed(receipt))
  return result.ok ? 'taken' : result.fault
}

const whole = aReceipt({scope: {since: 'ef'.repeat(20)}}).receipt
const built = (overrides: Overrides): Json => aReceipt(overrides).receipt

/** A copy with the member at `path` replaced, or taken out when `value` is undefined. */
function changed(path: readonly (string | number)[], value?: unknown): Json {
  const copy = structuredClone(whole)
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => (at as Json)[name], copy) as Json
  const last = path.at(-1) ?? ''
  if (value === undefined) Reflect.deleteProperty(parent, last)
  else parent[last] = value
  return copy
}

function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, i) => pathsOf(item, [...path, i]))
  return Object.entries(value).flatMap(([name, member]) => [[...path, name], ...pathsOf(member, [...path, name])])
}

const written = (path: readonly (string | number)[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)

const paths = pathsOf(whole)
const objects = [
  [],
  ...paths.filter((path) => typeof at(path) === 'object' && !Array.isArray(at(path))),
  ['approvals', 0],
]

function at(path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Json)[name], whole)
}

describe('each member', () => {
  test.each(
    paths
      .filter((path) => !['pullRequest', 'since'].includes(String(path.at(-1))))
      .map((path) => [written(path), path] as const),
  )('%s must be there', (name, path) => {
    expect(refusalOf(changed(path))).toBe(`${name} is missing`)
  })
  test.each(paths.map((path) => [written(path), path] as const))('%s must not be of another kind', (name, path) => {
    for (const wrong of [null, true, -1, 0.5, '', 'x y\u00e9', [], ['x'], {}, {a: 1}]) {
      if (canonicalJson(wrong) === canonicalJson(at(path))) continue
      const allowed = name === 'flags' && canonicalJson(wrong) === '[]'
      expect({wrong, refusal: refusalOf(changed(path, wrong))}).toEqual({
        wrong,
        refusal: allowed ? 'taken' : (expect.stringContaining(name) as unknown),
      })
    }
  })
  test.each(objects.map((path) => [written(path), path] as const))(
    'beside those of "%s" there is no other',
    (_, path) => {
      for (const more of ['comment', 'constructor', 'toString', 'hasOwnProperty', 'Type', 'signature ', '']) {
        expect(refusalOf(changed([...path, more], 'x'))).toMatch(/is not a known member$/)
      }
    },
  )
  test('an unknown name is quoted, so a line break in it stays inside the sentence', () => {
    expect(refusalOf(changed(['a\n::set-output name=x::\u2028'], 1))).toMatch(
      /^"a\\n[\x20-\x7e]*" is not a known member$/,
    )
  })
})

describe('a receipt is taken', () => {
  test.each<readonly [string, Json]>([
    ['as the builder makes it', whole],
    ['without a pull request', changed(['scope', 'pullRequest'])],
    ['without a commit that it counts from', changed(['scope', 'since'])],
    ['counting from its own commit', changed(['scope', 'since'], commit)],
    ['with SHA-256 object names', built({scope: {sha: 'ab'.repeat(32), tree: 'cd'.repeat(32)}})],
    [
      'with every flag',
      built({id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v', flags: ['emergency', 'escalated', 'fresh', 'once', 'self']}),
    ],
    ['with two approvals at one moment', built({approvals: [approvalBody({id: 1, login: 'hubot'}), approvalBody()]})],
    ['with an action that is another word', built({action: 'rollback'})],
    [
      'with the binding "head" and the proof "passkey"',
      built({approvals: [approvalBody({binding: 'head', proof: 'passkey'})]}),
    ],
  ])('%s', (_, receipt) => {
    expect(refusalOf(receipt)).toBe('taken')
  })
})

describe('the relations between members', () => {
  const six = Array.from({length: 6}, (_, i) => approvalBody({id: i}))
  test.each<readonly [string, Overrides, RegExp]>([
    ['no approval', {approvals: []}, /^approvals must hold 1 to 6/],
    ['seven approvals', {approvals: [...six, approvalBody({id: 6})]}, /^approvals must hold 1 to 6/],
    ['one account twice', {approvals: [approvalBody({login: 'hubot'}), approvalBody()]}, /different accounts/],
    [
      'approvals out of order',
      {approvals: [approvalBody({id: 1, at: '2026-04-02T14:29:59Z'}), approvalBody()]},
      /^approvals must stand in the order/,
    ],
    [
      'authorizedBy is the first of two',
      {approvals: [approvalBody(), approvalBody({id: 1, login: 'hubot'})]},
      /^authorizedBy/,
    ],
    ['authorizedBy in another case', {authorizedBy: 'Octocat'}, /^authorizedBy/],
    ['flags out of order', {flags: ['self', 'once']}, /^flags must be sorted/],
    ['a flag twice', {flags: ['self', 'self']}, /^flags must be sorted/],
    ['an unknown flag', {flags: ['safe']}, /^flags\[0\] must be/],
    ['six flags', {flags: ['emergency', 'escalated', 'fresh', 'once', 'self', 'self']}, /^flags must hold 0 to 5/],
    ['the flag emergency under a common id', {flags: ['emergency']}, /^id must begin with rcpt_bg_/],
    ['an emergency id without its flag', {id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v'}, /^id must begin with rcpt_bg_/],
    ['an end before the beginning', {expiresAt: '2026-04-02T14:29:59Z'}, /^expiresAt must be later/],
    ['an end at the beginning', {expiresAt: '2026-04-02T14:30:00Z'}, /^expiresAt must be later/],
  ])('%s', (_, overrides, reason) => {
    expect(refusalOf(built(overrides))).toMatch(reason)
  })
  test('six approvals are taken', () => {
    expect(refusalOf(built({approvals: six}))).toBe('taken')
  })
})

test('only plain objects are receipts: no array, no text, no instance', () => {
  for (const value of [null, 1, 'x', [], [whole], new Map(Object.entries(whole)), Object.create(whole)]) {
    expect(parseReceipt(value).ok).toBe(false)
  }
})

test('what is signed is the canonical JSON of everything but the signature', () => {
  const body = receiptBody()
  expect(new TextDecoder().decode(signingBytes({...body, signature: 'x'}))).toBe(canonicalJson(body))
})

test('a printed receipt parses to the same receipt', () => {
  const result = parseReceipt(parsed(whole))
  if (!result.ok) throw new Error(result.fault)
  const again = parseReceipt(parsed(JSON.parse(printReceipt(result.value))))
  expect(again).toEqual(result)
})

test('the largest receipt that the form allows fits into what a key service signs', () => {
  const login = 'a'.repeat(64)
  const id = Number.MAX_SAFE_INTEGER
  const largest = built({
    id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    action: 'a'.repeat(32),
    scope: {
      repository: `${'a'.repeat(39)}/${'b'.repeat(100)}`,
      repositoryId: id,
      sha: 'ab'.repeat(32),
      tree: 'cd'.repeat(32),
      environment: 'a'.repeat(63),
      pullRequest: id,
      since: 'ef'.repeat(32),
    },
    authorizedBy: login,
    approvals: Array.from({length: 6}, (_, i) =>
      approvalBody({
        login,
        role: login,
        id: id - i,
        statement: {kind: 'issue_comment', id, digest: `sha256:${'1'.repeat(64)}`},
        proof: 'passkey',
      }),
    ),
    flags: ['emergency', 'escalated', 'fresh', 'once', 'self'],
    issuer: `https://${'a.'.repeat(120)}example`,
  })
  expect(refusalOf(largest)).toBe('taken')
  expect(signingBytes(largest).length).toBe(3715)
  expect(maxSignedBytes).toBe(4096)
})
