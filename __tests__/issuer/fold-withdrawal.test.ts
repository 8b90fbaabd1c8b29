/** What a scope has become after denials, revocations, closes and deletions: what forbids is kept, and gives way in one way. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {parseReceiptId} from '#protocol'
import {
  type Withdrawal,
  closedWith,
  endedBy,
  foldAuthorization,
  foldClosed,
  foldDeleted,
  foldWithdrawal,
  isFull,
  restingOn,
} from '../../issuer/mint/fold-no.ts'
import {type Spoken, denialsOf, isVoid, meets, standingDenials} from '../../issuer/mint/meet.ts'
import {type LiveReceipt, type ScopeState, type Work, emptyState} from '../../issuer/model/state.ts'
import {aWork, head, must} from './builders.ts'

const second = 1000
const day = 86_400_000
const idOf = (n: number) => must(parseReceiptId(`rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t${String(n).padStart(2, '0')}`))
const receipt = (n: number, more: Partial<LiveReceipt> = {}): LiveReceipt => ({
  ...aWork(),
  id: idOf(n),
  sha: head,
  authorizedBy: 'octocat',
  by: {at: n * second, commentId: n},
  since: n * second,
  comments: [n],
  approvers: [583231],
  public: true,
  expiresAt: day,
  ...more,
})
/** Numbers are seconds, comments and people at once where a test does not say otherwise. */
const no = (at: number, more: Partial<Withdrawal> = {}): Withdrawal => ({
  kind: 'deny',
  pullRequest: 42,
  commits: aWork().commits,
  at: at * second,
  commentId: at,
  by: {id: 9, login: 'monalisa'},
  public: true,
  ...more,
})
const spoken = (at: number, work: Partial<Work> = {}, commentId = at): Spoken => ({
  at: at * second,
  commentId,
  work: aWork(work),
})
const yes = (at: number, by: number, {lifts = [], ...work}: Partial<Work> & {lifts?: readonly number[]} = {}) => ({
  ...spoken(at, work),
  by,
  lifts,
})
const elsewhere = {pullRequest: 43, commits: ['ffffffffffff']}
const standing = (state: ScopeState, work: Partial<Work> = {}) =>
  standingDenials(state, aWork(work)).map(({commentId}) => commentId)

describe('what a no meets', () => {
  test.each<readonly [string, Partial<Work>, boolean]>([
    ['its pull request', {commits: ['ffffffffffff']}, true],
    ['one of its commits on another pull request', {pullRequest: 43}, true],
    ['a range that holds its pull request', {...elsewhere, brought: [41, 42]}, true],
    [
      'a range that holds one of its commits, deep in it',
      {pullRequest: 43, commits: ['ffffffffffff', ...aWork().commits]},
      true,
    ],
    ['what cannot be read', {...elsewhere, isUnreadable: true}, true],
    ['other work', elsewhere, false],
  ])('%s', (_, work, isMet) => {
    expect(meets(no(1), aWork(work))).toBe(isMet)
  })
})

describe('what was said before a withdrawal', () => {
  const state = foldWithdrawal(emptyState, no(5, {kind: 'revoke'}))

  test.each<readonly [string, Spoken, boolean]>([
    ['earlier', spoken(4, {}, 9), true],
    ['in the same second, by a smaller id', spoken(5, {}, 4), true],
    ['in the same second, by a larger id', spoken(5, {}, 6), true],
    ['later', spoken(6, {}, 1), false],
    ['earlier, of the same commit on another pull request', spoken(4, {pullRequest: 43}), true],
    ['earlier, of other work', spoken(4, elsewhere), false],
  ])('%s', (_, said, isSo) => {
    expect(isVoid(state, said)).toBe(isSo)
  })

  test('is judged by all of them, whichever was handled last, and forgotten after a day', () => {
    const both = foldWithdrawal(foldWithdrawal(emptyState, no(5, {kind: 'revoke'})), no(2, {kind: 'revoke'}))
    expect([isVoid(both, spoken(4)), isVoid(both, spoken(6))]).toEqual([true, false])
    const later = foldWithdrawal(both, no(5 + 86_400, {...elsewhere, kind: 'revoke'}))
    expect(later.voids).toHaveLength(1)
  })
})

