/** The policy file: what it means, and what is wrong with it, by line, with the fix. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {Ajv2020} from 'ajv/dist/2020.js'
import fc from 'fast-check'
import {parse} from 'yaml'
import {builtInPolicy, environmentDefaults} from '../../issuer/policy/built-in.ts'
import {type PolicyResult, parsePolicy, printProblem} from '../../issuer/policy/parse-policy.ts'
import {policySchema} from '../../issuer/policy/policy-schema.ts'
import type {EnvironmentPolicy, Policy} from '../../issuer/model/ruling.ts'

const whole = `version: 1
branches: [main, release/1.x]
environments:
  production:
    approvers: {permission: maintain, users: [octocat], teams: [octo-org/release]}
    approvals: 2
    independence: strict
    collect: 8h
    binding: [commit, head]
    ttl: 90m
    single-use: true
    fresh: true
    checks: [build, test@my-ci, "a @ b"]
    freeze: [{from: 2026-12-24T00:00:00Z, to: 2027-01-02T00:00:00Z, reason: holidays}]
    risk: {escalate-at: 0.6, extra-approvals: 2, deny-at: 0.95}
  eu/qa-1: {}
statement-life: 10m
sensitive-paths: [".github/**", "db/*.sql"]
agents: ["*[bot]", "release-agent*"]
`

function policyOf(text: string): Policy {
  const parsed = parsePolicy(text)
  if (!parsed.ok) throw new Error(parsed.fault.map(printProblem).join('\n'))
  return parsed.value
}

const problemsOf = (text: string): readonly string[] => {
  const parsed = parsePolicy(text)
  return parsed.ok ? [] : parsed.fault.map(printProblem)
}

/** A file whose only environment has this in it, from line 4 on. */
const asking = (...lines: readonly string[]): string =>
  ['version: 1', 'environments:', '  production:', ...lines.map((line) => `    ${line}`), ''].join('\n')

describe('a whole file', () => {
  test('means what it says', () => {
    expect(policyOf(whole)).toEqual({
      branches: ['main', 'release/1.x'],
      environments: {
        production: {
          permission: 'maintain',
          users: ['octocat'],
          teams: ['octo-org/release'],
          approvals: 2,
          independence: 'strict',
          collect: 28_800_000,
          binding: ['commit', 'head'],
          ttl: 5_400_000,
          singleUse: true,
          fresh: true,
          checks: [{name: 'build'}, {name: 'test', app: 'my-ci'}, {name: 'a @ b'}],
          freeze: [{from: Date.UTC(2026, 11, 24), to: Date.UTC(2027, 0, 2), reason: 'holidays'}],
          risk: {escalateAt: 0.6, extraApprovals: 2, denyAt: 0.95},
        },
        'eu/qa-1': environmentDefaults,
      },
      statementLife: 600_000,
      sensitivePaths: ['.github/**', 'db/*.sql'],
      agents: ['*[bot]', 'release-agent*'],
    })
  })

  test('and the least one is the built-in policy for the environments that it names', () => {
    const {environments, ...rest} = builtInPolicy
    const named = {production: environments['production']}
    expect(policyOf('version: 1\nenvironments: {production: {}}\n')).toEqual({...rest, environments: named})
  })

  test.each<readonly [string, Partial<EnvironmentPolicy>]>([
    ['risk: {deny-at: 0.5}', {risk: {extraApprovals: 0, denyAt: 0.5}}],
    ['risk: {escalate-at: 0.5}', {risk: {extraApprovals: 1, escalateAt: 0.5}}],
    ['ttl: 24h', {ttl: 86_400_000}],
    ['ttl: 1d', {ttl: 86_400_000}],
    ['approvals: 5', {approvals: 5}],
    [
      'approvals: 3\n    risk: {escalate-at: 0.5, extra-approvals: 2}',
      {approvals: 3, risk: {extraApprovals: 2, escalateAt: 0.5}},
    ],
    ['independence: usual', {independence: 'usual'}],
    ['independence: none', {independence: 'none'}],
    ['collect: 24h', {collect: 86_400_000}],
    ['collect: 45s', {collect: 45_000}],
    ['approvers: {users: [octo-cat_corp]}', {users: ['octo-cat_corp']}],
  ])('%s', (line, means) => {
    expect(policyOf(asking(line)).environments['production']).toEqual({...environmentDefaults, ...means})
  })

  test('of Windows, with a byte order mark, reads the same', () => {
    expect(policyOf(`\ufeff${whole.replaceAll('\n', '\r\n')}`)).toEqual(policyOf(whole))
  })
})

