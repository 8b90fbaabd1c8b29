/** `seen-by-others`: every part of what goes out by itself, each way in which it can be enough, and what is missing still. */
import {describe, expect, test} from '@jest/globals'
import type {CommitPerson, RangePart} from '../../issuer/model/facts.ts'
import {type CollectedApproval, type Independence, independences} from '../../issuer/model/ruling.ts'
import {
  contributorsOf,
  describePart,
  describePeople,
  findMissing,
  handOf,
  speakersOf,
} from '../../issuer/policy/independence.ts'
import {chooseApprovals, evaluate} from '../../issuer/policy/rules.ts'
import {
  type CaseChanges,
  aCase,
  anUnreadRange,
  aPart,
  aPartBy,
  aRange,
  bodyDigest,
  everybody,
  saidAt,
  seen,
} from './builders.ts'

const octocat = {id: 583231, login: 'octocat'}
const monalisa = {id: 9, login: 'monalisa'}
const hubot = {id: 2, login: 'hubot'}
const others = [10, 11, 12, 13, 14].map((id) => ({id, login: `reviewer-${id}`}))

type Speaker = typeof octocat

const word = ({id, login}: Speaker): CollectedApproval => ({
  id,
  login,
  role: 'write',
  at: saidAt - 1000,
  statement: {id: 1000 + id, digest: bodyDigest},
  binding: 'commit',
})

interface Said {
  readonly parts: readonly RangePart[]
  readonly independence?: Independence
  /** Besides octocat, who says it now. */
  readonly before?: readonly Speaker[]
  readonly approvals?: number
}

const caseOf = ({parts, independence = 'usual', before = [], approvals = 1}: Said): CaseChanges => ({
  range: {parts},
  environment: {independence, approvals},
  approvals: before.map(word),
})

/** What comes of it: an allow with its flags, or how many more people are needed and which rules say so. */
function ruled(said: Said): unknown {
  const ruling = evaluate(aCase(caseOf(said)))
  const failed = ruling.outcomes.filter(({outcome}) => outcome === 'fail').map(({rule}) => rule)
  switch (ruling.kind) {
    case 'allow':
      return ruling.flags.length === 0 ? 'allow' : `allow, ${ruling.flags.join()}`
    case 'escalate':
      return `${ruling.missing} more: ${failed.join()}`
    case 'deny':
      return `deny: ${failed.join()}`
  }
}

const own = aPartBy('octocat')
const colleague = aPartBy('hubot', {id: 2, number: 43, digit: '5'})
const both = aPart({
  hands: seen([
    {...octocat, did: 'pushed to the branch of #42'},
    {...monalisa, did: 'opened #42'},
  ]),
})
const unread = aPart({pullRequests: [], hands: everybody('GitHub does not tell who pushed it')})

describe('one approval', () => {
  test.each<readonly [string, Said, Readonly<Record<Independence, string>>]>([
    ['for what somebody else made', {parts: [colleague]}, {usual: 'allow', strict: 'allow', none: 'allow'}],
    ['for one’s own work', {parts: [own]}, {usual: '1 more: seen-by-others', strict: '1 more: seen-by-others', none: 'allow, self'}],
    ['for one’s own work beneath a colleague’s', {parts: [own, colleague]}, {usual: '1 more: seen-by-others', strict: '1 more: seen-by-others', none: 'allow, self'}],
    ['for what cannot be read', {parts: [colleague, unread]}, {usual: '1 more: seen-by-others', strict: '1 more: seen-by-others', none: 'allow, self'}],
    ['for nothing new', {parts: []}, {usual: 'allow', strict: 'allow', none: 'allow'}],
    ['for a pull request that an approver opened and a colleague pushed to', {parts: [aPart({hands: seen([{...octocat, did: 'opened #42'}, {...hubot, did: 'pushed to the branch of #42'}])})]}, {usual: '1 more: seen-by-others', strict: '1 more: seen-by-others', none: 'allow, self'}],
  ])('%s', (_, said, outcomes) => {
    expect(Object.fromEntries(independences.map((independence) => [independence, ruled({...said, independence})]))).toEqual(outcomes)
  }) // prettier-ignore
})