describe('a close', () => {
  const state = foldClosed(emptyState, {pullRequest: 42, at: 5 * second})

  test('makes void what was said there, and nothing by its commits: anybody may close a pull request of their own', () => {
    expect(isVoid(state, spoken(5))).toBe(true)
    expect(isVoid(state, spoken(6))).toBe(false)
    expect(isVoid(state, spoken(5, {pullRequest: 43}))).toBe(false)
    expect(isVoid(state, spoken(5, {...elsewhere, isUnreadable: true}))).toBe(false)
  })

  test('ends the receipts of that pull request that were said before it', () => {
    const receipts = [receipt(1), receipt(2, elsewhere), receipt(6), receipt(3, {expiresAt: 10 * second})]
    const ended = closedWith({...emptyState, receipts}, {pullRequest: 42, at: 5 * second}, 10 * second)
    expect(ended.map(({id}) => id)).toEqual([idOf(1)])
  })

  test('is one of fifty kept at most', () => {
    const many = Array.from({length: 60}, (_, i) => ({pullRequest: i, at: i * second}))
    expect(many.reduce(foldClosed, emptyState).voids).toHaveLength(50)
  })
})

test('a deleted comment makes that statement void, and ends what rests on it', () => {
  const state = foldDeleted(
    {...emptyState, receipts: [receipt(1), receipt(2, {comments: [7, 8]})]},
    {commentId: 7, at: 0},
  )
  expect([isVoid(state, spoken(4, {}, 7)), isVoid(state, spoken(4, {}, 8))]).toEqual([true, false])
  expect(restingOn(state, 7, 1).map(({id}) => id)).toEqual([idOf(2)])
})

