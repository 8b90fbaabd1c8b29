/** How the commits of a range hang together, the walk back through a branch's moves, and the co-authors that a message names. */
import {describe, expect, test} from '@jest/globals'
import {History, walkBack} from '../../issuer/github/history.ts'
import type {Move} from '../../issuer/github/moves.ts'
import {type NamedCommit, coAuthors} from '../../issuer/github/names.ts'
import {shaOf} from './github-world.ts'

const [base, a, b, c, none] = ['1', 'a', 'b', 'c', '0'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
  string,
]

const move = (before: string, after: string, login: string): Move => ({
  before,
  after,
  actor: {id: login.length, login},
  byMerge: false,
  at: 0,
})

describe('the walk back', () => {
  const walk = (moves: readonly Move[], end?: string): unknown => {
    const {moves: found, unexplained} = walkBack(moves, {head: c, end})
    return unexplained ?? found.map(({actor}) => actor?.login)
  }

  test('ends where the branch left its base, and nobody who moved it before counts', () => {
    const moves = [move(none, base, 'monalisa'), move(base, a, 'octocat'), move(a, c, 'hubot')]
    expect(walk(moves, base)).toEqual(['hubot', 'octocat'])
  })

  test("ends at the branch's creation, whose maker counts", () => {
    expect(walk([move(none, a, 'octocat'), move(a, c, 'hubot')])).toEqual(['hubot', 'octocat'])
  })

  test('takes every way into a commit, whatever its age', () => {
    const moves = [move(base, a, 'octocat'), move(base, c, 'hubot'), move(b, c, 'hubot'), move(a, b, 'monalisa')]
    expect(walk(moves, base)).toEqual(['hubot', 'hubot', 'monalisa', 'octocat'])
  })

  test('ends though the branch went round in a circle', () => {
    const moves = [move(base, a, 'octocat'), move(a, c, 'hubot'), move(c, a, 'monalisa')]
    expect(walk(moves, base)).toEqual(['hubot', 'octocat', 'monalisa'])
  })

  test('names the commit into which no move is known, at the head or before', () => {
    expect(walk([], base)).toBe(c)
    expect(walk([move(a, c, 'hubot')], base)).toBe(a)
    expect(walk([move(base, a, 'octocat'), move(a, c, 'hubot'), move(b, c, 'hubot')], base)).toBe(b)
    expect(walk([move(base, a, 'octocat'), move(a, c, 'hubot')])).toBe(base)
  })

  test('counts nobody who moved the branch elsewhere', () => {
    expect(walk([move(base, c, 'hubot'), move(c, b, 'monalisa'), move(none, b, 'octocat')], base)).toEqual(['hubot'])
  })

  test('takes nothing for a creation that only begins with noughts', () => {
    expect(walk([move(`${'0'.repeat(39)}1`, c, 'hubot')])).toBe(`${'0'.repeat(39)}1`)
  })
})

describe('a history', () => {
  const commit = (sha: string, ...parents: readonly string[]): NamedCommit => ({
    sha: shaOf(sha),
    parents: parents.map(shaOf),
    coAuthors: [],
    signed: false,
    byGitHub: false,
  })
  const [m, x] = ['d'.repeat(40), 'e'.repeat(40)] as const
  /** a - b - m, where m merges x, which left at a; base is beneath all of it. */
  const history = new History([commit(a, base), commit(b, a), commit(x, a), commit(m, b, x), commit(c, m)])
  const brought = (before: string, after: string): readonly string[] => [...history.broughtBy({before, after})].sort()

  test('gives what a commit contains, of the range alone', () => {
    expect([...history.reach(b)].sort()).toEqual([a, b])
    expect([...history.reach(m)].sort()).toEqual([a, b, m, x])
    expect([...history.reach(base)]).toEqual([])
  })

  test('gives what a move brought: what the branch has now and had not', () => {
    expect(brought(base, b)).toEqual([a, b])
    expect(brought(b, m)).toEqual([m, x])
    expect(brought(b, x)).toEqual([x])
    expect(brought(none, c)).toEqual([a, b, c, m, x])
  })

  test('of a move back, into something else, or out of the range is nothing', () => {
    expect(brought(m, b)).toEqual([])
    expect(brought(a, none)).toEqual([])
    expect(brought(a, 'f'.repeat(40))).toEqual([])
  })

  test('that a merge joins from many sides is walked once', () => {
    const name = (n: number): string => n.toString(16).padStart(40, '0')
    const ladder = Array.from({length: 400}, (_, i) => commit(name(i + 2), name(i + 1), name(i)))
    expect(new History(ladder).reach(name(401)).size).toBe(400)
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
