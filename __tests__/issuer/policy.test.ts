/** Every rule passing and failing alone, and what all of them together make of a statement. */
import {describe, expect, test} from '@jest/globals'
import {canonicalJson, digestOf, parseEnvironment} from '#protocol'
import type {PermissionLevel} from '../../issuer/model/facts.ts'
import type {ApproverLevel, StandingDenial} from '../../issuer/model/ruling.ts'
import {builtInPolicy, findEnvironment, sealPolicy} from '../../issuer/policy/built-in.ts'
import {rulesOfPeople} from '../../issuer/policy/condition-rules.ts'
import {changeRules, evaluate, evaluateStanding, overrule, standingRules} from '../../issuer/policy/rules.ts'
import {
  type CaseChanges,
  aCase,
  aComparison,
  aPart,
  aPartBy,
  decidedAt,
  head,
  must,
  otherCommit,
  production,
  repositoryId,
  saidAt,
  aStandingDenial,
} from './builders.ts'

/** The names of the rules that fail. */
const failing = (changes: CaseChanges): readonly string[] =>
  evaluate(aCase(changes))
    .outcomes.filter(({outcome}) => outcome === 'fail')
    .map(({rule}) => rule)

const merged = {state: 'merged', mergeCommit: head} as const
const green = {name: 'build', app: 'github-actions', status: 'completed', conclusion: 'success'} as const
const absent = undefined as unknown as boolean

/** Facts that exactly one rule refuses. The compiler does not know the names, so a test below checks that none is missing. */
const denial = (id: number, mayStillApprove = true): StandingDenial => ({
  ...aStandingDenial({by: {id, login: `account-${id}`}, mayStillApprove}),
})