describe('a denial', () => {
  const denied = foldWithdrawal(emptyState, no(5))

  test('stands until the same person names one of its commits in a later second', () => {
    expect(standing(denied)).toEqual([5])
    expect(standing(foldAuthorization(denied, yes(5, 9)))).toEqual([5])
    expect(standing(foldAuthorization(denied, yes(6, 10)))).toEqual([5])
    expect(standing(foldAuthorization(denied, yes(6, 9, elsewhere)))).toEqual([5])
    expect(standing(foldAuthorization(denied, yes(6, 9)))).toEqual([])
    expect(standing(foldAuthorization(denied, yes(6, 10, {lifts: [5]})))).toEqual([])
  })

  test('is not lifted by what cannot be read, which may be anything', () => {
    expect(standing(foldAuthorization(denied, yes(6, 9, {...elsewhere, isUnreadable: true})))).toEqual([5])
  })

  test('stays lifted whatever is revoked or closed later, until the word that lifted it is deleted by its author', () => {
    const lifted = foldAuthorization(denied, yes(6, 9))
    expect(standing(foldWithdrawal(lifted, no(7, {kind: 'revoke', commentId: 70})))).toEqual([])
    expect(standing(foldClosed(lifted, {pullRequest: 42, at: 7 * second}))).toEqual([])
    expect(standing(foldDeleted(lifted, {commentId: 6, at: 7 * second}))).toEqual([5])
    expect(standing(foldAuthorization(foldDeleted(denied, {commentId: 6, at: 7 * second}), yes(6, 9)))).toEqual([5])
  })

  test('of before an authorization by the same person is lifted, even when it is handled after it', () => {
    const said = foldAuthorization(emptyState, yes(6, 9))
    expect(standing(foldWithdrawal(said, no(5)))).toEqual([])
    expect(standing(foldWithdrawal(said, no(7)))).toEqual([7])
  })

  test('forbids whatever others said before it was lifted, however late that is handled', () => {
    const lifted = foldAuthorization(denied, yes(8, 9))
    expect(denialsOf(lifted, spoken(7))).toHaveLength(1)
    expect(denialsOf(lifted, spoken(9))).toEqual([])
  })

  test('leaves with the word that lifted it, after three days, and not before', () => {
    const lifted = foldAuthorization(denied, yes(6, 9))
    const later = (seconds: number) => foldAuthorization(lifted, yes(seconds, 10, elsewhere))
    expect(later(6 + 3 * 86_400 - 1).denials).toHaveLength(1)
    expect(later(6 + 3 * 86_400)).toMatchObject({denials: [], said: [{by: 10}]})
    expect(foldAuthorization(denied, yes(6 + 3 * 86_400, 10, elsewhere)).denials).toHaveLength(1)
  })

  test('of the same person and pull request takes the place of an earlier one, if it knows all of its commits', () => {
    const again = foldWithdrawal(denied, no(6))
    expect(again.denials.map(({commentId}) => commentId)).toEqual([6])
    expect(foldWithdrawal(denied, no(6, {commits: ['ffffffffffff']})).denials).toHaveLength(2)
    expect(foldWithdrawal(denied, no(6, {by: {id: 10, login: 'hubot'}})).denials).toHaveLength(2)
  })

  test('always fits: the one after two hundred is of the whole environment', () => {
    const many = Array.from({length: 3000}, (_, i) =>
      no(i + 1, {pullRequest: i, commits: [String(i).padStart(12, '0')]}),
    )
    const state = many.reduce(foldWithdrawal, emptyState)
    expect(state.denials.length).toBeLessThanOrEqual(201)
    const [all] = standing(state, {...elsewhere, pullRequest: 5000})
    expect(state.denials.find(({commentId}) => commentId === all)).toMatchObject({
      isOfAll: true,
      by: {login: 'monalisa'},
    })
    const lifted = foldAuthorization(state, yes(3001, 9, {...elsewhere, pullRequest: 5000}))
    expect(standing(lifted, {...elsewhere, pullRequest: 5000})).toEqual([])
    const commits = Array.from({length: 40}, (_, i) => String(i).padStart(12, '0'))
    const widest = Array.from({length: 200}, (_, i) =>
      no(i + 1, {pullRequest: i, commits, by: {id: i, login: 'x'.repeat(39)}}),
    )
    const size = Buffer.byteLength(JSON.stringify(widest.reduce(foldWithdrawal, emptyState)))
    // Beside 100,000 bytes of what allows, in an item of 400 KB.
    expect(size).toBeLessThan(300_000)
  })
})

describe('the receipts that a withdrawal ends', () => {
  const ended = (state: ScopeState, by: Withdrawal) => endedBy(state, by, 0).map(({id}) => id)
  const state = {...emptyState, receipts: [receipt(1), receipt(2, {pullRequest: 43}), receipt(3, elsewhere)]}

  test('are all that hold its work, wherever they were said', () => {
    expect(ended(state, no(5))).toEqual([idOf(1), idOf(2)])
    expect(endedBy(state, no(5), day)).toEqual([])
  })

  test('are not those of words that were all said after a revocation', () => {
    const later = {...emptyState, receipts: [receipt(6), receipt(7, {since: 4 * second})]}
    expect(ended(later, no(5, {kind: 'revoke'}))).toEqual([idOf(7)])
  })

  test('are those that others said after a denial, and not what its author did', () => {
    const after = {...emptyState, receipts: [receipt(6), receipt(8)]}
    expect(ended(after, no(5))).toEqual([idOf(6), idOf(8)])
    expect(ended(foldAuthorization(after, yes(7, 9)), no(5))).toEqual([idOf(6)])
  })
})

