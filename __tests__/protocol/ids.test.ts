/** Branded values: one spelling each, and nothing is normalized on the way in. */
import {describe, expect, test} from '@jest/globals'
import {
  type RepositoryName,
  parseAccountId,
  parseCommitSha,
  parseDecisionId,
  parseDigest,
  parseEnvironment,
  parseLogin,
  parseOrigin,
  parsePublicKey,
  parseReceiptId,
  parseRepositoryId,
  parseRepositoryName,
  parseSignature,
  parseTreeSha,
  sameRepository,
} from '#protocol'
import {commit} from './builders.ts'

interface Row {
  readonly name: string
  readonly parse: (value: unknown) => unknown
  readonly good: readonly unknown[]
  readonly bad: readonly unknown[]
}

const ulid = '01jdaa3x7k9m2n4p6q8r0s2t4v'
const hex64 = 'ab'.repeat(32)
const shas: Pick<Row, 'good' | 'bad'> = {
  good: [commit, hex64],
  bad: [commit.slice(1), `${commit}0`, commit.toUpperCase(), commit.slice(0, 7), `${commit}\n`, ` ${commit}`, 'HEAD'],
}

const rows: readonly Row[] = [
  {name: 'a commit', parse: parseCommitSha, ...shas},
  {name: 'a tree', parse: parseTreeSha, ...shas},
  {
    name: 'an environment',
    parse: parseEnvironment,
    good: ['production', 'p', '0', 'eu/prod-1', 'a.b_c', 'a'.repeat(63), 'a-'],
    bad: [
      ...['', 'Production', 'production ', ' production', 'prod\n', 'a'.repeat(64), 'a..b', 'a//b', 'a/', 'a.', '.a'],
      ...['/a', '-a', '_a', 'prod:1', 'productio\u0301n', 'prod\u00a0', 'pr\u200bod', '$(x)'],
    ],
  },
  {
    name: 'a repository',
    parse: parseRepositoryName,
    good: [
      ...['octo-org/api-service', 'a/b', 'A_1/.github', `${'a'.repeat(39)}/${'b'.repeat(100)}`],
      ...['octo-org/..b', 'octo-org/b.', 'octo-org/...'],
    ],
    bad: [
      ...['octo-org', 'a/b/c', '/b', 'a/', 'a b/c', 'a.b/c', `${'a'.repeat(40)}/b`, `a/${'b'.repeat(101)}`, 'a/b\n'],
      // In a path they name the folder itself, and the one above it.
      ...['octo-org/.', 'octo-org/..'],
    ],
  },
  {
    name: 'a login',
    parse: parseLogin,
    good: ['octocat', 'github-actions[bot]', 'a'.repeat(64), 'x y', "o'neil"],
    bad: ['', 'a'.repeat(65), 'a`b', 'a$b', 'a"b', 'a\\b', 'a<b', 'a\nb', 'a\u007f', 'caf\u00e9', '\u0430dmin'],
  },
  {
    name: 'a receipt id',
    parse: parseReceiptId,
    good: [`rcpt_dg_${ulid}`, `rcpt_bg_${ulid}`],
    bad: [
      ...[`rcpt_xx_${ulid}`, `rcpt_dg_${ulid.toUpperCase()}`, `rcpt_dg_${ulid}0`, `rcpt_dg_${ulid.slice(1)}`],
      ...['i', 'l', 'o', 'u'].map((letter) => `rcpt_dg_${ulid.slice(1)}${letter}`),
    ],
  },
  {name: 'a decision id', parse: parseDecisionId, good: [`dec_${ulid}`], bad: [`dec-${ulid}`, ulid, `dec_${ulid}\n`]},
  {
    name: 'a digest',
    parse: parseDigest,
    good: [`sha256:${hex64}`],
    bad: [hex64, `sha256:${hex64.toUpperCase()}`, `sha256:${hex64}0`, `sha512:${hex64}`, `SHA256:${hex64}`],
  },
  {
    name: 'a public key',
    parse: parsePublicKey,
    good: [`pp_pk_${hex64}`],
    bad: [`pp_pk_${hex64.slice(1)}`, `pp_pk_${hex64}a`, `pp_pk_${hex64.toUpperCase()}`, hex64, `pp_sk_${hex64}`],
  },
  {
    name: 'a signature',
    parse: parseSignature,
    good: [`ed25519:${hex64}${hex64}`],
    bad: [`ed25519:${hex64}`, `${hex64}${hex64}`, `ed25519:${hex64}${hex64.toUpperCase()}`, `ed448:${hex64}${hex64}`],
  },
  {
    name: 'an origin',
    parse: parseOrigin,
    good: [
      'https://countersign.example',
      'https://a.example:8443',
      'http://127.0.0.1:8787',
      'http://localhost',
      'http://[::1]:1',
    ],
    bad: [
      ...[
        'http://countersign.example',
        'https://a.example/',
        'https://a.example/x',
        'https://A.example',
        'ftp://a.example',
      ],
      ...[
        'https://a.example:443',
        'https://u@a.example',
        'https://a.example?x',
        'https://a.example#x',
        'a.example',
        '',
      ],
      ...[
        'http://127.1',
        'http://localhost.a.example',
        'https://a.example ',
        'https://b\u00fccher.example',
        'javascript:0',
      ],
      ...[
        "https://a'(b).example",
        'https://a{b}.example',
        'https://a.example.',
        'https://1.2.3',
        'https://a.example:99999',
      ],
      ...['https://$x.example', `https://${'a'.repeat(250)}.example`],
    ],
  },
  ...[parseRepositoryId, parseAccountId].map((parse) => ({
    name: `an id (${parse === parseAccountId ? 'account' : 'repository'})`,
    parse,
    good: [0, 1, 1296269, Number.MAX_SAFE_INTEGER],
    bad: [-1, -0, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1, '1296269', 1n],
  })),
]

const neverAString = [undefined, null, true, [], {}, ['a'], new Date(0), () => 'a']

describe.each(rows)('$name', ({parse, good, bad}) => {
  test.each(good)('is taken as it is: %j', (value) => {
    expect(parse(value)).toBe(value)
  })
  test.each([...bad, ...neverAString].map((value) => [value]))('is refused: %p', (value) => {
    expect(parse(value)).toBeUndefined()
  })
})

test('text that only turns into a good value is refused: nothing is coerced', () => {
  expect(parseCommitSha({toString: () => commit})).toBeUndefined()
  expect(parseCommitSha([commit])).toBeUndefined()
  expect(parseCommitSha(new String(commit))).toBeUndefined()
})

test('repository names compare without the case of ASCII letters', () => {
  const parse = (text: string): RepositoryName => {
    const name = parseRepositoryName(text)
    if (name === undefined) throw new Error(`${text} did not parse`)
    return name
  }
  const a = parse('Octo-Org/API')
  expect(sameRepository(a, parse('octo-org/api'))).toBe(true)
  expect(sameRepository(a, parse('octo-org/apj'))).toBe(false)
})
