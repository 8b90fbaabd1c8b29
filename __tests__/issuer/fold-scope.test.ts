/** What a scope has become after allows, uses and revocations: what is alive, what waits, and what a range is counted from. */
import {describe, expect, test} from '@jest/globals'
import {type CommitSha, type Flag, type Receipt, type Revocation, parseCommitSha, parseReceiptId} from '#protocol'
import {foldClosed} from '../../issuer/mint/fold-no.ts'
import {basesOf, foldRevoked, foldScope, foldUsed, foldWaiting, revocationsOf} from '../../issuer/mint/fold-scope.ts'
import {receiptIdOf} from '../../issuer/mint/mint-receipt.ts'
import type {RangeFacts, Statement} from '../../issuer/model/facts.ts'
import {type Independence, independences} from '../../issuer/model/ruling.ts'
import {type AuthorizedCommit, type LiveReceipt, type ScopeState, emptyState} from '../../issuer/model/state.ts'
import {makeKey} from '../protocol/builders.ts'
import {
  type CaseChanges,
  aCase,
  aRange,
  aStatement,
  decidedAt,
  decision,
  head,
  must,
  otherCommit,
  receiptFor,
  aWork,
  anAllowing,
  saidAt,
} from './builders.ts'

const key = makeKey()
const minted = receiptFor(key)
const expiry = Date.parse('2026-04-02T15:30:00Z')
const idOf = (n: number) => must(parseReceiptId(`rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t${String(n).padStart(2, '0')}`))
const shaOf = (n: number): CommitSha => must(parseCommitSha(n.toString(16).padStart(40, '0')))
const third = shaOf(0xc)

interface Allowed {
  readonly n?: number
  readonly sha?: CommitSha
  readonly flags?: readonly Flag[]
  readonly range?: Partial<RangeFacts>
  readonly now?: number
}

/** The scope after one more allow; `n` is the receipt's number. */
function allow(state: ScopeState, {n = 1, sha = head, flags = [], range, now = decidedAt}: Allowed = {}): ScopeState {
  const receipt: Receipt = {...minted, id: idOf(n), flags, scope: {...minted.scope, sha}}
  return foldScope(state, anAllowing(receipt, {range: aRange(range)}), now)
}

/** Revokes by number. */
const revoke = (state: ScopeState, ...numbers: readonly number[]): ScopeState =>
  foldRevoked(
    state,
    state.receipts
      .filter(({id}) => numbers.map(idOf).includes(id))
      .map((receipt) => ({receipt, revocation: {receipt: receipt.id} as Revocation})),
    decidedAt,
  )

const bases = (state: ScopeState, {independence = 'usual', now = decidedAt}: {readonly independence?: Independence; readonly now?: number} = {}) =>
  basesOf(state, {independence, now}).map(({sha}) => sha) // prettier-ignore

describe('live receipts', () => {
  const earlier = {...minted, id: receiptIdOf(decision.replace('01j', '01h') as typeof decision)}
  const live = (one: Receipt): LiveReceipt => ({
    id: one.id,
    sha: head,
    ...aWork(),
    authorizedBy: 'octocat',
    by: {at: saidAt, commentId: 99262140},
    since: saidAt,
    comments: [99262140],
    approvers: [583231],
    public: true,
    expiresAt: expiry,
  })
  const fold = (state: ScopeState, receipt: Receipt, now = decidedAt) => foldScope(state, anAllowing(receipt), now)

  test('begin with the first', () => {
    expect(fold(emptyState, minted)).toEqual({
      ...emptyState,
      receipts: [live(minted)],
      authorized: [{sha: head, receipt: minted.id, pullRequest: 42, flags: [], expiresAt: expiry, used: false}],
    })
  })

  test('are those that are alive, the newest last, without what is over', () => {
    const state = fold(emptyState, earlier)
    expect(fold(state, minted, expiry - 1).receipts).toEqual([live(earlier), live(minted)])
    expect(fold(state, minted, expiry).receipts).toEqual([live(minted)])
    expect(fold(state, minted, NaN).receipts).toEqual([live(minted)])
  })

  test('hold a receipt once, and so does what was authorized', () => {
    const twice = fold(fold(emptyState, minted), minted)
    expect([twice.receipts.map(({id}) => id), twice.authorized.map(({receipt}) => receipt)]).toEqual([[minted.id], [minted.id]])
  }) // prettier-ignore
})

