/** Approvals that are counted, flags that a policy asks for, who is named, and which policy is in force. */
import {describe, expect, test} from '@jest/globals'
import {parseEnvironment} from '#protocol'
import {builtInPolicy} from '../../issuer/policy/built-in.ts'
import {choosePolicy, findAsked} from '../../issuer/policy/in-force.ts'
import {evaluate, evaluateFloor, evaluateStanding} from '../../issuer/policy/rules.ts'
import {type EnvironmentPolicy, approverLevels} from '../../issuer/model/ruling.ts'
import {type CaseChanges, aCase, bodyDigest, head, must, otherCommit, saidAt} from './builders.ts'

/** The names of the rules that fail. */
const failing = (changes: CaseChanges): readonly string[] =>
  evaluate(aCase(changes))
    .outcomes.filter(({outcome}) => outcome === 'fail')
    .map(({rule}) => rule)

describe('the number of approvals', () => {
  const approval = (id: number, login: string) =>
    ({id, login, role: 'write', at: saidAt - 1000, statement: {id: 7, digest: bodyDigest}, binding: 'commit'}) as const
  const monalisa = approval(9, 'monalisa')

  test('too few of them, and nothing else, is an escalation that says how many more', () => {
    expect(evaluate(aCase({environment: {approvals: 3}}))).toMatchObject({kind: 'escalate', missing: 2})
    expect(failing({environment: {approvals: 3}})).toEqual(['enough-approvals', 'seen-by-others'])
    expect(failing({environment: {approvals: 3}, range: {parts: []}})).toEqual(['enough-approvals'])
    expect(evaluate(aCase({environment: {approvals: 3}, approvals: [monalisa]}))).toMatchObject({missing: 1})
  })

  test('too few of them beside anything else is a denial', () => {
    expect(evaluate(aCase({environment: {approvals: 2}, request: {sha: otherCommit}})).kind).toBe('deny')
  })

  test('enough of them is an allow, without a flag', () => {
    const ruling = evaluate(aCase({environment: {approvals: 2}, approvals: [monalisa]}))
    expect(ruling).toMatchObject({kind: 'allow', flags: []})
  })

  test('counts people, not statements: neither one who said it twice nor whoever says it now again', () => {
    const again = [monalisa, {...monalisa, statement: {id: 8, digest: bodyDigest}}, approval(583231, 'octocat')]
    expect(evaluate(aCase({environment: {approvals: 3}, approvals: again}))).toMatchObject({
      kind: 'escalate',
      missing: 1,
    })
  })

  test('grows with the risk from the score that the policy names, and the receipt says so', () => {
    const {risk} = evaluate(aCase())
    const at = (escalateAt: number): CaseChanges => ({environment: {risk: {escalateAt, extraApprovals: 1}}})
    expect(evaluate(aCase(at(risk.score + 0.01)))).toMatchObject({kind: 'allow', flags: []})
    expect(evaluate(aCase(at(risk.score)))).toMatchObject({kind: 'escalate', missing: 1})
    const given = evaluate(aCase({...at(risk.score), approvals: [monalisa]}))
    expect(given).toMatchObject({kind: 'allow', flags: ['escalated']})
  })
})

describe('what the policy asks of a receipt stands on it as a flag', () => {
  test.each<readonly [string, Partial<EnvironmentPolicy>, readonly string[]]>([
    ['single use', {singleUse: true}, ['once']],
    ['a fresh answer', {fresh: true}, ['fresh']],
    ['both', {singleUse: true, fresh: true}, ['fresh', 'once']],
    ['neither', {}, []],
  ])('%s', (_, environment, flags) => {
    expect(evaluate(aCase({environment}))).toMatchObject({kind: 'allow', flags})
  })
})

describe('the policy in force', () => {
  const path = '.github/countersign.yml'
  const asked = (environment: string) => ({environment: must(parseEnvironment(environment))})
  const file = (text: string) => choosePolicy({kind: 'file', path, text, sha: head})

  test('is the built-in one where there is no file', () => {
    expect(choosePolicy({kind: 'absent'})).toEqual({policy: builtInPolicy, source: {kind: 'built-in'}})
  })

  test('is the file’s, and what it does not name is not asked of the built-in one', () => {
    const inForce = file('version: 1\nenvironments: {qa: {ttl: 5m}}\n')
    expect(inForce.source).toEqual({kind: 'file', path})
    expect(findAsked(inForce, asked('qa'))).toMatchObject({ttl: 300_000})
    expect(findAsked(inForce, asked('production'))).toBeUndefined()
  })

  test.each([
    ['a file that is no policy', file('version: 1\n'), 'line 1, column 1: environments is missing.'],
    ['what is near it', choosePolicy({kind: 'near', path, why: 'it is a symbolic link.'}), 'it is a symbolic link.'],
  ])('is none where there is %s: every environment is judged, and denied for that', (_, inForce, why) => {
    for (const name of ['production', 'qa']) {
      const environment = must(findAsked(inForce, asked(name)))
      const ruling = evaluate({...aCase({request: asked(name)}), ...inForce, environment})
      expect(ruling.kind).toBe('deny')
      const outcome = ruling.outcomes.find(({rule}) => rule === 'policy-readable')
      expect(outcome).toMatchObject({outcome: 'fail', why: expect.stringContaining(why)})
    }
  })

  test('never asks less than the floor, which is judged before it is read', () => {
    const stranger = aCase({standing: {permission: 'triage'}}).standing
    expect(evaluateFloor(stranger).kind).toBe('no-standing')
    expect(evaluateFloor(aCase({standing: {permission: 'write'}}).standing).kind).toBe('standing')
    for (const level of approverLevels) {
      expect(evaluateStanding({...aCase({environment: {permission: level}}), standing: stranger}).kind).toBe(
        'no-standing',
      )
    }
  })
})

describe('who is named', () => {
  test.each<readonly [string, CaseChanges]>([
    ['by login, whatever its letters', {environment: {users: ['OctoCat']}}],
    ['by a team among several', {environment: {teams: ['octo-org/a', 'octo-org/release']}, standing: {teams: ['octo-org/release']}}],
    ['by a team, where others are named by login', {environment: {users: ['hubot'], teams: ['Octo-Org/release']}, standing: {teams: ['octo-org/release']}}],
  ])('%s has standing', (_, changes) => {
    expect(evaluate(aCase(changes)).kind).toBe('allow')
  }) // prettier-ignore

  test('still needs the permission', () => {
    expect(failing({environment: {users: ['octocat']}, standing: {permission: 'read'}})).toEqual(['permission'])
  })
})