const refused: readonly (readonly [rule: string, what: string, changes: CaseChanges])[] = [
  ['person', 'a bot', {standing: {author: {id: 583231, login: 'octocat', type: 'Bot'}}}],
  ['person', 'an organization', {standing: {author: {id: 583231, login: 'octocat', type: 'Organization'}}}],
  ['person', 'a type in other letters', {standing: {author: {id: 583231, login: 'octocat', type: 'user'}}}],
  ['not-through-an-app', 'a comment through an app', {standing: {viaApp: true}}],
  ['not-through-an-app', 'a comment of which that is unknown', {standing: {viaApp: absent}}],
  ['not-an-agent', 'a login like a bot', {standing: {author: {id: 583231, login: 'helper[bot]', type: 'User'}}}],
  ['not-an-agent', 'an agent by name', {policy: {agents: ['hub*', 'OctoCat']}}],
  ['not-by-mail', 'a comment by e-mail', {standing: {viaEmail: true}}],
  ['not-by-mail', 'a comment of which that is unknown', {standing: {viaEmail: absent}}],
  ['as-announced', 'another text than announced', {standing: {asAnnounced: false}}],
  ['never-edited', 'an edited comment', {standing: {edited: true}}],
  ['never-edited', 'a comment of which that is unknown', {standing: {edited: absent}}],
  ['permission', 'too little permission', {standing: {permission: 'triage'}}],
  ['permission', 'a permission off the ladder', {standing: {permission: 'owner' as PermissionLevel}}],
  ['permission', 'a needed permission off the ladder', {environment: {permission: 'owner' as ApproverLevel}}],
  ['permission', 'less than this environment needs', {environment: {permission: 'admin'}}],
  ['named-approver', 'somebody whom the policy does not name', {environment: {users: ['hubot', 'octocats']}}],
  ['named-approver', 'somebody in none of its teams', {environment: {teams: ['octo-org/release']}, standing: {teams: ['octo-org/releases']}}],
  ['environment-named', 'an environment that the policy does not name', {policy: {environments: {}}}],
  ['environment-named', 'a name of every object', {request: {environment: must(parseEnvironment('constructor'))}}],
  ['policy-readable', 'a policy that cannot be read', {source: {kind: 'unreadable', path: '.github/countersign.yml', problems: ['line 1, column 1: empty']}}],
  ['commit-named', 'no commit named', {request: {sha: undefined}}],
  ['commit-current', 'another commit than the head', {request: {sha: otherCommit}}],
  ['commit-current', 'a head that is not the commit', {pullRequest: {head: {sha: otherCommit, ref: 'x', repositoryId}}}],
  ['commit-current', 'another commit than the merge commit, and none that was found on top of it', {pullRequest: merged, change: {mergeReachable: true}, request: {sha: otherCommit}}],
  ['commit-current', 'a merge without merge commit', {pullRequest: {state: 'merged'}, change: {mergeReachable: true}}],
  ['merge-reachable', 'a merge commit outside the default branch', {pullRequest: merged, change: {mergeReachable: false}}],
  ['merge-reachable', 'a merge commit of which that is unknown', {pullRequest: merged}],
  ['base-allowed', 'a base that the policy does not name', {pullRequest: {base: {ref: 'release', repositoryId}}, policy: {branches: ['release/1', 'releases']}}],
  ['base-allowed', 'another base', {pullRequest: {base: {ref: 'release', repositoryId}}}],
  ['not-a-fork', 'a fork', {pullRequest: {head: {sha: head, ref: 'x', repositoryId: 5}}}],
  ['not-a-fork', 'a deleted fork', {pullRequest: {head: {sha: head, ref: 'x', repositoryId: null}}}],
  ['statement-fresh', 'a statement of 15 minutes ago', {standing: {readAt: saidAt + 900_000}}],
  ['statement-fresh', 'a statement from the future', {standing: {readAt: saidAt - 61_000}}],
  ['statement-fresh', 'a statement without time', {standing: {createdAt: NaN}}],
  ['statement-fresh', 'a statement older than the policy takes', {policy: {statementLife: 2345}}],
  ['statement-fresh', 'a statement without time, and no window', {standing: {createdAt: NaN}, environment: {freeze: []}}],
  ['checks-passed', 'a check without a run', {environment: {checks: [{name: 'deploy'}]}}],
  ['checks-passed', 'a check of another app', {environment: {checks: [{name: 'build', app: 'my-ci'}]}}],
  ['checks-passed', 'a check that failed once', {environment: {checks: [{name: 'build'}]}, change: {checks: [green, {...green, conclusion: 'failure'}]}}],
  ['checks-passed', 'a check that failed and was green later or earlier', {environment: {checks: [{name: 'build'}]}, change: {checks: [green, {...green, conclusion: 'failure'}, green]}}],
  ['checks-passed', 'a check that failed for another app', {environment: {checks: [{name: 'build'}]}, change: {checks: [green, {...green, app: 'my-ci', conclusion: 'failure'}]}}],
  ...['neutral', 'skipped', 'cancelled', 'timed_out', 'stale', null].map((conclusion) => ['checks-passed', `a check that is ${conclusion}`, {environment: {checks: [{name: 'build'}]}, change: {checks: [{...green, conclusion}]}}] as const),
  ['checks-passed', 'a check that says success and still runs', {environment: {checks: [{name: 'build'}]}, change: {checks: [{...green, status: 'in_progress'}]}}],
  ['checks-passed', 'more runs than can be read', {environment: {checks: [{name: 'build'}]}, change: {checksCut: true}}],
  ['not-frozen', 'a window that begins in less than a minute', {environment: {freeze: [{from: decidedAt + 12_000, to: decidedAt + 90_000, reason: 'holidays'}]}}],
  ['not-frozen', 'a window that begins now', {environment: {freeze: [{from: decidedAt, to: decidedAt + 1, reason: 'holidays'}]}}],
  ['not-frozen', 'a window that ends in a moment', {environment: {freeze: [{from: 0, to: 1, reason: 'past'}, {from: 0, to: decidedAt + 1, reason: 'holidays'}]}}],
  ['not-void', 'a statement that somebody denied or revoked after', {isVoid: true}],
  ['not-denied', 'a denial by somebody else', {denials: [denial(9)]}],
  ['not-denied', 'one\u2019s own denial, and no commit named', {denials: [denial(583231)], request: {sha: undefined}, environment: {binding: ['head', 'commit']}}],
  ['not-denied', 'an admin over somebody who may still approve', {denials: [denial(9)], standing: {permission: 'admin'}}],
  ['not-denied', 'one\u2019s own denial beside another', {denials: [denial(583231), denial(9)]}],
  ['risk-acceptable', 'a risk that the policy denies', {environment: {risk: {denyAt: 0.2, extraApprovals: 0}}}],
  ['clock-right', 'a clock that is a minute ahead', {clockAhead: 60_001}],
  ['clock-right', 'a clock that is a minute behind', {clockAhead: -60_001}],
  ['clock-right', 'a clock that is set while it decides', {clockAhead: NaN}],
  ['risk-acceptable', 'the very risk that the policy denies', {environment: {risk: {denyAt: 0.3, extraApprovals: 0}}}],
] // prettier-ignore