describe('what was authorized', () => {
  test('is kept after its receipt is over, the newest last', () => {
    const state = allow(allow(emptyState, {n: 1, sha: otherCommit}), {n: 2, now: expiry})
    expect(state.receipts.map(({id}) => id)).toEqual([idOf(2)])
    expect(state.authorized.map(({sha}) => sha)).toEqual([otherCommit, head])
  })

  test('is the newest fifty', () => {
    const numbers = Array.from({length: 53}, (_, i) => i + 1)
    const state = numbers.reduce<ScopeState>((before, n) => allow(before, {n, sha: shaOf(n)}), emptyState)
    expect(state.authorized.map(({sha}) => sha)).toEqual(numbers.slice(3).map(shaOf))
  })

  test('is no more what was revoked before a run used it', () => {
    const state = allow(allow(emptyState, {n: 1, sha: otherCommit}), {n: 2})
    expect(bases(revoke(state, 2))).toEqual([otherCommit])
    expect(bases(revoke(state, 1))).toEqual([head])
    expect(bases(revoke(state, 1, 2))).toEqual([])
  })

  test('is what was renewed, while one of its receipts counts', () => {
    const state = allow(allow(emptyState, {n: 1}), {n: 2})
    expect(bases(revoke(state, 2))).toEqual([head])
    expect(bases(revoke(state, 1, 2))).toEqual([])
  })

  test('is what a run used, revoked or not', () => {
    const state = revoke(foldUsed(allow(allow(emptyState, {n: 1, sha: otherCommit}), {n: 2}), idOf(2)), 1, 2)
    expect(bases(state)).toEqual([head])
    expect(state.receipts).toEqual([])
  })
})

describe('the ground', () => {
  const ground = {base: 'ground', since: otherCommit} as const

  test('is what lay beneath the first authorization, and is never moved', () => {
    const first = allow(emptyState, {range: ground})
    expect(first.ground).toBe(otherCommit)
    expect(allow(first, {n: 2, range: {...ground, since: third}}).ground).toBe(otherCommit)
    expect(revoke(first, 1)).toMatchObject({ground: otherCommit, authorized: []})
  })

  test('is not what was authorized, nor what could not be read', () => {
    expect(allow(emptyState, {range: {base: 'authorized', since: otherCommit}}).ground).toBeUndefined()
    expect(allow(emptyState, {range: {base: 'none', since: undefined}}).ground).toBeUndefined()
    const late = allow(allow(emptyState, {range: {base: 'none', since: undefined}}), {n: 2, range: ground})
    expect(late.ground).toBe(otherCommit)
  })
})

describe('a base', () => {
  const one = (more: Partial<AuthorizedCommit> = {}): ScopeState => ({
    ...emptyState,
    authorized: [{sha: head, receipt: idOf(1), pullRequest: 42, flags: [], expiresAt: expiry, used: false, ...more}],
  })

  test('is what was authorized, the newest first, with where it was said', () => {
    const state = allow(allow(emptyState, {n: 1, sha: otherCommit}), {n: 2})
    expect(basesOf(state, {independence: 'usual', now: decidedAt})).toEqual([
      {sha: head, pullRequest: 42, isOwnWork: false},
      {sha: otherCommit, pullRequest: 42, isOwnWork: false},
    ])
  })

  test('that ran out is one still, until jobs tell what they use', () => {
    expect(bases(one(), {now: expiry})).toEqual([head])
    const told = {...one(), areUsesTold: true}
    expect(bases(told, {now: expiry - 1})).toEqual([head])
    expect(bases(told, {now: expiry})).toEqual([])
    expect(bases(told, {now: NaN})).toEqual([])
    expect(bases({...one({used: true}), areUsesTold: true}, {now: expiry})).toEqual([head])
  })

  test('is nothing that was authorized in an emergency, whatever the policy', () => {
    for (const independence of independences) {
      expect(bases(one({flags: ['emergency'], used: true}), {independence})).toEqual([])
      expect(bases(one({flags: ['escalated', 'fresh', 'once']}), {independence})).toEqual([head])
    }
  })

  test('is somebody’s own work for files and risk alone, and only where the policy asks for nobody else', () => {
    const own = one({flags: ['self'], used: true})
    expect(bases(own, {independence: 'usual'})).toEqual([])
    expect(bases(own, {independence: 'strict'})).toEqual([])
    expect(basesOf(own, {independence: 'none', now: decidedAt})).toEqual([{sha: head, pullRequest: 42, isOwnWork: true}])
    expect(bases(one({flags: ['emergency', 'self']}), {independence: 'none'})).toEqual([])
  }) // prettier-ignore
})

