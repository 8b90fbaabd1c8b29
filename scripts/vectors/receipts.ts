/** Vectors of receipts (formats §2). */
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'
import {type SigningKey, addOrder, makeSigningKey} from './keys.ts'

const commit = '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'
export const since = '7c1e5d9a3b8f2e4c6d0a1b9f5e7c3d8a2b4f6e0c'
const tree = '9be2d7c4a1f03e5d8b6a4c2e0f1d3b5a7c9e8f60'
const expect = {
  action: 'deploy',
  repositoryId: 1296269,
  repository: 'octo-org/api-service',
  sha: commit,
  environment: 'production',
}
const at = (time: string): number => Date.parse(time)
const now = at('2026-04-02T15:00:00Z')

export const approval = (overrides: Json = {}): Json => ({
  login: 'octocat',
  id: 583231,
  role: 'maintain',
  at: '2026-04-02T14:29:58Z',
  statement: {kind: 'issue_comment', id: 99262140, digest: `sha256:${'1'.repeat(64)}`},
  binding: 'commit',
  proof: 'comment',
  ...overrides,
})

export const scope = (overrides: Json = {}): Json => ({
  repository: 'octo-org/api-service',
  repositoryId: 1296269,
  sha: commit,
  tree,
  environment: 'production',
  pullRequest: 42,
  ...overrides,
})

const body = (overrides: Json = {}): Json => ({
  type: 'countersign.receipt/v1',
  id: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
  action: 'deploy',
  scope: scope(),
  authorizedBy: 'octocat',
  approvals: [approval()],
  flags: [],
  issuedAt: '2026-04-02T14:30:00Z',
  expiresAt: '2026-04-02T15:30:00Z',
  issuer: 'https://countersign.example',
  decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
  evidence: `sha256:${'2'.repeat(64)}`,
  policy: `sha256:${'3'.repeat(64)}`,
  ...overrides,
})

export function receiptVectors(): Vectors {
  const key = makeSigningKey()
  return {
    about: 'Receipts: who authorized what (Ed25519 over RFC 8785 canonical JSON without the member "signature").',
    call: 'verify.receipt(receipt, options); times in milliseconds since 1970',
    cases: [...accepted(key), ...malformed(key), ...refusedByKey(key), ...refusedByTerms(key), ...refusedByScope(key)],
  }
}

interface Expectation {
  readonly body?: Json
  readonly text?: (text: string) => string
  readonly options?: Json
  readonly result?: Json
}

/** The usual receipt and question, of which each case changes one thing. */
const ask = (name: string, key: SigningKey, question: Expectation = {}): Case => {
  const text = JSON.stringify(key.sign(question.body ?? body()))
  const options = {keys: [key.pin], now, expect, ...question.options}
  return {
    name,
    arguments: [question.text?.(text) ?? text, options],
    result: question.result ?? {valid: true, unchecked: [], expired: false},
  }
}

const second = approval({login: 'monalisa', id: 2, at: '2026-04-02T14:29:59Z'})
const sha256 = 'ab'.repeat(32)