describe('a denial is lifted', () => {
  test.each<readonly [string, CaseChanges]>([
    ['by whoever denied, with the full commit', {denials: [denial(583231)]}],
    [
      'by an admin when that person may not approve any more',
      {denials: [denial(9, false)], standing: {permission: 'admin'}},
    ],
  ])('%s', (_, changes) => {
    expect(evaluate(aCase(changes)).kind).toBe('allow')
  })
})

describe('a rule alone refuses', () => {
  test.each(refused)('%s: %s', (rule, _, changes) => {
    expect(failing(changes)).toEqual([rule])
    expect(evaluate(aCase(changes)).kind).toBe('deny')
  })

  test('an answer without time is neither fresh nor outside of a window', () => {
    const freeze = [{from: 0, to: 1, reason: 'past'}]
    expect(failing({standing: {readAt: NaN}, environment: {freeze}})).toEqual(['statement-fresh', 'not-frozen'])
  })

  test('a closed pull request, which was not merged either', () => {
    expect(failing({pullRequest: {state: 'closed'}})).toEqual(['pull-request-alive', 'merge-reachable'])
  })

  test('and every rule has such a case, but those that only want more people', () => {
    const ofPeople = ['enough-approvals', 'seen-by-others']
    expect(rulesOfPeople.map(({name}) => name)).toEqual(ofPeople)
    const tested = new Set(['pull-request-alive', ...ofPeople, ...refused.map(([rule]) => rule)])
    expect([...standingRules, ...changeRules].map(({name}) => name).filter((name) => !tested.has(name))).toEqual([])
  })

  test('a base in another repository', () => {
    expect(failing({pullRequest: {base: {ref: 'main', repositoryId: 5}}})).toContain('base-allowed')
  })
})

describe('an allow', () => {
  test.each<readonly [string, CaseChanges]>([
    ['of the head of an open pull request', {}],
    ['of the merge commit of a merged one', {pullRequest: merged, change: {mergeReachable: true}}],
    [
      'of what was pushed on top of the merge commit',
      {pullRequest: {state: 'merged', mergeCommit: otherCommit}, change: {mergeReachable: true}},
    ],
    ['by the least permission that is enough', {standing: {permission: 'write', role: 'write'}}],
    ['at the last moment of a statement', {standing: {readAt: saidAt + 899_999}}],
    [
      'into a base that the policy names',
      {pullRequest: {base: {ref: 'release', repositoryId}}, policy: {branches: ['release']}},
    ],
    ['into the default branch, which the policy need not name', {policy: {branches: ['release']}}],
    [
      'with every run of its checks green',
      {
        environment: {checks: [{name: 'build', app: 'github-actions'}, {name: 'build'}]},
        change: {checks: [green, green]},
      },
    ],
    [
      'a minute and a moment before a window',
      {environment: {freeze: [{from: decidedAt + 60_001, to: decidedAt + 60_002, reason: 'holidays'}]}},
    ],
    ['as a window ends', {environment: {freeze: [{from: 0, to: decidedAt, reason: 'holidays'}]}}],
    ['with GitHub’s clocks a minute apart', {standing: {readAt: saidAt - 60_000}}],
    [
      'of the bare form, where the policy takes it',
      {request: {sha: undefined}, environment: {binding: ['commit', 'head']}},
    ],
    ['of nothing new', {range: {parts: [], since: head, size: aComparison({from: head, commits: 0, files: 0})}}],
    ['of what others brought besides', {range: {parts: [aPart(), aPartBy('monalisa', {id: 9})]}}],
  ])('%s', (_, changes) => {
    const ruling = evaluate(aCase(changes))
    expect(failing(changes)).toEqual([])
    expect(ruling).toMatchObject({kind: 'allow', flags: []})
  })

  test('names every rule, passed, and the policy’s digest', () => {
    const asked = aCase()
    const ruling = evaluate(asked)
    expect(ruling.outcomes.map(({rule}) => rule)).toEqual([...standingRules, ...changeRules].map(({name}) => name))
    expect(ruling.policy).toBe(digestOf(canonicalJson(asked.policy)))
  })

  test('that cannot be minted becomes a denial that says why', () => {
    const ruling = evaluate(aCase())
    if (ruling.kind !== 'allow') throw new Error('expected an allow')
    const denied = overrule(ruling, 'the login does not fit')
    expect(denied.kind).toBe('deny')
    expect(denied.outcomes.at(-1)).toEqual({
      rule: 'receipt-mintable',
      outcome: 'fail',
      why: "No receipt can be made: the login does not fit. Ask somebody else who may approve, or the issuer's operator.",
    })
  })
})

