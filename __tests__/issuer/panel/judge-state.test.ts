/** Where a commit stands in an environment: what of its state counts, and what counts first. */
import {expect, test} from '@jest/globals'
import {findEarlier, judgeState} from '../../../issuer/decide/fetch-panel.ts'
import {type ScopeState, type WaitingApproval, emptyState} from '../../../issuer/model/state.ts'
import {aDenial, aStatement, aWork, decidedAt, decision, head, otherCommit} from '../builders.ts'
import {aReceipt} from './builders.ts'

const candidate = {work: aWork(), sha: head}
const judge = (state: Partial<ScopeState>, now = decidedAt) => judgeState({...emptyState, ...state}, candidate, now)

const denial = aDenial()
const receipt = aReceipt()
const revocation = {id: 'rvk_x'} as never
const revoked = {sha: head, expiresAt: decidedAt + 1000, revocation}
const approval = (authorId: number, overrides: Partial<WaitingApproval> = {}): WaitingApproval => {
  const {comment} = aStatement()
  const statement = aStatement({comment: {...comment, authorId: authorId as never}})
  const shown = {login: 'octocat', public: true}
  return {
    statement,
    decision,
    sha: head,
    work: aWork(),
    binding: 'commit',
    until: decidedAt + 1,
    ...shown,
    ...overrides,
  }
}

test('a denial comes before a receipt, that before approvals that wait, those before what is over', () => {
  const all = {denials: [denial], receipts: [receipt], waiting: [approval(1)], revoked: [revoked]}
  expect(judge(all)).toEqual({kind: 'denied', denials: [denial]})
  expect(judge({...all, denials: []})).toEqual({kind: 'authorized', receipt})
  expect(judge({...all, denials: [], receipts: []}).kind).toBe('waiting')
  expect(judge({revoked: [revoked]})).toEqual({kind: 'revoked', revocation})
  expect(judge({})).toEqual({kind: 'needed'})
})

test('a receipt is over at the very moment of its end, and a clock that tells no time lets nothing out', () => {
  expect(judge({receipts: [receipt]}, receipt.expiresAt - 1).kind).toBe('authorized')
  expect(judge({receipts: [receipt]}, receipt.expiresAt).kind).toBe('expired')
  expect(judge({receipts: [receipt]}, NaN).kind).toBe('expired')
})

test('people are counted, once each, for this very commit, wherever they said it, until the first of them ends', () => {
  const old = approval(4, {sha: otherCommit})
  const over = approval(5, {until: decidedAt})
  const {comment} = aStatement()
  const elsewhere = approval(6, {
    statement: aStatement({pullRequest: 43, comment: {...comment, authorId: 6 as never}}),
    login: 'monalisa',
  })
  const first = approval(2, {login: 'hubot', until: decidedAt + 1})
  const waiting = [approval(1), approval(1, {login: 'octocat', until: decidedAt + 9}), first, old, over, elsewhere]
  const until = decidedAt + 1
  const speakers = [
    {id: 1, login: 'octocat'},
    {id: 2, login: 'hubot'},
    {id: 6, login: 'monalisa'},
  ]
  expect(judge({waiting})).toEqual({kind: 'waiting', speakers, deleted: [], until})
})

test("another pull request's denial and another commit's receipt are none of it", () => {
  const other = aReceipt({sha: otherCommit})
  expect(judge({denials: [aDenial({pullRequest: 43, commits: ['ffffffffffff']})], receipts: [other]})).toEqual({
    kind: 'needed',
  })
  expect(findEarlier({...emptyState, receipts: [other]}, candidate, decidedAt)).toEqual(other)
  expect(findEarlier({...emptyState, receipts: [other]}, candidate, other.expiresAt)).toBeUndefined()
  expect(
    findEarlier({...emptyState, receipts: [{...other, pullRequest: 43}, receipt]}, candidate, decidedAt),
  ).toBeUndefined()
})
