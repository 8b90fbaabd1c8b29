/** The schemas of token claims, evidence, entry, revocation and status, each against its parser: they differ by listed rules alone. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {Ajv2020} from 'ajv/dist/2020.js'
import fc from 'fast-check'
import {parseClaims, parseEntry, parseEvidence, parseJson, parseRevocation, parseStatus} from '#protocol'
import {type Json, makeKey} from '../protocol/builders.ts'
import {aBundle} from '../protocol/evidence-builders.ts'
import {makeLedger, origin} from '../protocol/ledger-builders.ts'
import {aPolicy, aReviewer, tokenClaims, withoutReceipt} from '../protocol/token-builders.ts'
import {changedOf} from './schema-mutations.ts'

/** A rule that no schema can say: whether a value that fits the schema keeps it, and an example that breaks it alone. */
interface Rule {
  readonly holds: (value: Json) => boolean
  readonly broken: Json
}

interface Format {
  readonly file: string
  readonly parse: (value: unknown) => {readonly ok: boolean}
  readonly examples: readonly Json[]
  /** What both refuse, each for one reason that random changes seldom meet. */
  readonly wrong: readonly Json[]
  /** By their names in the schema's `$comment`. */
  readonly rules: Readonly<Record<string, Rule>>
}

const exists = (time: unknown): boolean => {
  const seconds = String(time).replace(/(?:\.\d{6})?Z$/, '.000Z')
  return !Number.isNaN(Date.parse(seconds)) && new Date(seconds).toISOString() === seconds
}
const textOf = (value: Json, name: string): string => String(value[name])
const numberOf = (value: Json, name: string): number => Number(value[name])
const never = '2026-02-30T14:30:00'

const key = makeKey()
const aRevocation = (overrides: Json = {}): Json =>
  key.sign({
    type: 'countersign.revocation/v1',
    id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4v',
    receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    repositoryId: 1296269,
    revokedBy: {login: 'octocat', id: 583231},
    statement: {kind: 'issue_comment', id: 99262141, digest: `sha256:${'4'.repeat(64)}`},
    at: '2026-04-02T14:45:00Z',
    cause: 'person',
    ...overrides,
  })

const aRun = (overrides: Json = {}): Json => ({id: '7', attempt: 1, at: '2026-04-02T14:32:00Z', ...overrides})
const aStatus = (overrides: Json = {}): Json =>
  key.sign({
    type: 'countersign.status/v1',
    receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    status: 'active',
    at: '2026-04-02T14:45:00Z',
    ...overrides,
  })

const bundle = {...aBundle().bundle} as unknown as Json
const commitments = bundle['commitments'] as readonly string[]
const ledger = makeLedger(9).map((entry): Json => ({...entry}))
const entry = ledger[1] ?? {}
/** The entry with each digest that its event does not have. */
function strayDigests(one: Json): readonly Json[] {
  const digest = `sha256:${'0'.repeat(64)}`
  const known = {keys: digest, receipt: digest, token: digest, evidence: digest, revocation: digest, run: digest}
  const others = Object.entries({...known, decision: claims['jti']}).filter(([name]) => !mayHave(one, name))
  return others.map(([name, value]) => ({...one, digests: {...(one['digests'] as Json), [name]: value}}))
}

const mayHave = ({event}: Json, name: string): boolean =>
  event === 'receipt.issued'
    ? ['decision', 'token', 'evidence', 'receipt'].includes(name)
    : ledger.some((other) => other['event'] === event && Object.hasOwn(other['digests'] as Json, name))

const claims = tokenClaims()
const agentOf = (value: Json): Json => value['agent'] as Json

