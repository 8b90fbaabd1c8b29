/** The published JSON Schema and the parser say the same of every receipt, but for a written list of rules. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {Ajv2020} from 'ajv/dist/2020.js'
import fc from 'fast-check'
import {flagWords, parseJson, parseReceipt} from '#protocol'
import {type Json, type Overrides, aReceipt, approvalBody, makeKey} from '../protocol/builders.ts'
import {changedOf} from './schema-mutations.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/receipt.v1.schema.json', import.meta.url), 'utf8'),
) as Json & {readonly $comment: string}
const fitsSchema = new Ajv2020({strict: true}).compile<Shaped>(schema)

function parses(value: unknown): boolean {
  const json = parseJson(JSON.stringify(value))
  return json.ok && parseReceipt(json.value).ok
}

interface Shaped {
  readonly approvals: readonly {readonly login: string; readonly id: number; readonly at: string}[]
  readonly authorizedBy: string
  readonly flags: readonly string[]
  readonly issuedAt: string
  readonly expiresAt: string
  readonly issuer: string
}

const exists = (time: string): boolean =>
  !Number.isNaN(Date.parse(time)) && new Date(time).toISOString() === time.replace('Z', '.000Z')

/** What a value that fits the schema must still be. The names stand in the schema's `$comment`. */
const beyondSchema: Readonly<Record<string, (receipt: Shaped) => boolean>> = {
  times: ({approvals, issuedAt, expiresAt}) => [issuedAt, expiresAt, ...approvals.map(({at}) => at)].every(exists),
  life: ({issuedAt, expiresAt}) => issuedAt < expiresAt,
  people: ({approvals}) => new Set(approvals.map(({id}) => id)).size === approvals.length,
  order: ({approvals}) =>
    approvals.map(({at}) => at).join() ===
    approvals
      .map(({at}) => at)
      .sort()
      .join(),
  last: ({approvals, authorizedBy}) => approvals.at(-1)?.login === authorizedBy,
  sorted: ({flags}) => flags.join() === [...flags].sort().join(),
  origin: ({issuer}) => URL.canParse(issuer) && new URL(issuer).origin === issuer,
}

function verdictsAgree(value: unknown): void {
  const expected = fitsSchema(value) && Object.values(beyondSchema).every((holds) => holds(value))
  if (parses(value) !== expected) {
    throw new Error(`the parser says ${!expected} of ${JSON.stringify(value)}: ${JSON.stringify(fitsSchema.errors)}`)
  }
}

const key = makeKey()
const built = (overrides: Overrides): Json => aReceipt(overrides, key).receipt
const emergency = 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const receipts: readonly Json[] = [
  built({}),
  built({scope: {sha: 'ab'.repeat(32), tree: 'cd'.repeat(32), environment: 'eu/prod-1'}}),
  built({scope: {since: 'ef'.repeat(20)}}),
  built({id: emergency, flags: [...flagWords]}),
  built({flags: ['escalated', 'once'], issuer: 'http://127.0.0.1:8787'}),
  built({approvals: [approvalBody({id: 1, login: 'hubot', proof: 'passkey'}), approvalBody({binding: 'head'})]}),
  built({approvals: Array.from({length: 6}, (_, id) => approvalBody({id}))}),
]

test('every built receipt fits both', () => {
  for (const receipt of receipts) expect([fitsSchema(receipt), parses(receipt)]).toEqual([true, true])
})

describe('the rules beyond the schema', () => {
  const breaking: Readonly<Record<string, Overrides>> = {
    times: {expiresAt: '2027-02-30T00:00:00Z'},
    life: {expiresAt: '2026-04-02T14:30:00Z'},
    people: {approvals: [approvalBody(), approvalBody()]},
    order: {approvals: [approvalBody({id: 1, at: '2026-04-02T14:29:59Z'}), approvalBody()]},
    last: {authorizedBy: 'hubot'},
    sorted: {flags: ['self', 'once']},
    origin: {issuer: 'https://1.2.3'},
  }
  test.each(Object.keys(beyondSchema))(
    '(%s): the schema takes what breaks it, the parser does not, the $comment says so',
    (name) => {
      const receipt = built(breaking[name] ?? {})
      expect([fitsSchema(receipt), parses(receipt)]).toEqual([true, false])
      expect(schema.$comment).toContain(`(${name})`)
    },
  )
  test('the $comment names no other rule but that of the text, which comes before any value', () => {
    const named = [...schema.$comment.matchAll(/\((\w+)\)/g)].map(([, name]) => name)
    expect(named).toEqual(['text', ...Object.keys(beyondSchema)])
  })
})

/** Values that sit at the edge of some rule. */
const edges: readonly unknown[] = [
  ...[null, true, 0, -1, 0.5, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, '', ' ', 'x', [], {}],
  ...[
    'deploy',
    'Deploy',
    'octocat',
    'a`b',
    'a"b',
    'a<b',
    'a$b',
    'a\\b',
    '\u00e9',
    '\n',
    'x'.repeat(64),
    'x'.repeat(65),
  ],
  ...['a/b', 'a/b/c', './x', 'production', 'a..b', 'a//b', 'a/', 'a.', 'x'.repeat(63), 'commit', 'head', 'passkey'],
  ...['0'.repeat(40), '0'.repeat(41), '0'.repeat(64), `sha256:${'0'.repeat(64)}`, `pp_pk_${'0'.repeat(64)}`, emergency],
  ...[
    '2026-02-30T00:00:00Z',
    '2026-04-02T14:30:00Z',
    '2026-04-02T24:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ],
  ...[
    'https://a.example',
    'https://a.example/',
    'https://A.example',
    'http://a.example',
    'http://localhost:1',
    'https://a:443',
  ],
  ...[
    'https://a:65536',
    'https://[::1]',
    'https://[0:0::1]',
    'https://1.2.3',
    'https://xn--a',
    'https://a_b',
    'https://a..b',
  ],
  ...[['emergency'], ['self', 'self'], ['self', 'once'], [...flagWords], ['once', 'self']],
]

test('on thousands of changed receipts schema and parser differ by the listed rules alone', () => {
  const seen = {taken: 0, refused: 0}
  fc.assert(
    fc.property(changedOf(receipts, edges), (value) => {
      verdictsAgree(value)
      seen[parses(value) ? 'taken' : 'refused'] += 1
    }),
    {seed: 20260402, numRuns: 8000},
  )
  expect(seen.taken).toBeGreaterThan(100)
  expect(seen.refused).toBeGreaterThan(1000)
})
