/** What is remembered of a panel: the earliest moment at which its text changes by itself, and the checks it waits for. */
import {describe, expect, test} from '@jest/globals'
import {noteOf} from '../../../issuer/decide/panels.ts'
import type {Panel, State} from '../../../issuer/publish/panel/panel.ts'
import {aPullRequest, decidedAt, head, otherCommit, production} from '../builders.ts'
import {aPanel, aReceipt, aStage, type StageChanges} from './builders.ts'

const minute = 60_000
const dateOf = (...stages: readonly StageChanges[]) => noteOf(aPanel(...stages.map(aStage)), decidedAt).changesAt
const authorized: State = {kind: 'authorized', receipt: aReceipt()}
const waiting: State = {kind: 'waiting', speakers: [], deleted: [], until: decidedAt + 5 * minute}

describe('the text changes', () => {
  test('when a receipt ends, that of an earlier commit too, and when an approval does', () => {
    expect(dateOf({state: authorized})).toBe(aReceipt().expiresAt)
    expect(dateOf({earlier: {sha: otherCommit, expiresAt: decidedAt + minute}})).toBe(decidedAt + minute)
    expect(dateOf({state: waiting})).toBe(decidedAt + 5 * minute)
  })

  test('a minute before a freeze begins and when it ends, but not for what is let out already', () => {
    const freeze = [{from: decidedAt + 2 * minute, to: decidedAt + 3 * minute, reason: 'holidays'}]
    expect(dateOf({rules: {freeze}})).toBe(decidedAt + minute)
    expect(noteOf(aPanel(aStage({rules: {freeze}})), decidedAt + minute).changesAt).toBe(decidedAt + 3 * minute)
    expect(dateOf({rules: {freeze}, state: authorized})).toBe(aReceipt().expiresAt)
  })

  test('at the earliest of all environments, and of those that are past at none', () => {
    expect(dateOf({state: authorized}, {state: waiting})).toBe(decidedAt + 5 * minute)
    expect(dateOf({})).toBeUndefined()
    expect(dateOf({state: {kind: 'expired', receipt: aReceipt({expiresAt: decidedAt})}})).toBeUndefined()
    expect(dateOf({state: {kind: 'authorized', receipt: aReceipt({expiresAt: NaN})}})).toBeUndefined()
  })

  test('of a closed pull request too, and never of one from a fork', () => {
    const closed: Panel['subject'] = {kind: 'closed', stages: [{environment: production, state: authorized}]}
    const panel = {...aPanel(), pullRequest: aPullRequest({state: 'closed'})}
    expect(noteOf({...panel, subject: closed}, decidedAt).changesAt).toBe(aReceipt().expiresAt)
    expect(noteOf({...panel, subject: {kind: 'fork'}}, decidedAt).changesAt).toBeUndefined()
  })
})

describe('it waits', () => {
  const awaitsOf = (...stages: readonly StageChanges[]) => noteOf(aPanel(...stages.map(aStage)), decidedAt).awaits

  test('for the checks of its environments, each once', () => {
    const [build, unit] = [{name: 'build'}, {name: 'unit', app: 'my-ci'}]
    expect(awaitsOf({rules: {checks: [build]}}, {rules: {checks: [unit, build]}})).toEqual({
      commit: head,
      checks: ['build', 'unit'],
    })
  })

  test('for none where no environment names one, or what names them is let out already', () => {
    expect(awaitsOf({})).toBeUndefined()
    expect(awaitsOf({rules: {checks: [{name: 'build'}]}, state: authorized})).toBeUndefined()
  })
})