const formats: Readonly<Record<string, Format>> = {
  revocation: {
    file: 'revocation',
    parse: parseRevocation,
    examples: [
      aRevocation(),
      aRevocation({cause: 'denied'}),
      aRevocation({cause: 'closed', statement: null}),
      aRevocation({cause: 'permission', statement: null}),
    ],
    wrong: [aRevocation({statement: null}), aRevocation({cause: 'denied', statement: null})],
    rules: {times: {holds: ({at}) => exists(at), broken: aRevocation({at: `${never}Z`})}},
  },
  status: {
    file: 'status',
    parse: parseStatus,
    examples: [
      aStatus(),
      aStatus({status: 'unknown'}),
      aStatus({status: 'redeemed', run: aRun()}),
      aStatus({status: 'revoked', run: aRun({attempt: 12})}),
      aStatus({status: 'expired', run: aRun({id: '99999999999999999999'})}),
    ],
    wrong: [
      aStatus({run: aRun()}),
      aStatus({status: 'unknown', run: aRun()}),
      aStatus({status: 'redeemed', run: aRun({id: '0'})}),
      aStatus({status: 'redeemed', run: aRun({id: 7})}),
      aStatus({status: 'redeemed', run: aRun({attempt: 0})}),
      aStatus({status: 'redeemed', run: aRun({url: 'https://github.com'})}),
      aStatus({status: 'redeemed', run: null}),
    ],
    rules: {
      times: {
        holds: ({at, run}) => exists(at) && (run === undefined || exists((run as Json)['at'])),
        broken: aStatus({status: 'redeemed', run: aRun({at: `${never}Z`})}),
      },
    },
  },
  evidence: {
    file: 'evidence',
    parse: parseEvidence,
    examples: [bundle, {...bundle, disclosures: []}, {...bundle, organization: '0'}],
    wrong: [
      {...bundle, commitments: []},
      {...bundle, commitments: [commitments[0], commitments[0]]},
      {...bundle, commitments: [...commitments, `sha256:${'f'.repeat(64)}`]},
      {...bundle, disclosures: Array.from({length: 9}, () => '')},
    ],
    rules: {
      times: {holds: ({createdAt}) => exists(createdAt), broken: {...bundle, createdAt: `${never}.000000Z`}},
      sorted: {
        holds: (value) => {
          const digests = value['commitments'] as readonly string[]
          return digests.join() === digests.toSorted().join()
        },
        broken: {...bundle, commitments: commitments.toReversed()},
      },
    },
  },
  entry: {
    file: 'entry',
    parse: parseEntry,
    examples: ledger,
    wrong: [
      {...entry, seq: 0},
      {...ledger[0], seq: 1},
      {...ledger[0], prev: '1'.repeat(64)},
      ...ledger.flatMap(strayDigests),
    ],
    rules: {
      times: {holds: ({time}) => exists(time), broken: {...entry, time: `${never}.000000Z`}},
      ledger: {
        holds: (value) =>
          !['ledger.created', 'key.rotated'].includes(textOf(value, 'event')) || value['subject'] === value['ledger'],
        broken: {...ledger[0], subject: `${origin}0`},
      },
    },
  },
  'token claims': {
    file: 'token-claims',
    parse: parseClaims,
    examples: [
      claims,
      tokenClaims({}, {since: 'ef'.repeat(20)}),
      tokenClaims({agent: {login: 'octocat', id: 583231, kind: 'user'}, sub: 'user:octocat'}),
      tokenClaims({policies: [aPolicy({outcome: 'escalate'})], reviewer: aReviewer()}),
      withoutReceipt({decision: 'DENY', policies: [aPolicy({outcome: 'fail'})]}),
      withoutReceipt({decision: 'DENY', reviewer: aReviewer({decision: 'DENY'})}),
      withoutReceipt({decision: 'ESCALATE', policies: [aPolicy({outcome: 'escalate'})]}),
    ],
    wrong: [
      tokenClaims({policies: [aPolicy(), aPolicy({outcome: 'fail'})]}),
      tokenClaims({policies: [aPolicy({outcome: 'escalate'})]}),
      tokenClaims({reviewer: aReviewer({decision: 'DENY'})}),
      tokenClaims({decision: 'DENY'}),
      withoutReceipt({}),
      withoutReceipt({decision: 'DENY', policies: [aPolicy({outcome: 'escalate'})]}),
      tokenClaims({policies: Array.from({length: 65}, () => aPolicy())}),
      tokenClaims({risk: {score: 0, factors: [{name: 'x', weight: -1, value: 0, why: 'x'}]}}),
    ],
    rules: {
      times: {
        holds: ({decidedAt, reviewer}) => exists(decidedAt) && (reviewer === null || exists((reviewer as Json)['at'])),
        broken: tokenClaims({reviewer: aReviewer({at: `${never}.000000Z`})}),
      },
      life: {
        holds: (value) =>
          numberOf(value, 'iat') < numberOf(value, 'exp') && numberOf(value, 'nbf') < numberOf(value, 'exp'),
        broken: tokenClaims({nbf: claims['exp']}),
      },
      moment: {
        holds: (value) => {
          const ms = Date.parse(textOf(value, 'decidedAt').replace(/\d{3}Z$/, 'Z'))
          return Math.floor(ms / 1000) === numberOf(value, 'iat')
        },
        broken: tokenClaims({decidedAt: '2026-04-02T14:30:01.000000Z'}),
      },
      agent: {
        holds: (value) =>
          value['sub'] === `${agentOf(value)['kind'] === 'user' ? 'user' : 'agent'}:${String(agentOf(value)['login'])}`,
        broken: tokenClaims({sub: 'user:hubot'}),
      },
      origin: {
        holds: (value) => {
          const iss = textOf(value, 'iss')
          return URL.canParse(iss) && new URL(iss).origin === iss
        },
        broken: tokenClaims({iss: 'https://1.2.3'}),
      },
    },
  },
}