test('what allows has a budget, and what forbids is none of it', () => {
  const commits = Array.from({length: 40}, (_, i) => String(i).padStart(12, '0'))
  const many = (count: number) => Array.from({length: count}, (_, i) => receipt(i % 90, {commits}))
  expect(isFull({...emptyState, receipts: many(50)})).toBe(false)
  expect(isFull({...emptyState, receipts: many(200)})).toBe(true)
  const denials = Array.from({length: 150}, (_, i) => no(i + 1, {pullRequest: i, commits}))
  expect(isFull(denials.reduce((state, one) => ({...state, denials: [...state.denials, one]}), emptyState))).toBe(false)
})

/** What people said and did, in any order of handling. */
type Word =
  | {readonly kind: 'no'; readonly no: Withdrawal}
  | {readonly kind: 'yes'; readonly yes: ReturnType<typeof yes>}
  | {readonly kind: 'close'; readonly close: {readonly pullRequest: number; readonly at: number}}
  | {readonly kind: 'deletion'; readonly deletion: {readonly commentId: number; readonly at: number}}

function fold(state: ScopeState, word: Word): ScopeState {
  switch (word.kind) {
    case 'no':
      return foldWithdrawal(state, word.no)
    case 'yes':
      return foldAuthorization(state, word.yes)
    case 'close':
      return foldClosed(state, word.close)
    case 'deletion':
      return foldDeleted(state, word.deletion)
  }
}

const works: readonly Partial<Work>[] = [
  {pullRequest: 1, commits: ['a']},
  {pullRequest: 2, commits: ['a']},
  {pullRequest: 2, commits: ['b', 'a']},
  {pullRequest: 3, commits: ['c'], brought: [1]},
  {pullRequest: 3, commits: ['c']},
]
const people = [7, 8, 9]
const words = fc.uniqueArray(
  fc.record({
    at: fc.integer({min: 1, max: 12}),
    kind: fc.constantFrom('deny', 'revoke', 'yes', 'yes', 'close', 'deletion'),
    by: fc.constantFrom(...people),
    work: fc.constantFrom(...works),
    id: fc.integer({min: 1, max: 99}),
  }),
  {selector: ({id}) => id, maxLength: 10},
)
type Drawn = (typeof words extends fc.Arbitrary<infer T> ? T : never)[number]

function wordOf({at, kind, by, work, id}: Drawn): Word {
  const {pullRequest = 0, commits = []} = work
  const time = {at: at * second, commentId: id}
  switch (kind) {
    case 'close':
      return {kind, close: {pullRequest, at: at * second}}
    case 'deletion':
      return {kind, deletion: {commentId: (id % 99) + 1, at: at * second}}
    case 'yes':
      return {kind, yes: {...time, by, work: aWork(work), lifts: []}}
    default:
      return {
        kind: 'no',
        no: no(at, {...time, kind: kind as 'deny', pullRequest, commits, by: {id: by, login: `a${by}`}}),
      }
  }
}

/** What can be asked of a scope: which statements are void, which denials forbid which statement, and which stand. */
const answers = (state: ScopeState) =>
  works.flatMap((work) => [
    ...Array.from({length: 13}, (_, at) => {
      const asked = spoken(at, work, 1000)
      return [isVoid(state, asked), denialsOf(state, asked).length > 0 && !isVoid(state, asked)]
    }),
    standingDenials(state, aWork(work))
      .map(({by}) => by.id)
      .filter((id, i, all) => all.indexOf(id) === i)
      .sort(),
  ])

test('is a fold over what was said: whatever order it is handled in, the same stands', () => {
  fc.assert(
    fc.property(
      words.chain((drawn) => fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, {minLength: drawn.length}))),
      ([drawn, shuffled]) => {
        const inOrder = [...drawn].sort((a, b) => a.at - b.at || a.id - b.id)
        const [one, other] = [inOrder, shuffled].map((list) => list.map(wordOf).reduce(fold, emptyState))
        expect(answers(other as ScopeState)).toEqual(answers(one as ScopeState))
      },
    ),
    {numRuns: 1000},
  )
})