describe('a use', () => {
  test('is of its receipt alone, and says that jobs tell', () => {
    const state = foldUsed(allow(allow(emptyState, {n: 1, sha: otherCommit}), {n: 2}), idOf(1))
    expect(state.authorized.map(({used}) => used)).toEqual([true, false])
    expect(state.areUsesTold).toBe(true)
  })

  test('of what is no more kept says so too', () => {
    expect(foldUsed(emptyState, idOf(9))).toEqual({...emptyState, areUsesTold: true})
  })

  test('stays, and what comes after it is not used by it', () => {
    const state = allow(foldUsed(allow(emptyState, {n: 1, sha: otherCommit}), idOf(1)), {n: 2})
    expect([state.areUsesTold, state.authorized.map(({used}) => used)]).toEqual([true, [true, false]])
  })
})

describe('a revocation', () => {
  test('is shown as long as its receipt would live, and then forgotten', () => {
    const state = revoke(allow(emptyState), 1)
    expect(revocationsOf(state, head, expiry - 1)).toEqual([{receipt: idOf(1)}])
    expect(revocationsOf(state, otherCommit, expiry - 1)).toEqual([])
    expect(revocationsOf(state, head, expiry)).toEqual([])
    expect(foldRevoked(state, [], expiry).revoked).toEqual([])
  })
})

describe('a word that waits', () => {
  interface Waits extends CaseChanges {
    readonly id?: number
    /** The pull request where it is said. */
    readonly on?: number
    readonly now?: number
  }
  const wait = (state: ScopeState, {id = 583231, on = 42, now = decidedAt, ...changes}: Waits = {}): ScopeState => {
    const {comment, ...rest} = aStatement()
    const said = {...rest, pullRequest: on, comment: {...comment, authorId: id}} as Statement
    const asked = aCase({...changes, environment: {collect: 3_600_000, ...changes.environment}})
    return foldWaiting(state, {said, decision, case: asked, now})
  }
  const idsIn = ({waiting}: ScopeState) => waiting.map(({statement}) => statement.comment.authorId)
  const at = (sha: CommitSha) => ({change: {commit: {sha, tree: aCase().change.commit.tree}}})
  const merged = (sha: CommitSha): CaseChanges => ({...at(sha), pullRequest: {state: 'merged', mergeCommit: sha}})

  test('counts for as long as the policy collects, from when it was written', () => {
    const [first] = wait(emptyState).waiting
    expect(first).toMatchObject({sha: head, binding: 'commit', login: 'octocat', until: saidAt + 3_600_000, decision})
    expect(wait(emptyState, {environment: {collect: 60_000}}).waiting[0]?.until).toBe(saidAt + 60_000)
  })

  test('is dropped when its time is over, and when the same person says it again', () => {
    const state = wait(wait(emptyState), {id: 9})
    expect(idsIn(state)).toEqual([583231, 9])
    expect(idsIn(wait(state))).toEqual([9, 583231])
    expect(idsIn(wait(state, {id: 10, now: saidAt + 3_600_000}))).toEqual([10])
  })

  test('ends when an open pull request’s head moves, and only there', () => {
    const state = wait(wait(emptyState, {id: 9}), {id: 10, on: 43})
    expect(idsIn(wait(state, {id: 11, ...at(otherCommit)}))).toEqual([10, 11])
    expect(idsIn(wait(state, {id: 11, ...merged(otherCommit)}))).toEqual([9, 10, 11])
  })

  test('of one person may stand for two commits of merged work', () => {
    const state = wait(wait(emptyState, merged(head)), merged(otherCommit))
    expect(state.waiting.map(({sha}) => sha)).toEqual([head, otherCommit])
  })

  test('is one of twenty at most, the newest', () => {
    const ids = Array.from({length: 23}, (_, i) => i + 1)
    expect(idsIn(ids.reduce((state, id) => wait(state, {id}), emptyState))).toEqual(ids.slice(3))
  })

  test('is over when its commit is authorized, wherever it was said, or anything of its pull request', () => {
    const state = wait(wait(wait(emptyState, {id: 9, on: 43}), {id: 10, on: 44, ...at(otherCommit)}), {id: 11})
    expect(idsIn(allow(state))).toEqual([10])
    expect(idsIn(allow(state, {sha: third}))).toEqual([9, 10])
  }) // prettier-ignore

  test('is over when its pull request is closed', () => {
    const state = wait(wait(emptyState), {id: 9, on: 43, pullRequest: {number: 43}, range: {parts: []}})
    expect(idsIn(foldClosed(state, {pullRequest: 42, at: saidAt}))).toEqual([9])
  })
})
