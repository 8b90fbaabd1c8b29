/** What a scope has become after denials and revocations: what forbids is kept. */
import {describe, expect, test} from '@jest/globals'
import {foldDenial, foldLifted, foldVoid, isVoid, liveReceipts} from '../../issuer/mint/fold-scope.ts'
import type {Case} from '../../issuer/model/ruling.ts'
import {type LiveReceipt, type ScopeState, type VoidBefore, emptyState} from '../../issuer/model/state.ts'
import {liftedBy} from '../../issuer/policy/order-rules.ts'
import {aCase, decidedAt, head, must} from './builders.ts'
import {parseReceiptId} from '#protocol'

const idOf = (n: number) => must(parseReceiptId(`rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t${String(n).padStart(2, '0')}`))
const receipt = (n: number, more: Partial<LiveReceipt> = {}): LiveReceipt => ({
  id: idOf(n),
  sha: head,
  pullRequest: 42,
  authorizedBy: 'octocat',
  approvers: [583231],
  public: true,
  expiresAt: decidedAt + 3_600_000,
  ...more,
})
const mark = (at: number, commentId = 1, pullRequest = 42): VoidBefore => ({pullRequest, commentId, at})

describe('what was said before a withdrawal', () => {
  const state = foldVoid(emptyState, mark(1000, 5))

  test.each<readonly [string, VoidBefore, boolean]>([
    ['earlier', mark(999, 9), true],
    ['in the same second, by a smaller id', mark(1000, 4), true],
    ['itself', mark(1000, 5), false],
    ['in the same second, by a larger id', mark(1000, 6), false],
    ['later', mark(1001, 1), false],
    ['earlier on another pull request', mark(999, 1, 43), false],
  ])('%s', (_, said, isSo) => {
    expect(isVoid(state, said)).toBe(isSo)
  })

  test('is judged by the latest of two withdrawals, whichever was handled last', () => {
    const both = foldVoid(foldVoid(emptyState, mark(2000)), mark(1000))
    expect(both.voids).toEqual([mark(2000)])
  })

  test('is forgotten when no statement of that time could count any more', () => {
    const day = 86_400_000
    expect(foldVoid(foldVoid(emptyState, mark(0, 1, 7)), mark(day - 1)).voids).toHaveLength(2)
    expect(foldVoid(foldVoid(emptyState, mark(0, 1, 7)), mark(day)).voids).toEqual([mark(day)])
  })
})

/** As a decision folds it. */
const lift = (state: ScopeState, asked: Case): ScopeState =>
  foldLifted(state, {pullRequest: asked.change.pullRequest.number, lifted: liftedBy(asked)})

describe('a denial', () => {
  const denial = (id: number, pullRequest = 42) => ({
    ...mark(1000, id, pullRequest),
    by: {id, login: `account-${id}`},
    public: true,
  })

  test('is one for each person and pull request', () => {
    const state = [denial(1), denial(2), denial(1, 43), denial(1)].reduce<ScopeState>(foldDenial, emptyState)
    expect(state.denials.map(({by, pullRequest}) => [by.id, pullRequest])).toEqual([
      [2, 42],
      [1, 43],
      [1, 42],
    ])
  })

  test('is over when whoever denied authorizes the full commit, even if that is refused for another reason', () => {
    const state: ScopeState = {...emptyState, denials: [denial(583231), denial(9)]}
    const standing = {by: {id: 583231, login: 'octocat'}, at: 1000, mayStillApprove: true}
    const other = {by: {id: 9, login: 'account-9'}, at: 1000, mayStillApprove: true}
    const lifted = lift(state, aCase({denials: [standing, other]}))
    expect(lifted.denials.map(({by}) => by.id)).toEqual([9])
    expect(lift(state, aCase({denials: [other]}))).toEqual(state)
  })
})

test('live receipts are those of the pull request whose life is not over', () => {
  const receipts = [receipt(1), receipt(2, {pullRequest: 43}), receipt(3, {expiresAt: decidedAt})]
  expect(liveReceipts({...emptyState, receipts}, 42, decidedAt).map(({id}) => id)).toEqual([idOf(1)])
  expect(liveReceipts({...emptyState, receipts}, 42, NaN)).toEqual([])
})