describe('one’s own work', () => {
  const author = {
    pullRequest: {author: {id: 583231, login: 'octocat', type: 'User'}},
    range: {parts: [aPartBy('octocat')]},
  }

  test('is no denial: the word counts, and one more person makes it an allow', () => {
    expect(evaluate(aCase(author))).toMatchObject({kind: 'escalate', missing: 1})
    expect(failing(author)).toEqual(['seen-by-others'])
  })

  test('is a denial beside anything that people cannot overcome', () => {
    expect(evaluate(aCase({...author, standing: {viaEmail: true}})).kind).toBe('deny')
    expect(failing({...author, isVoid: true})).toEqual(['not-void', 'seen-by-others'])
  })

  test('is the author’s in what goes out alone: whose pull request it is spoken on has no say', () => {
    expect(evaluate(aCase({pullRequest: author.pullRequest})).kind).toBe('allow')
  })

  test('that the policy allows flags the receipt, once, however many hands', () => {
    const parts = [aPartBy('octocat'), aPartBy('octocat', {number: 43, digit: '5'})]
    const ruling = evaluate(aCase({range: {parts}, environment: {independence: 'none'}}))
    expect(ruling).toMatchObject({kind: 'allow', flags: ['self']})
    expect(evaluate(aCase({environment: {independence: 'none'}}))).toMatchObject({kind: 'allow', flags: []})
  })
})

test('the commit says where it stands', () => {
  const why = (changes: CaseChanges): string | undefined =>
    evaluate(aCase(changes)).outcomes.find(({rule}) => rule === 'commit-current')?.why
  const onTop = {pullRequest: {state: 'merged', mergeCommit: otherCommit}, change: {mergeReachable: true}} as const
  expect(why({})).toBe(`${head} is the head of the pull request.`)
  expect(why({pullRequest: merged, change: {mergeReachable: true}})).toBe(`${head} is the merge commit of the pull request.`)
  expect(why(onTop)).toBe(`${head} is on top of the merge commit of the pull request.`)
  expect(why({pullRequest: merged, change: {mergeReachable: true}, request: {sha: otherCommit}})).toContain(`which is not the merge commit ${head}, nor a commit of main`)
}) // prettier-ignore

test('every failing rule is reported, not the first alone', () => {
  expect(failing({standing: {viaEmail: true, permission: 'read'}, request: {sha: otherCommit}})).toEqual([
    'not-by-mail',
    'permission',
    'commit-current',
  ])
})

test('standing is judged by its own rules alone, and all of them are reported', () => {
  expect(evaluateStanding(aCase()).kind).toBe('standing')
  expect(evaluateStanding(aCase({request: {sha: otherCommit}})).kind).toBe('standing')
  const ruling = evaluateStanding(aCase({standing: {permission: 'none'}}))
  expect(ruling.kind).toBe('no-standing')
  expect(ruling.outcomes.map(({rule, outcome}) => `${rule} ${outcome}`)).toEqual([
    ...standingRules.map(({name}) => `${name} ${name === 'permission' ? 'fail' : 'pass'}`),
  ])
})

test('a denial says what was found and what to do', () => {
  const why = evaluate(aCase({request: {sha: otherCommit}})).outcomes.find(({rule}) => rule === 'commit-current')?.why
  expect(why).toBe(
    `The statement names ${otherCommit}, and the head of the pull request is ${head}. Look at what is there now, then name that.`,
  )
})

describe('the built-in policy', () => {
  test('is one writer’s approval of a commit for an hour, for production and staging', () => {
    expect(Object.keys(builtInPolicy.environments)).toEqual(['production', 'staging'])
    expect(findEnvironment(builtInPolicy, production)).toEqual({
      permission: 'write',
      users: [],
      teams: [],
      approvals: 1,
      independence: 'usual',
      collect: 86_400_000,
      binding: ['commit'],
      ttl: 3_600_000,
      singleUse: false,
      fresh: false,
      checks: [],
      freeze: [],
    })
    expect(builtInPolicy).toMatchObject({branches: [], statementLife: 900_000, agents: ['*[bot]']})
  })

  test('names nothing else, not even what every object has', () => {
    for (const name of ['constructor', 'prod', 'production2']) {
      expect(findEnvironment(builtInPolicy, must(parseEnvironment(name)))).toBeUndefined()
    }
  })

  test('is sealed by the digest of its canonical text', () => {
    const {text, digest} = sealPolicy(builtInPolicy)
    expect(text).toBe(canonicalJson(JSON.parse(text)))
    expect(digest).toBe(digestOf(text))
  })
})
