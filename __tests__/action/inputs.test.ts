/** Inputs: what is taken, and that every problem is named at once. */
import {describe, expect, test} from '@jest/globals'
import {type InputName, readInputs} from '../../src/action/inputs.ts'
import {makeKey} from '../protocol/builders.ts'

const {pin} = makeKey()
const usual: Partial<Record<InputName, string>> = {
  environment: 'production',
  'public-key': pin,
  'github-token': 'ghs_secret',
  match: 'commit',
  checkout: 'verify',
  'min-approvals': '1',
  'require-proof': 'comment',
  'refuse-flags': 'self emergency',
  'max-ttl': '24h',
  wait: '0',
  redeem: 'false',
  report: 'true',
}

const read = (overrides: Partial<Record<InputName, string>> = {}) =>
  readInputs((name) => ({...usual, ...overrides})[name] ?? '')

function problemsOf(overrides: Partial<Record<InputName, string>>): readonly string[] {
  const result = read(overrides)
  return result.ok ? [] : result.fault
}

test('the defaults and the two required inputs are enough', () => {
  expect(read()).toMatchObject({
    ok: true,
    value: {
      environment: 'production',
      limits: {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self', 'emergency']},
      maxTtl: 86_400_000,
      issuer: undefined,
      sha: undefined,
      repository: undefined,
    },
  })
})

test('every problem is named at once, each with its input and the fix', () => {
  const problems = problemsOf({
    environment: '',
    'public-key': 'pp_pk_12',
    sha: 'abc123',
    'max-ttl': 'soon',
    checkout: 'no',
  })
  expect(problems).toHaveLength(5)
  for (const [i, name] of ['environment', 'public-key', 'sha', 'checkout', 'max-ttl'].entries()) {
    expect(problems[i]).toContain(`the input "${name}"`)
  }
})

describe('a wrong value is refused and names its rule', () => {
  test.each<[InputName, string, string]>([
    ['environment', 'Production', 'must be a name'],
    ['environment', 'production ', 'must be a name'],
    ['environment', 'pröduction', 'must be a name'],
    ['environment', '../production', 'must be a name'],
    ['public-key', '', 'no key is pinned'],
    ['public-key', `${pin}\nnonsense`, 'line 2'],
    ['issuer-url', 'https://countersign.example/', 'without a path or a slash'],
    ['issuer-url', 'http://countersign.example', 'must be an origin'],
    ['sha', '3f2a9c0', '40 or 64'],
    ['sha', '3F2A9C0D5B7E1F4A6C8D0E2F4A6B8C0D2E4F6A8B', 'lower-case'],
    ['min-approvals', '0', 'from 1 to 6'],
    ['min-approvals', '7', 'from 1 to 6'],
    ['min-approvals', '01', 'from 1 to 6'],
    ['min-approvals', '1.0', 'from 1 to 6'],
    ['min-approvals', '', 'is missing'],
    ['require-proof', 'Passkey', 'comment or passkey'],
    ['refuse-flags', 'self, selfie', 'unknown word "selfie"'],
    ['max-ttl', '0', 'must be a duration'],
    ['max-ttl', '24', 'must be a duration'],
    ['match', 'head', 'commit or tree'],
    ['checkout', 'true', 'verify or ignore'],
    ['wait', 'soon', 'must be 0, or a duration'],
    ['wait', '', 'is missing'],
    ['redeem', 'True', 'true or false'],
    ['redeem', 'true', '"issuer-url" is missing'],
    ['report', 'yes', 'true or false'],
    ['ledger-key', 'pp_pk_00', 'name+id+base64'],
    ['repository', 'octo-org', 'owner/name'],
  ])('%s: %j', (name, value, rule) => {
    expect(problemsOf({[name]: value}).join()).toContain(rule)
  })
})

test('a repository needs its id, and an id its repository', () => {
  expect(problemsOf({repository: 'octo-org/api'})).toEqual([expect.stringContaining('"repository-id" is missing')])
  expect(problemsOf({'repository-id': '7'})).toEqual([expect.stringContaining('"repository" is missing')])
  expect(problemsOf({repository: 'octo-org/api', 'repository-id': '007'})).toHaveLength(1)
  expect(read({repository: 'octo-org/api', 'repository-id': '7'})).toMatchObject({
    value: {repository: {name: 'octo-org/api', id: 7}},
  })
})

test('flags are separated by spaces, commas or lines, and an empty list refuses none', () => {
  expect(read({'refuse-flags': 'self,\n once\tfresh'})).toMatchObject({
    value: {limits: {refuseFlags: ['self', 'once', 'fresh']}},
  })
  expect(read({'refuse-flags': ''})).toMatchObject({value: {limits: {refuseFlags: []}}})
})

test('nowhere to look is a problem of its own', () => {
  expect(problemsOf({'github-token': ''})).toEqual([expect.stringContaining('nowhere to look')])
  expect(problemsOf({'github-token': '', receipt: 'receipt.json'})).toEqual([])
})

test('a secret that was pasted into the wrong input is not printed whole', () => {
  const secret = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
  expect(problemsOf({environment: secret, sha: secret}).join()).not.toContain(secret.slice(0, 20))
})