const accepted = (key: SigningKey): readonly Case[] => [
  ask('a receipt for exactly what is expected', key),
  ask('any layout of the JSON is fine', key, {text: (text) => `\n${JSON.stringify(JSON.parse(text), null, 4)}\r\n`}),
  ask('escapes are another spelling of the same text', key, {
    text: (text) => swap(text, '"octocat"', '"\\u006fctocat"'),
  }),
  ask('repository names compare without case', key, {
    options: {expect: {...expect, repository: 'Octo-Org/API-service'}},
  }),
  ask('a tree is expected instead of a commit', key, {options: {expect: {...expect, sha: undefined, tree}}}),
  ask('the issuer is expected too', key, {options: {expect: {...expect, issuer: 'https://countersign.example'}}}),
  ask('what is not expected is named', key, {
    options: {expect: {sha: commit}},
    result: {valid: true, unchecked: ['action', 'repositoryId', 'repository', 'environment']},
  }),
  ask('two people, and every flag of a usual receipt', key, {
    body: body({
      approvals: [approval(), second],
      authorizedBy: 'monalisa',
      flags: ['escalated', 'fresh', 'once', 'self'],
    }),
  }),
  ask('an emergency has its own kind of id', key, {
    body: body({id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v', flags: ['emergency']}),
  }),
  ask('names of SHA-256 repositories', key, {
    body: body({scope: scope({sha: sha256, tree: sha256})}),
    options: {expect: {...expect, sha: sha256}},
  }),
  ask('the commit that it counts from', key, {body: body({scope: scope({since})})}),
  ask('it counts from its own commit: nothing new', key, {body: body({scope: scope({since: commit})})}),
  ask('clocks may differ by 60 seconds at the start', key, {options: {now: at('2026-04-02T14:29:00Z')}}),
  ask('the last millisecond of its life', key, {options: {now: at('2026-04-02T15:30:00Z') - 1}}),
  ask('judged at its own time', key, {options: {now: 'issued'}, result: {valid: true}}),
  ask('issued before the end of the pin', key, {options: {keys: [`${key.pin} until=2026-04-02T14:30:00Z`]}}),
]

const malformed = (key: SigningKey): readonly Case[] => {
  const result = refused('receipt_malformed')
  const resigned = (name: string, overrides: Json): Case => ask(name, key, {body: body(overrides), result})
  const changed = (name: string, text: (text: string) => string): Case => ask(name, key, {text, result})
  return [
    changed('empty', () => ''),
    changed('not an object', () => '[]'),
    changed('a name twice', (text) => swap(text, '"action":"deploy"', '"action":"deploy","action":"deploy"')),
    changed('a name twice, once escaped', (text) => swap(text, '"sha":', `"\\u0073ha":"${'0'.repeat(40)}","sha":`)),
    changed('a byte-order mark', (text) => `\ufeff${text}`),
    changed('something after the value', (text) => `${text} {}`),
    changed('a number in another spelling', (text) => swap(text, '1296269', '1296269.0')),
    changed('a member is missing', (text) => swap(text, '"flags":[],', '')),
    changed('a member that is signed and unknown', () => JSON.stringify(key.sign({...body(), comment: 'x'}))),
    resigned('an abbreviated commit', {scope: scope({sha: commit.slice(0, 12)})}),
    resigned('a commit in capitals', {scope: scope({sha: commit.toUpperCase()})}),
    resigned('an abbreviated commit to count from', {scope: scope({since: since.slice(0, 7)})}),
    resigned('an environment with two dots in a row', {scope: scope({environment: 'a..b'})}),
    resigned('a day that does not exist', {issuedAt: '2026-02-30T14:30:00Z'}),
    resigned('a life that ends before it begins', {expiresAt: '2026-04-02T14:29:00Z'}),
    resigned('flags that are not sorted', {flags: ['self', 'once']}),
    resigned('an unknown flag', {flags: ['maybe']}),
    resigned('an emergency without the flag', {id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v'}),
    resigned('one account that approves twice', {approvals: [approval(), approval()]}),
    resigned('another login than that of the last approval', {authorizedBy: 'monalisa'}),
    resigned('no approval', {approvals: []}),
    {...ask('too large by its layout alone', key, {result: refused('receipt_too_large')}), padding: 16_384},
  ]
}

const refusedByKey = (key: SigningKey): readonly Case[] => {
  const result = refused('signature_invalid')
  const other = makeSigningKey()
  const signatureOf = (text: string): string => /ed25519:[0-9a-f]+/.exec(text)?.[0] ?? ''
  return [
    ask('a key that is not pinned', key, {options: {keys: [other.pin]}, result: refused('key_not_pinned')}),
    ask('a key that is pinned as revoked', key, {
      options: {keys: [`${key.pin} revoked`]},
      result: refused('key_revoked'),
    }),
    ask('issued after the end of the pin', key, {
      options: {keys: [`${key.pin} until=2026-04-02T14:29:59Z`]},
      result: refused('key_revoked'),
    }),
    ask('a signed member was changed', key, {text: (text) => swap(text, '"maintain"', '"admin"'), result}),
    ask('the signature of another key', key, {
      text: (text) => swap(text, signatureOf(text), signatureOf(JSON.stringify(other.sign(body())))),
      result,
    }),
    ask('a signature whose S is not below L', key, {
      text: (text) => swap(text, signatureOf(text), addOrder(signatureOf(text))),
      result,
    }),
    ask('a signature of zeros', key, {
      text: (text) => swap(text, signatureOf(text), `ed25519:${'0'.repeat(128)}`),
      result,
    }),
    ask('no key is pinned', key, {options: {keys: []}, result: refused('input_invalid')}),
    ask('one of two pinned lines is no key', key, {
      options: {keys: [key.pin, 'pp_pk_1']},
      result: refused('input_invalid'),
    }),
    ask('a pinned key of small order', key, {
      options: {keys: [`pp_pk_01${'0'.repeat(62)}`]},
      result: refused('input_invalid'),
    }),
  ]
}

const refusedByTerms = (key: SigningKey): readonly Case[] => [
  ask('more than 60 seconds before it was issued', key, {
    options: {now: at('2026-04-02T14:29:00Z') - 1},
    result: refused('not_yet_valid'),
  }),
  ask('the moment of its end', key, {options: {now: at('2026-04-02T15:30:00Z')}, result: refused('expired')}),
  ask('a longer life than is accepted', key, {options: {maxTtl: '59m'}, result: refused('lifetime_too_long')}),
  ask('more than 24 hours, where nothing else is said', key, {
    body: body({expiresAt: '2026-04-03T14:30:01Z'}),
    result: refused('lifetime_too_long'),
  }),
  ask('an expectation of an unknown name', key, {
    options: {expect: {...expect, enviroment: 'production'}},
    result: refused('input_invalid'),
  }),
]

const refusedByScope = (key: SigningKey): readonly Case[] => {
  const other = (name: string, expected: Json, code: string): Case =>
    ask(name, key, {options: {expect: {...expect, ...expected}}, result: refused(code)})
  return [
    ask('another action', key, {body: body({action: 'rollback'}), result: refused('action_mismatch')}),
    other('another repository of the same name', {repositoryId: 1296270}, 'repository_mismatch'),
    other('an id as text', {repositoryId: '1296269'}, 'repository_mismatch'),
    other('another repository', {repository: 'octo-org/web'}, 'repository_mismatch'),
    other('another commit', {sha: '0'.repeat(40)}, 'commit_mismatch'),
    other('the beginning of the commit', {sha: commit.slice(0, 39)}, 'commit_mismatch'),
    other('another tree', {tree: '0'.repeat(40)}, 'tree_mismatch'),
    other('another environment', {environment: 'staging'}, 'environment_mismatch'),
    other('environments compare with case', {environment: 'Production'}, 'environment_mismatch'),
    other('another issuer', {issuer: 'https://other.example'}, 'issuer_mismatch'),
  ]
}
