/** The walk back through a branch's moves, and the co-authors that a message names. */
import {describe, expect, test} from '@jest/globals'
import {type CommitSha, parseCommitSha} from '#protocol'
import {type Walk, coAuthors, tracePushers} from '../../issuer/github/people.ts'

function sha(digit: string): CommitSha {
  const parsed = parseCommitSha(digit.repeat(40))
  if (parsed === undefined) throw new Error('no SHA')
  return parsed
}

const [base, a, b, c, none] = ['1', 'a', 'b', 'c', '0'].map(sha) as [
  CommitSha,
  CommitSha,
  CommitSha,
  CommitSha,
  CommitSha,
]
const octocat = {id: 1, login: 'octocat'}
const hubot = {id: 2, login: 'hubot'}
const monalisa = {id: 3, login: 'monalisa'}

type Move = Walk['moves'][number]
const move = (before: string, after: string, actor: Move['actor']): Move => ({before, after, actor})

const trace = (moves: readonly Move[], mergeBase: CommitSha | undefined = base): unknown => {
  const found = tracePushers({head: c, mergeBase, moves})
  return found.kind === 'seen' ? found.accounts.map(({login}) => login) : found.why
}

describe('the walk', () => {
  test('ends at the merge base', () => {
    expect(trace([move(none, base, monalisa), move(base, a, octocat), move(a, c, hubot)])).toEqual(['hubot', 'octocat'])
  })

  test("ends at the branch's creation, whose maker counts", () => {
    expect(trace([move(none, a, octocat), move(a, c, hubot)], undefined)).toEqual(['hubot', 'octocat'])
  })

  test('takes every way into a commit', () => {
    const moves = [move(base, a, octocat), move(base, c, hubot), move(b, c, hubot), move(a, b, monalisa)]
    expect(trace(moves)).toEqual(['hubot', 'monalisa', 'octocat'])
  })

  test('ends though the branch went round in a circle', () => {
    expect(trace([move(base, a, octocat), move(a, c, hubot), move(c, a, monalisa)])).toEqual([
      'hubot',
      'octocat',
      'monalisa',
    ])
  })

  test('does not see through a gap, at the head or before', () => {
    expect(trace([])).toContain(c)
    expect(trace([move(a, c, hubot)])).toContain(a)
    expect(trace([move(base, a, octocat), move(a, c, hubot), move(b, c, hubot)])).toContain(b)
  })

  test('does not see through an account that is no more', () => {
    expect(trace([move(base, a, null), move(a, c, hubot)])).toContain('no more')
    expect(trace([move(base, c, null), move(base, c, hubot)])).toContain('no more')
  })

  test('counts nobody who moved the branch elsewhere, or before', () => {
    expect(trace([move(base, c, hubot), move(none, base, octocat), move(c, b, monalisa)])).toEqual(['hubot'])
  })
})

describe('co-authors', () => {
  test.each([
    ['Co-authored-by: Mona <m@example.com>', [{name: 'Mona', email: 'm@example.com'}]],
    ['x\n\n  CO-AUTHORED-BY:Mona<m@example.com>', [{name: 'Mona', email: 'm@example.com'}]],
    ['Co-authored-by: m@example.com', [{name: 'm@example.com', email: 'm@example.com'}]],
    ['Co-authored-by: Mona <m@example.com', [{name: 'Mona', email: 'm@example.com'}]],
    ['Co-authored-by: A <b> <c>', [{name: 'A <b>', email: 'c'}]],
    [
      'a\rCo-authored-by: A <b>\r\nCo-authored-by: C <d>',
      [
        {name: 'A', email: 'b'},
        {name: 'C', email: 'd'},
      ],
    ],
    ['I like Co-authored-by: lines', []],
    ['', []],
  ])('of %j', (message, people) => {
    expect(coAuthors(message)).toEqual(people)
  })
})