describe('two words', () => {
  test.each<readonly [string, Said, Readonly<Record<Independence, string>>]>([
    ['one of them without a hand', {parts: [own], before: [monalisa]}, {usual: 'allow', strict: 'allow', none: 'allow'}],
    ['both with a hand', {parts: [both], before: [monalisa]}, {usual: 'allow, escalated', strict: '1 more: seen-by-others', none: 'allow, escalated'}],
    ['for what cannot be read', {parts: [unread], before: [monalisa]}, {usual: 'allow, escalated', strict: '1 more: seen-by-others', none: 'allow, escalated'}],
    ['each with a hand in the other’s absence', {parts: [own, aPartBy('monalisa', {id: 9, number: 44, digit: '6'})], before: [monalisa]}, {usual: 'allow', strict: 'allow', none: 'allow'}],
    ['of the same person', {parts: [own], before: [octocat]}, {usual: '1 more: seen-by-others', strict: '1 more: seen-by-others', none: 'allow, self'}],
  ])('%s', (_, said, outcomes) => {
    expect(Object.fromEntries(independences.map((independence) => [independence, ruled({...said, independence})]))).toEqual(outcomes)
  }) // prettier-ignore
})

describe('where two approvals are needed', () => {
  const [first, second] = [others[0] ?? monalisa, others[1] ?? monalisa]
  test.each<readonly [string, Said, string]>([
    ['octocat alone, without a hand', {parts: [colleague]}, '1 more: enough-approvals,seen-by-others'],
    ['octocat alone, of his own work', {parts: [own]}, '2 more: enough-approvals,seen-by-others'],
    ['octocat of his own work, and somebody', {parts: [own], before: [first]}, '1 more: seen-by-others'],
    ['octocat of his own work, and two others', {parts: [own], before: [first, second]}, 'allow'],
    ['all three with a hand', {parts: [both], before: [monalisa, first]}, 'allow, escalated'],
    ['nothing new, one word', {parts: []}, '1 more: enough-approvals'],
    ['nothing new, two words', {parts: [], before: [first]}, 'allow'],
  ])('%s', (_, said, outcome) => {
    expect(ruled({...said, approvals: 2})).toBe(outcome)
  })

  test('strict asks for as many without a hand as are needed, whoever else says so', () => {
    const said = {parts: [both], approvals: 2, independence: 'strict'} as const
    expect(ruled({...said, before: [monalisa, first]})).toBe('1 more: seen-by-others')
    expect(ruled({...said, before: [monalisa, first, second]})).toBe('allow')
  })

  test('none asks for two people, the empty range included', () => {
    expect(ruled({parts: [], approvals: 2, independence: 'none'})).toBe('1 more: enough-approvals')
    expect(ruled({parts: [both], approvals: 2, independence: 'none', before: [monalisa]})).toBe('allow, self')
  })
})

test('everybody’s hand costs one more person and never the deploy, where even the range could not be read', () => {
  const {parts} = anUnreadRange()
  expect(ruled({parts})).toBe('1 more: seen-by-others')
  expect(ruled({parts, before: [monalisa]})).toBe('allow, escalated')
})

test('more people that the risk asks for must have no hand in it either, or be one more', () => {
  const {risk} = evaluate(aCase({range: {parts: [own]}}))
  const at = (before: readonly Speaker[]) =>
    evaluate(
      aCase({
        range: {parts: [own]},
        environment: {risk: {escalateAt: risk.score, extraApprovals: 1}},
        approvals: before.map(word),
      }),
    )
  expect(at([])).toMatchObject({kind: 'escalate', missing: 2})
  expect(at([monalisa])).toMatchObject({kind: 'escalate', missing: 1})
  expect(at([monalisa, hubot])).toMatchObject({kind: 'allow', flags: ['escalated']})
})

