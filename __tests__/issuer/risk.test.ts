/** Each factor of risk from none to all, what they add up to, the table in the documentation, and the intent. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {parseEnvironment} from '#protocol'
import {classifyIntent} from '../../issuer/policy/rules.ts'
import {createPathMatcher} from '../../issuer/policy/path-pattern.ts'
import {policySchema} from '../../issuer/policy/policy-schema.ts'
import {type RiskFactorName, riskWeights, scoreRisk} from '../../issuer/policy/risk.ts'
import {
  type CaseChanges,
  aCase,
  aComparison,
  anUnreadRange,
  aPart,
  aPartBy,
  everybody,
  head,
  must,
  otherCommit,
  repositoryId,
  seen,
  tree,
} from './builders.ts'

const valueOf = (name: RiskFactorName, changes: CaseChanges): number | undefined =>
  scoreRisk(aCase(changes)).factors.find((factor) => factor.name === name)?.value

const to = (environment: string): CaseChanges => ({request: {environment: must(parseEnvironment(environment))}})
const files = (...paths: readonly string[]): CaseChanges => ({
  change: {files: paths.map((path) => ({path, additions: 1, deletions: 0}))},
})
const renamed = (previous: string): CaseChanges => ({
  change: {files: [{path: 'a.txt', previous, additions: 0, deletions: 0}]},
})
const sized = (additions: number, count = 1): CaseChanges => ({
  range: {size: aComparison({files: count, additions, deletions: 0})},
})
const run = {name: 'build', app: 'ci', status: 'completed', conclusion: 'success'} as const
const runs = (...list: readonly Partial<{name: string; status: string; conclusion: string | null}>[]): CaseChanges => ({
  change: {checks: list.map((one) => ({...run, ...one}))},
})

const table: readonly (readonly [RiskFactorName, string, number, CaseChanges])[] = [
  ['environment', 'production', 1, {}],
  ['environment', 'a name that says nothing', 1, to('eu-west-1')],
  ['environment', 'staging', 0.5, to('eu/staging')],
  ['environment', 'qa', 0.2, to('qa.eu')],
  ['environment', 'both at once', 1, to('dev-production')],
  ['environment', 'a name of every object', 1, to('constructor')],
  ['sensitive-paths', 'none', 0, files('src/a.ts')],
  ['sensitive-paths', 'a folder', 1, files('src/a.ts', 'infra/main.tf')],
  ['sensitive-paths', 'a file with a leading dot', 1, files('infra/.env')],
  ['sensitive-paths', 'a migration anywhere', 1, files('a/b/migrations/1.sql')],
  ['sensitive-paths', 'a migration at the root', 1, files('migrations/1.sql')],
  ['sensitive-paths', 'the old name of a renamed file', 1, renamed('infra/main.tf')],
  ['sensitive-paths', 'a name with a line break', 1, files('infra/a\nb')],
  ['sensitive-paths', 'a name that only looks like it', 0, files('infrared/a', 'src/infra')],
  ['sensitive-paths', 'a name that is too long to match', 1, files('x'.repeat(513))],
  ['sensitive-paths', 'a list that was cut', 1, {change: {filesCut: true}}],
  ['sensitive-paths', 'nothing is sensitive', 0, {change: {filesCut: true, files: [{path: 'x'.repeat(600), additions: 0, deletions: 0}]}, policy: {sensitivePaths: []}}],
  ['workflow-or-policy', 'none', 0, files('src/workflows/a.ts', '.github/ISSUE_TEMPLATE.md')],
  ['workflow-or-policy', 'a workflow', 1, files('.github/workflows/deploy.yml')],
  ['workflow-or-policy', 'a workflow that is renamed away', 1, renamed('.github/workflows/deploy.yml')],
  ['workflow-or-policy', 'a workflow in other letters', 1, files('.GitHub/Workflows/deploy.yml')],
  ['workflow-or-policy', 'the policy', 1, files('.github/countersign.yml')],
  ['workflow-or-policy', 'an action', 1, files('tools/deploy/action.yaml')],
  ['workflow-or-policy', 'the code owners', 1, files('CODEOWNERS')],
  ['workflow-or-policy', 'a list that was cut', 1, {change: {filesCut: true}}],
  ...([[10, 0], [11, 0.25], [50, 0.25], [51, 0.5], [200, 0.5], [201, 0.75], [1000, 0.75], [1001, 1]] as const).map(([lines, value]) => ['size', `${lines} lines`, value, sized(lines)] as const),
  ...([[3, 0], [4, 0.25], [11, 0.5], [31, 0.75], [101, 1]] as const).map(([count, value]) => ['size', `${count} files`, value, sized(1, count)] as const),
  ['size', 'lines that are added and taken away', 0.5, {range: {size: aComparison({files: 1, additions: 30, deletions: 30})}}],
  ['size', 'nothing', 0, sized(0, 0)],
  ['size', 'numbers that were cut', 1, {range: {size: aComparison({files: 0, additions: 0, deletions: 0, cut: true})}}],
  ['size', 'a range that cannot be read', 1, {range: anUnreadRange()}],
  ['agent-author', 'people', 0, {}],
  ['agent-author', 'a bot', 1, {pullRequest: {author: {id: 3, login: 'x', type: 'Bot'}}}],
  ['agent-author', 'an agent by name', 1, {pullRequest: {author: {id: 3, login: 'Release-Agent-dev', type: 'User'}}, policy: {agents: ['release-agent*']}}],
  ['agent-author', 'a hand in any part', 1, {range: {parts: [aPart(), aPartBy('dependabot[bot]', {id: 3})]}}],
  ['agent-author', 'a name on a commit of any part', 1, {range: {parts: [aPart(), aPart({hands: seen([], [{name: 'Release-Agent', email: ''}])})]}, policy: {agents: ['release-agent*']}}],
  ['agent-author', 'hands that cannot be told', 0, {range: {parts: [aPart({hands: everybody('dependabot[bot] is no more')})]}}],
  ['checks', 'green', 0, runs({})],
  ['checks', 'green, with skipped ones', 0, runs({}, {conclusion: 'skipped'}, {conclusion: 'neutral'})],
  ['checks', 'one red', 1, runs({}, {conclusion: 'failure'})],
  ['checks', 'one that runs', 1, runs({}, {status: 'in_progress', conclusion: null})],
  ['checks', 'none', 0.5, runs()],
  ['checks', 'our own alone', 0.5, runs({name: 'countersign / production', conclusion: 'failure'})],
  ['checks', 'more than can be read', 1, {change: {checksCut: true}}],
  ['unsigned-commits', 'all signed', 0, {}],
  ['unsigned-commits', 'a third', 0.33, {range: {unsigned: 1}}],
  ['unsigned-commits', 'two of four, over all parts', 0.5, {range: {unsigned: 2, parts: [aPart(), aPartBy('monalisa')]}}],
  ['unsigned-commits', 'more than there are', 1, {range: {unsigned: 3, parts: [], size: aComparison({commits: 0})}}],
  ...([[0, 0], [1, 0.25], [5, 0.25], [6, 0.5], [21, 0.75], [101, 1], ['unknown', 1]] as const).map(([behindBy, value]) => ['behind-base', `${behindBy} commits`, value, {change: {behindBy}}] as const),
  ['first-change', 'the first', 1, {change: {firstByAuthor: true}}],
  ['first-change', 'a later one', 0, {change: {firstByAuthor: false}}],
  ['first-change', 'unknown', 0.5, {change: {firstByAuthor: 'unknown'}}],
  ['taken-back', 'nothing', 0, {range: {size: aComparison({behind: 0})}}],
  ['taken-back', 'a commit', 0.25, {range: {size: aComparison({behind: 1})}}],
  ['taken-back', 'a hundred commits and more', 1, {range: {size: aComparison({behind: 101})}}],
] // prettier-ignore

describe('a factor', () => {
  test.each(table.map(([name, what, value, changes]) => ({name, what, value, changes})))(
    '$name: $what is $value',
    ({name, value, changes}) => {
      expect(valueOf(name, changes)).toBe(value)
    },
  )

  test('has such a row, each', () => {
    expect([...new Set(table.map(([name]) => name))]).toEqual(Object.keys(riskWeights))
  })

  test('says why, in every case', () => {
    for (const [, , , changes] of table) {
      for (const {why, value} of scoreRisk(aCase(changes)).factors) {
        expect(why).toMatch(/^\S.*\.$/s)
        expect(value >= 0 && value <= 1).toBe(true)
      }
    }
  })
})

describe('the score', () => {
  const worst: CaseChanges = {
    pullRequest: {author: {id: 3, login: 'x', type: 'Bot'}},
    change: {filesCut: true, checksCut: true, behindBy: 'unknown', firstByAuthor: true},
    range: {unsigned: 9, size: aComparison({cut: true})},
  }

  test('is the sum of what its factors weigh, to two decimals', () => {
    expect(scoreRisk(aCase({...to('qa'), ...sized(1)})).score).toBe(0.04)
    expect(scoreRisk(aCase({...files('infra/x'), ...to('staging')})).score).toBe(0.5)
    expect(scoreRisk(aCase()).score).toBe(0.3)
  })

  test('is never above 1, and is the same each time', () => {
    expect(scoreRisk(aCase(worst)).score).toBe(1)
    expect(scoreRisk(aCase(worst))).toEqual(scoreRisk(aCase(worst)))
  })

  test('weighs as the documentation says', () => {
    const documentation = readFileSync(new URL('../../docs/risk.md', import.meta.url), 'utf8')
    const rows = [...documentation.matchAll(/^\| `([a-z-]+)` +\| (\d\.\d\d) /gm)].map(([, name, weight]) => [
      name,
      weight,
    ])
    expect(rows).toEqual(Object.entries(riskWeights).map(([name, weight]) => [name, weight.toFixed(2)]))
  })
})

test('a glob is no regular expression: brackets, plus and dots are characters', () => {
  const matches = createPathMatcher(['a+b/*.ts', 'x?y', '**/deep/*', 'from/**/to/**/end', 'all/**'])
  expect(['a+b/c.ts', 'xzy', 'x.y', 'deep/a', 'a/b/deep/.a'].map(matches)).toEqual(new Array(5).fill(true))
  expect(['from/to/end', 'from/a/to/b/to/c/end', 'all', 'all/a', 'all/.a/b'].map(matches)).toEqual(
    new Array(5).fill(true),
  )
  expect(['aab/c.ts', 'a+b/cts', 'a+b/c/d.ts', 'x/y', 'deep/a/b'].map(matches)).toEqual(new Array(5).fill(false))
  expect(['from/to', 'from/end', 'from/to/end/a', 'allx', 'x/all/a'].map(matches)).toEqual(new Array(5).fill(false))
})

test('every glob that a policy may hold is one, and judges every path', () => {
  const fits = new RegExp(
    (policySchema.properties['sensitive-paths'] as {readonly items: {readonly pattern: string}}).items.pattern,
  )
  const glob = fc
    .string({unit: fc.constantFrom(...Array.from('ab.*?/@+ -=~#')), minLength: 1, maxLength: 12})
    .filter((text) => fits.test(text))
  const path = fc.string({unit: fc.constantFrom(...Array.from('ab./\n\u2028é*')), maxLength: 20})
  fc.assert(
    fc.property(glob, path, (pattern, name) => {
      expect(createPathMatcher([pattern])(name)).toBe(createPathMatcher(['nowhere', pattern])(name))
      if (!/[*?]/.test(pattern)) expect(createPathMatcher([pattern])(pattern)).toBe(true)
    }),
    {seed: 20260402, numRuns: 2000},
  )
})

test('the intent is the deployment, in the receipt’s own scope', () => {
  expect(classifyIntent(aCase())).toEqual({
    domain: 'software-delivery',
    category: 'deploy',
    action: 'deploy:production',
    summary: `Deploy ${head} of octo-org/api-service (pull request 42) to production`,
    scope: {
      repository: 'octo-org/api-service',
      repositoryId,
      sha: head,
      since: otherCommit,
      tree,
      environment: 'production',
      pullRequest: 42,
    },
  })
})
