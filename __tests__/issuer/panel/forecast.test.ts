/** What a change may expect before anybody has spoken: found by the very rules that judge a statement. */
import {expect, test} from '@jest/globals'
import {forecast} from '../../../issuer/policy/forecast.ts'
import {type CaseChanges, aCase, anUnreadRange, aPart, aPartBy, decidedAt, repositoryId, seen} from '../builders.ts'

const obstaclesTo = (changes: CaseChanges): readonly string[] =>
  forecast(aCase(changes), decidedAt).obstacles.map(({rule}) => rule)

test('a whole change meets none, whoever may approve and however many must', () => {
  expect(obstaclesTo({})).toEqual([])
  expect(
    obstaclesTo({environment: {approvals: 3, permission: 'admin', users: ['nobody'], teams: ['octo-org/x']}}),
  ).toEqual([])
  expect(obstaclesTo({request: {sha: undefined}, standing: {permission: 'none'}, isVoid: true})).toEqual([])
})

test('each thing that would refuse everybody is one', () => {
  const fork = {head: {sha: aCase().change.commit.sha, ref: 'x', repositoryId: 9}}
  expect(obstaclesTo({pullRequest: fork})).toEqual(['not-a-fork'])
  expect(obstaclesTo({pullRequest: {base: {ref: 'topic', repositoryId}}})).toEqual(['base-allowed'])
  expect(obstaclesTo({environment: {checks: [{name: 'unit'}]}})).toEqual(['checks-passed'])
  const freeze = [{from: decidedAt - 1, to: decidedAt + 1, reason: 'x'}]
  expect(obstaclesTo({environment: {freeze}})).toEqual(['not-frozen'])
  expect(obstaclesTo({environment: {risk: {extraApprovals: 0, denyAt: 0}}})).toEqual(['risk-acceptable'])
})

test('nobody’s hand makes an obstacle: more people overcome it, whoever they are', () => {
  const people = [
    {name: 'nobody', email: 'nobody@github.example', id: -1},
    {name: '-1', email: '-1+x@users.noreply.github.com'},
  ]
  expect(obstaclesTo({range: {parts: [aPart({hands: seen([], people)})]}})).toEqual([])
  expect(obstaclesTo({range: {parts: [aPartBy('nobody', {id: -1})]}, environment: {independence: 'strict'}})).toEqual(
    [],
  )
  expect(obstaclesTo({range: anUnreadRange()})).toEqual([])
  expect(obstaclesTo({range: {parts: []}})).toEqual([])
})

test('a risk that asks for more people adds them', () => {
  const {risk, needed} = forecast(
    aCase({environment: {approvals: 2, risk: {escalateAt: 0, extraApprovals: 2}}}),
    decidedAt,
  )
  expect(needed).toBe(4)
  expect(risk.score).toBeGreaterThan(0)
})