describe('a name on a commit is a hand', () => {
  const named = (...people: CommitPerson[]): Said => ({
    parts: [aPart({hands: seen([{...hubot, did: 'opened #42'}], people)})],
  })
  test.each<readonly [string, CommitPerson, string]>([
    ['by account', {name: 'A', email: 'a@b.example', id: 583231}, 'by account'],
    ['by private address', {name: 'A', email: '583231+oldname@users.noreply.github.com'}, 'by the address 583231+oldname@users.noreply.github.com'],
    ['by older private address', {name: 'A', email: 'OctoCat@users.noreply.github.com'}, 'by the address OctoCat@users.noreply.github.com'],
    ['by private address of another server', {name: 'A', email: '583231+x@users.noreply.ghe.example'}, 'by the address 583231+x@users.noreply.ghe.example'],
    ['by free-text address', {name: 'A', email: 'octocat@home.example'}, 'by the address octocat@home.example'],
    ['by free-text address with a tag', {name: 'A', email: 'octocat+work@home.example'}, 'by the address octocat+work@home.example'],
    ['by free-text name', {name: ' Octocat ', email: ''}, 'by the name  Octocat '],
  ])('%s, and one more person is enough whatever stands there', (_, person, tie) => {
    expect(ruled(named(person))).toBe('1 more: seen-by-others')
    expect(ruled({...named({name: 'B', email: 'b@c.example', id: 2}, person), before: [monalisa]})).toBe('allow')
    expect(handOf(aPart({hands: seen([], [person])}), octocat)).toBe(`is named on a commit (${tie})`)
  }) // prettier-ignore

  test.each<readonly [string, CommitPerson]>([
    ['a private address of another id', {name: 'Hubot', email: '2+octocats@users.noreply.github.com'}],
    ['an ordinary address that begins with the id', {name: 'Hubot', email: '583231+x@mail.example'}],
    ['nobody', {name: '', email: ''}],
  ])('but %s is not', (_, person) => {
    expect(ruled(named(person))).toBe('allow')
  })

  test('an agent that names every approver locks nobody out', () => {
    const people = [octocat, monalisa, ...others].map(({login}) => ({name: login, email: ''}))
    expect(ruled(named(...people))).toBe('1 more: seen-by-others')
    expect(ruled({...named(...people), before: [monalisa]})).toBe('allow, escalated')
  })
})

describe('what is missing', () => {
  const missing = (
    parts: readonly RangePart[],
    speakers: readonly Speaker[],
    {needed = 1, independence = 'usual'}: {readonly needed?: number; readonly independence?: Independence} = {},
  ) =>
    findMissing({range: aRange({parts}), speakers, needed}, independence).map(({part, ...rest}) => ({
      of: describePart(part),
      ...rest,
    }))

  test('is told part by part, and only of those that want somebody', () => {
    expect(missing([own, colleague, unread], [octocat])).toEqual([
      {of: '#41 by octocat', people: 1, others: 0},
      {of: '3 commits without a pull request (1111111)', people: 1, others: 0},
    ])
  })

  test('must have no hand in it where one more of all would not do', () => {
    expect(missing([own], [octocat], {independence: 'strict'})).toEqual([{of: '#41 by octocat', people: 1, others: 1}])
    expect(missing([unread], [octocat, monalisa], {independence: 'strict'})).toEqual([
      {of: '3 commits without a pull request (1111111)', people: 1, others: 1},
    ])
    // Of two that are needed one without a hand is there: another of those, or one more of all, is the same number.
    expect(missing([own], [octocat, monalisa], {needed: 2})).toEqual([{of: '#41 by octocat', people: 1, others: 0}])
  })

  test('is fewer people without a hand than of all, where nobody with one has spoken', () => {
    expect(missing([own], [monalisa], {needed: 3})).toEqual([{of: '#41 by octocat', people: 2, others: 2}])
  })

  test('is nothing where the policy asks for nobody else, or nothing goes out', () => {
    expect(missing([own, unread], [octocat], {needed: 5, independence: 'none'})).toEqual([])
    expect(missing([], [octocat], {needed: 5})).toEqual([])
  })

  test('is said in words', () => {
    expect([1, 2].map((people) => describePeople({people, others: 0}))).toEqual(['one more person', '2 more people'])
    expect(describePeople({people: 2, others: 2})).toBe('2 more people without a hand in it')
    expect(describePart(aPart({pullRequests: [{number: 7, author: 'ghost'}, {number: 9, author: 'x'}]}))).toBe('#7 by ghost, #9')
    expect(describePart(aPart({pullRequests: [], commits: []}))).toBe('What cannot be read')
  }) // prettier-ignore
})