/** Values that sit at the edge of some rule. */
const edges: readonly unknown[] = [
  ...[null, true, 0, -1, 0.5, 1, 1.5, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, '', ' ', 'x', [], {}],
  ...['a`b', 'a"b', 'a<b', 'a$b', 'a\\b', '\u00e9', '\n', ...[64, 65, 128, 129, 300, 301].map((n) => 'x'.repeat(n))],
  ...['0'.repeat(64), '0'.repeat(63), `sha256:${'0'.repeat(64)}`, `pp_pk_${'0'.repeat(64)}`, 'person', 'closed'],
  ...['ALLOW', 'DENY', 'ESCALATE', 'pass', 'fail', 'escalate', 'user', 'bot', 'agent:octocat', 'user:hubot'],
  ...['ledger.created', 'receipt.issued', 'decision.made', 'receipt.revoked', 'key.rotated', 'deploy.started'],
  ...['dec_01jdaa3x7k9m2n4p6q8r0s2t4w', 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v', 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4v'],
  ...['2026-04-02T14:30:00Z', `${never}Z`, '2026-04-02T24:00:00Z', '2026-04-02T14:30:00.999999Z', `${never}.000000Z`],
  ...[origin, 'a/0', 'A/0', 'a:70000/0', '[::1]/0', 'a//0', 'a..b/0', `${'a'.repeat(319)}/0`, `${'a'.repeat(318)}/0`],
  ...[
    'https://a.example',
    'https://a.example/',
    'http://a.example',
    'http://localhost:1',
    'https://a:443',
    'https://1.2.3',
  ],
]

describe.each(Object.entries(formats))('the schema of the %s', (_, {file, parse, examples, wrong, rules}) => {
  const path = new URL(`../../docs/schemas/${file}.v1.schema.json`, import.meta.url)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Json & {readonly $comment: string}
  // `required` beside `properties` of another level is how a condition is said.
  const fits = new Ajv2020({strict: true, strictRequired: false}).compile<Json>(schema)
  const parses = (value: unknown): boolean => {
    const json = parseJson(JSON.stringify(value))
    return json.ok && parse(json.value).ok
  }

  test('takes every built example, and so does the parser', () => {
    for (const example of examples) expect([fits(example), parses(example), fits.errors]).toEqual([true, true, null])
  })

  test('refuses what breaks one of its conditions, and so does the parser', () => {
    expect(wrong.filter((value) => fits(value) || parses(value))).toEqual([])
  })

  test.each(Object.keys(rules))('(%s): takes what breaks it, the parser does not, the $comment says so', (name) => {
    const broken = rules[name]?.broken
    expect([fits(broken), parses(broken)]).toEqual([true, false])
    expect(schema.$comment).toContain(`(${name})`)
  })

  test('names no other rule but that of the text, which comes before any value', () => {
    const named = [...schema.$comment.matchAll(/\(([a-z]+)\)/g)].map(([, name]) => name)
    expect(named).toEqual(['text', ...Object.keys(rules)])
  })

  test('says on thousands of changed values what the parser says, but for those rules', () => {
    const seen = {taken: 0, refused: 0}
    const agree = (value: unknown): void => {
      const expected = fits(value) && Object.values(rules).every(({holds}) => holds(value))
      const taken = parses(value)
      if (taken !== expected) {
        throw new Error(`the parser says ${taken} of ${JSON.stringify(value)}: ${JSON.stringify(fits.errors)}`)
      }
      seen[taken ? 'taken' : 'refused'] += 1
    }
    fc.assert(fc.property(changedOf(examples, edges), agree), {seed: 20260402, numRuns: 6000})
    expect(seen.taken).toBeGreaterThan(100)
    expect(seen.refused).toBeGreaterThan(1000)
  })
})
