/** `countersign-issuer`: what its commands print, and how they end. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from '@jest/globals'
import type {Printed} from '../../issuer/cli/printed.ts'
import {runCli} from '../../issuer/cli/run.ts'
import {changeRules, standingRules} from '../../issuer/policy/rules.ts'
import {type CaseChanges, aCase, aPart, aPartBy, everybody, evidenceOf, otherCommit} from './builders.ts'

const policy = 'version: 1\nenvironments:\n  production: {approvals: 2, ttl: 30m}\n  staging: {single-use: true}\n'

const factsOf = (changes: CaseChanges = {}): string => {
  const {request, standing, change, approvals} = aCase(changes)
  return JSON.stringify({request, standing, change, approvals})
}

function run(args: readonly string[], files: Readonly<Record<string, string>> = {}): Printed {
  const all: Readonly<Record<string, string>> = {'policy.yml': policy, 'facts.json': factsOf(), ...files}
  const readFile = (path: string): string => {
    const text = all[path]
    if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), {code: 'ENOENT'})
    return text
  }
  return runCli(args, {readFile})
}

const explain = (files: Readonly<Record<string, string>> = {}): Printed =>
  run(['policy', 'explain', 'policy.yml', '--facts', 'facts.json'], files)

describe('policy check', () => {
  test('says that a policy is one, and what it asks', () => {
    const {code, lines} = run(['policy', 'check', 'policy.yml'])
    expect(code).toBe(0)
    expect(lines[0]).toMatch(/^policy\.yml is a policy \(sha256:[0-9a-f]{64}\)\.$/)
    expect(lines).toContain('  production: 2 approvals by write or more, for 30 minutes')
  })

  test('names the file, the line and the column of all that is wrong', () => {
    const broken = 'version: 1\nenvironments:\n  production: {ttl: 2d}\n  staging: {approval: 1}\n'
    const {code, lines} = run(['policy', 'check', 'policy.yml'], {'policy.yml': broken})
    expect(code).toBe(1)
    expect(lines).toEqual([expect.stringMatching(/^policy\.yml:4:13: environments\.staging\.approval is not known/)])
  })
})

describe('policy explain', () => {
  test('prints the ruling, every rule and every factor', () => {
    const {code, lines} = explain()
    expect(code).toBe(0)
    expect(lines[0]).toMatch(/^ESCALATE \(1 more approval\): Deploy [0-9a-f]{40} of octo-org\/api-service/)
    for (const {name} of [...standingRules, ...changeRules]) {
      expect(lines.filter((line) => new RegExp(`^  (?:pass|FAIL)  ${name} `).test(line))).toHaveLength(1)
    }
    expect(lines.filter((line) => line.startsWith('  FAIL'))).toEqual([
      expect.stringMatching(/^ {2}FAIL {2}enough-approvals .* 2 approvals are needed, and 1 person has approved\./),
      expect.stringMatching(/^ {2}FAIL {2}seen-by-others .* #42 by hubot: one more person/),
    ])
    expect(lines).toContain('Risk 0.3')
  })

  test.each<readonly [string, CaseChanges, string]>([
    ['an allow with its flags', {request: {environment: 'staging' as never}}, 'ALLOW (flagged once): '],
    ['one’s own work', {request: {environment: 'staging' as never}, range: {parts: [aPartBy('octocat')]}}, 'ESCALATE (1 more approval): '],
    ['a denial', {request: {sha: otherCommit}}, 'DENY: '],
    ['no standing', {standing: {permission: 'read'}}, 'NO DECISION: who said it may not approve there.'],
    ['an unnamed environment', {request: {environment: 'qa' as never}}, 'NO DECISION: the policy does not name the environment qa'],
  ])('tells %s', (_, changes, first) => {
    expect(explain({'facts.json': factsOf(changes)}).lines[0]).toContain(first)
  }) // prettier-ignore

  test('takes the evidence of a decision as it is', () => {
    const evidence = evidenceOf(aCase({request: {sha: otherCommit}})).text
    const {code, lines} = explain({'facts.json': evidence})
    expect([code, lines[0]]).toEqual([0, expect.stringMatching(/^DENY: /)])
  })

  test.each([
    ['no JSON', '{', 'no strict JSON'],
    ['two members of a name', '{"request": {}, "request": {}}', 'no strict JSON'],
    ['no facts', '{}', "must have required property 'standing'"],
    ['a time that is none', factsOf({standing: {readAt: NaN}}), '/standing/readAt must be number'],
    ['a wrong commit', factsOf({request: {sha: 'abc' as never}}), '/request/sha'],
  ])('refuses facts that are %s', (_, facts, problem) => {
    const {code, lines} = explain({'facts.json': facts})
    expect(code).toBe(2)
    expect(lines.join('\n')).toContain(problem)
  })

  test('refuses a policy that is none, with its lines', () => {
    expect(explain({'policy.yml': 'version: 1\n'})).toMatchObject({code: 1, lines: [expect.stringContaining(':1:1:')]})
  })
})

test.each([
  [[]],
  [['policy']],
  [['policy', 'check']],
  [['policy', 'check', 'policy.yml', 'other.yml']],
  [['policy', 'check', 'policy.yml', '--facts', 'facts.json']],
  [['policy', 'explain', 'policy.yml']],
  [['policy', 'check', 'policy.yml', '--quiet']],
  [['policy', 'check', 'nowhere.yml']],
])('%j is asked wrongly', (args) => {
  const {code, lines} = run(args)
  expect([code, lines.length > 0]).toEqual([2, true])
})

test('the command itself prints and ends so, and a terminal gets nothing to obey', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  try {
    const [file, facts] = [join(folder, 'countersign.yml'), join(folder, 'facts.json')]
    writeFileSync(file, policy)
    writeFileSync(facts, factsOf({range: {parts: [aPart({hands: everybody('\u001b[31mred\u202e')})]}}))
    const main = fileURLToPath(new URL('../../issuer/cli/main.ts', import.meta.url))
    const call = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], {encoding: 'utf8'})
    expect(call('policy', 'check', file)).toMatchObject({status: 0, stdout: expect.stringContaining('is a policy')})
    const explained = call('policy', 'explain', file, '--facts', facts)
    expect(explained.stdout).toContain('red')
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(explained.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    expect(call('policy', 'check', facts)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('is not known'),
    })
  } finally {
    rmSync(folder, {recursive: true})
  }
})

test('--help says how to call it and ends with 0', () => {
  const {code, lines} = run(['--help'])
  expect(code).toBe(0)
  expect(lines.join('\n')).toContain('countersign-issuer policy check FILE')
})