/** What is wrong -> where, and words that must stand in the message: the field, and the fix. */
const wrong: readonly (readonly [text: string, at: string, words: readonly string[]])[] = [
  ['', '1:1', ['must be a mapping']],
  ['[]', '1:1', ['must be a mapping']],
  ['version: 1\n', '1:1', ['environments is missing']],
  ['environments: {production: {}}\n', '1:1', ['version is missing']],
  ['version: 2\nenvironments: {production: {}}\n', '1:10', ['version must be 1, not 2']],
  ['version: 1\nenvironments: {}\n', '2:15', ['environments must hold at least 1']],
  [`${whole}enviroments: {}\n`, '20:1', ['enviroments is not known', 'environments']],
  ['version: 1\nenvironments: {Production: {}}\n', '2:16', ['environments.Production is not a possible name']],
  ['version: 1\nenvironments: {a..b: {}}\n', '2:16', ['not a possible name']],
  ['version: 1\nenvironments: {__proto__: {}}\n', '2:16', ['not a possible name']],
  ['version: 1\nenvironments: {production: }\n', '2:28', ['production must be a mapping, not empty']],
  [asking('aproval: 2'), '4:5', ['environments.production.aproval is not known', 'approvals']],
  [asking('approvals: 0'), '4:16', ['approvals must be 1 or more, not 0']],
  [asking('approvals: 6'), '4:16', ['approvals must be 5 or less, not 6']],
  [asking('approvals: "2"'), '4:16', ['approvals must be a whole number, not "2"']],
  [asking('approvals: 1.5'), '4:16', ['a whole number']],
  [asking('fresh: yes'), '4:12', ['must be true or false, not "yes"']],
  [asking('independence: some'), '4:19', ['independence must be one of usual, strict, none, not "some"']],
  [asking('independence: true'), '4:19', ['must be one of usual, strict, none']],
  [asking('self-approval: true'), '4:5', ['environments.production.self-approval is not known', 'independence']],
  [asking('collect: 25h'), '4:14', ['collect is longer than 24h']],
  [asking('collect: 0'), '4:14', ['collect must be text']],
  [asking('collect: 1 day'), '4:14', ['not in its form']],
  [asking('approvers: {permission: read}'), '4:29', ['permission must be one of write, maintain, admin, not "read"']],
  [asking('approvers: {users: ["@octocat"]}'), '4:25', ['users[0] is "@octocat"', 'without @']],
  [asking('approvers: {teams: [release]}'), '4:25', ['teams[0]', 'organization/team']],
  [asking('approvers: {team: [a/b]}'), '4:17', ['approvers.team is not known', 'teams']],
  [asking('binding: [head]'), '4:14', ['binding must hold commit']],
  [asking('binding: [commit, branch]'), '4:23', ['must be one of commit, head']],
  [asking('ttl: 25h'), '4:10', ['ttl is longer than 24h']],
  [asking('ttl: 0'), '4:10', ['ttl must be text']],
  [asking('ttl: 1 hour'), '4:10', ['not in its form', 'such as 1h']],
  [asking('checks: build'), '4:13', ['checks must be a list']],
  [asking('checks: [build, build]'), '4:13', ['holds the same twice']],
  [asking('checks: ["a\\nb"]'), '4:14', ['checks[0]']],
  [asking('freeze: [{from: 2026-02-30T00:00:00Z, to: 2027-01-01T00:00:00Z, reason: x}]'), '4:21', ['no time that exists']],
  [asking('freeze: [{from: 2026-12-24, to: 2027-01-01T00:00:00Z, reason: x}]'), '4:21', ['as 2026-12-24T00:00:00Z']],
  [asking('freeze: [{from: 2026-12-24T00:00:00Z, to: 2026-12-24T00:00:00Z, reason: x}]'), '4:47', ['later than from']],
  [asking('freeze: [{from: 2026-12-24T00:00:00Z, to: 2027-01-01T00:00:00Z}]'), '4:14', ['freeze[0].reason is missing']],
  [asking('freeze: [{from: 2026-12-24T00:00:00Z, to: 2027-01-01T00:00:00Z, reason: "\\uD800"}]'), '4:77', ['reason']],
  [asking('risk: {}'), '4:11', ['risk must hold at least 1']],
  [asking('risk: {deny-at: 1.1}'), '4:21', ['deny-at must be 1 or less']],
  [asking('risk: {deny-at: .nan}'), '4:21', ['deny-at must be']],
  [asking('risk: {extra-approvals: 1}'), '4:11', ['escalate-at']],
  [asking('risk: {escalate-at: 0.5, deny-at: 0.5}'), '4:39', ['deny-at must be higher than escalate-at']],
  [asking('approvals: 5', 'risk: {escalate-at: 0.5, extra-approvals: 1}'), '4:16', ['more than 5 together', 'a receipt holds six']],
  ['version: 1\nstatement-life: 2d\nenvironments: {production: {}}\n', '2:17', ['longer than 24h']],
  ['version: 1\nsensitive-paths: [/infra/**]\nenvironments: {production: {}}\n', '2:19', ['without / at either end']],
  ['version: 1\nsensitive-paths: [infra/]\nenvironments: {production: {}}\n', '2:19', ['a folder is infra/**']],
  ['version: 1\nsensitive-paths: [a//b]\nenvironments: {production: {}}\n', '2:19', ['not in its form']],
  ['version: 1\nsensitive-paths: ["(a+)+"]\nenvironments: {production: {}}\n', '2:19', ['not in its form']],
  ['version: 1\nsensitive-paths: ["a*/*b*c*"]\nenvironments: {production: {}}\n', '2:19', ['more than 2 wildcards in one name']],
  ['version: 1\nversion: 1\nenvironments: {production: {}}\n', '2:1', ['version stands here twice']],
  ['version: 1\nenvironments: {production: {}, "production": {}}\n', '2:32', ['production stands here twice']],
  ['version: 1\nenvironments: {production: &p {}, staging: *p}\n', '2:31', ['Anchors and aliases']],
  ['version: 1\nenvironments: {production: *nowhere}\n', '2:28', ['Anchors and aliases']],
  ['version: !!int 1\nenvironments: {production: {}}\n', '1:16', ['Tags']],
  ['version: !v 1\nenvironments: {production: {}}\n', '1:10', ['tag']],
  ['version: 1\nenvironments: {production: {<<: {approvals: 1}}}\n', '2:29', ['is not known']],
  ['%YAML 1.1\n---\nversion: 1\nenvironments: {production: {}}\n', '1:1', ['Directives']],
  ['version: 1\nenvironments: {production: {}}\n---\nversion: 1\n', '3:1', ['second document']],
  ['version: 1\nenvironments:\n\tproduction: {}\n', '3:1', ['not YAML', 'Tabs']],
  ['? [a]\n: b\n', '1:3', ['not YAML']],
  [`${whole}#${'x'.repeat(65_536)}`, '1:1', ['larger than 65536 bytes']],
  ['['.repeat(20_000), '1:', ['nested too deeply']],
] // prettier-ignore