describe('the words that a receipt carries', () => {
  const chosen = (said: Said, found: readonly Speaker[]): readonly string[] =>
    chooseApprovals(aCase(caseOf(said)), found.map(word)).map(({login}) => login)
  const [first, second, third] = others.map(({login}) => login)

  test('are none besides the one in hand, where that is enough', () => {
    expect(chosen({parts: [colleague]}, [hubot, monalisa])).toEqual([])
    expect(chosen({parts: []}, [hubot])).toEqual([])
  })

  test('are the fewest that suffice: whoever has no hand in it before whoever spoke first', () => {
    expect(chosen({parts: [own]}, [monalisa])).toEqual(['monalisa'])
    const strict: Said = {parts: [own, aPartBy('hubot', {id: 2, number: 43, digit: '5'})], independence: 'strict'}
    expect(chosen(strict, [octocat, hubot, monalisa])).toEqual(['hubot'])
    expect(chosen({...strict, parts: [own, both]}, [hubot, monalisa])).toEqual(['hubot'])
    expect(chosen({...strict, parts: [own, both]}, [monalisa, hubot])).toEqual(['hubot'])
  })

  test('are as many as are needed, the earliest of those', () => {
    expect(chosen({parts: [colleague], approvals: 3}, others)).toEqual([first, second])
    expect(chosen({parts: [own], approvals: 2}, others)).toEqual([first, second])
    expect(chosen({parts: [unread], approvals: 2}, others)).toEqual([first, second])
    expect(chosen({parts: [unread], approvals: 2, independence: 'none'}, others)).toEqual([first])
    expect(chosen({parts: [unread], approvals: 3}, others)).toEqual([first, second, third])
  })

  test('are all that are there where they are not enough, and never more than five', () => {
    expect(chosen({parts: [unread], approvals: 3}, [monalisa])).toEqual(['monalisa'])
    const many = [...others, monalisa, hubot]
    expect(chosen({parts: [unread], approvals: 5}, many)).toHaveLength(5)
    expect(chosen({parts: [unread], approvals: 1, independence: 'strict'}, many)).toHaveLength(5)
  })

  test('rise with the risk', () => {
    const asked = aCase({environment: {risk: {escalateAt: 0, extraApprovals: 2}}})
    expect(chooseApprovals(asked, others.map(word)).map(({login}) => login)).toEqual([first, second])
  })
})

describe('what the rule says', () => {
  const why = (said: Said): string | undefined =>
    evaluate(aCase(caseOf(said))).outcomes.find(({rule}) => rule === 'seen-by-others')?.why

  test('of an allow is who had no hand in how much, or that nothing is new', () => {
    expect(why({parts: [aPart(), colleague]})).toBe('octocat had no hand in the 4 commits since bbbbbbb.')
    expect(why({parts: [colleague], before: [monalisa]})).toBe('octocat, monalisa had no hand in the 1 commit since bbbbbbb.')
    expect(why({parts: []})).toBe('Nothing goes out that was not authorized before.')
  }) // prettier-ignore

  test('of one more than are needed is what they did, and that they said so', () => {
    expect(why({parts: [both], before: [monalisa]})).toBe(
      'octocat pushed to the branch of #42. monalisa opened #42. 2 people said so.',
    )
  })

  test('of what the policy allows is that it asks for nobody else', () => {
    expect(why({parts: [own], independence: 'none'})).toBe('octocat opened #41. The policy asks for nobody else.')
  })

  test('of a failure is who is missing where, and why', () => {
    expect(why({parts: [own, unread]})).toBe(
      '#41 by octocat: one more person. 3 commits without a pull request (1111111): one more person. octocat opened #41. Anybody may have a hand in it: GitHub does not tell who pushed it.',
    )
  })

  test('never grows with the range', () => {
    const parts = Array.from({length: 500}, (_, i) => ({...aPartBy('octocat', {number: i}), hands: everybody(`gap ${i}`)}))
    expect(why({parts})?.length).toBeLessThan(500)
  }) // prettier-ignore
})

test('whoever speaks now and spoke before counts once', () => {
  expect(speakersOf(aCase({approvals: [word(monalisa), word(octocat), word(monalisa)]}))).toEqual([octocat, monalisa])
})

test('contributors are the accounts with a hand in any part, each once; names and gaps are none', () => {
  const range = aRange({parts: [own, both, unread, aPart({hands: seen([], [{name: 'hubot', email: ''}])})]})
  expect(contributorsOf(range).map(({login}) => login)).toEqual(['octocat', 'monalisa'])
})

test('of nineteen words none of which is enough with any others the first are kept, over a thousand parts', () => {
  const many = Array.from({length: 19}, (_, i) => ({id: 100 + i, login: `hand-${i}`}))
  const parts = Array.from({length: 1000}, (_, i) =>
    aPart({pullRequests: [{number: i, author: 'hubot'}], hands: seen(many.map((hand) => ({...hand, did: 'pushed'})))}),
  )
  const asked = aCase(caseOf({parts, independence: 'strict', approvals: 5}))
  expect(chooseApprovals(asked, many.map(word)).map(({id}) => id)).toEqual([100, 101, 102, 103, 104])
})