describe('what is wrong is named by line, field and fix', () => {
  test.each(wrong)('%j', (text, at, words) => {
    const [line, column] = at.split(':')
    const place = column === '' ? `line ${line}, column ` : `line ${line}, column ${column}: `
    expect(problemsOf(text)[0]?.startsWith(place) === true ? place : problemsOf(text)[0]).toBe(place)
    for (const word of words) expect(problemsOf(text)[0]).toContain(word)
  })

  test('all of it at once, in the order of the file', () => {
    const problems = problemsOf(asking('ttl: 1 hour', 'approvals: 7', 'checks: build'))
    expect(problems.map((problem) => /^line (\d+)/.exec(problem)?.[1])).toEqual(['4', '5', '6'])
  })

  test('and never with a character that a terminal or Markdown would act on', () => {
    expect(problemsOf(asking('"\\u001b[31m\\u202e`@octocat`": 1'))[0]).toMatch(/^[\x20-\x7e]+$/)
    expect(problemsOf('version: 1\n\u001b[31m\u202e: {\n').join('')).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe('the schema', () => {
  const published = JSON.parse(
    readFileSync(new URL('../../docs/schemas/policy.v1.schema.json', import.meta.url), 'utf8'),
  ) as object

  test('that is published is the one that is used', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(policySchema)))
  })

  test('takes the whole file, and the example of the documentation', () => {
    const fits = new Ajv2020({strict: true}).compile(published)
    const documentation = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
    const examples = [...documentation.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example = '']) => example)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of [whole, ...examples]) {
      expect(problemsOf(example)).toEqual([])
      expect([fits(parse(example)), fits.errors]).toEqual([true, null])
    }
  })

  test('has words for each of its keywords', () => {
    const wordless = new Set([
      '$schema',
      '$id',
      '$ref',
      '$defs',
      'title',
      'description',
      'default',
      'items',
      'properties',
    ])
    const keywords = new Set<string>()
    JSON.stringify(policySchema, (name, value: unknown) => {
      if (!/^\d*$/.test(name)) keywords.add(name)
      return value
    })
    const spoken = ['additionalProperties', 'required', 'dependentRequired', 'propertyNames', 'type', 'enum', 'const']
    const bounds = [
      'pattern',
      'contains',
      'minimum',
      'maximum',
      'minItems',
      'maxItems',
      'minProperties',
      'maxProperties',
    ]
    const unknown = [...keywords].filter((name) => ![...wordless, ...spoken, ...bounds, 'uniqueItems'].includes(name))
    // What is left are names of fields.
    for (const name of unknown) expect(JSON.stringify(policySchema)).toContain(`"${name}":{`)
  })
})

test('whatever the text, there is a policy or a problem, and no key is ignored', () => {
  const lines = whole.split('\n')
  const line = fc.oneof(
    fc.constantFrom(...lines),
    fc.string({maxLength: 12}),
    fc.constantFrom('  a: [', '&a', '*a', '- x', '? y'),
  )
  const outcomes = {ok: 0, refused: 0}
  const judge = ({ok}: PolicyResult): void => void (outcomes[ok ? 'ok' : 'refused'] += 1)
  fc.assert(
    fc.property(fc.array(line, {maxLength: 12}), fc.nat(lines.length), (extra, at) => {
      judge(parsePolicy([...lines.slice(0, at), ...extra, ...lines.slice(at)].join('\n')))
    }),
    {seed: 20260402, numRuns: 500},
  )
  expect(outcomes.ok).toBeGreaterThan(5)
  expect(outcomes.refused).toBeGreaterThan(100)
})
