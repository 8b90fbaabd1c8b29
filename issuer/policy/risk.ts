/** The risk of a case: named factors, each from 0 to 1, weighed and added up. Deterministic; docs/risk.md has the table. */
import type {Case, Risk, RiskFactor} from '../model/ruling.ts'
import type {ChangeFacts} from '../model/facts.ts'
import {matchesLogin} from './accounts.ts'
import {createPathMatcher} from './path-pattern.ts'

/** What each factor adds at most. More than 1 together: a few grave ones are enough for the highest score. */
export const riskWeights = {
  environment: 0.2,
  'sensitive-paths': 0.3,
  'workflow-or-policy': 0.3,
  size: 0.2,
  'agent-author': 0.15,
  checks: 0.15,
  'unsigned-commits': 0.05,
  'behind-base': 0.05,
  'first-change': 0.1,
  'taken-back': 0.1,
} as const

export type RiskFactorName = keyof typeof riskWeights

export function scoreRisk(asked: Case): Risk {
  const findings = factorsOf(asked)
  const factors = (Object.keys(riskWeights) as RiskFactorName[]).map((name) => ({
    name,
    weight: riskWeights[name],
    ...findings[name],
  }))
  const sum = factors.reduce((total, {weight, value}) => total + weight * value, 0)
  // Rounded first, so that the last bit of a sum of binary fractions decides nothing.
  return {score: Math.min(1, Math.max(0, Math.round(sum * 100) / 100)), factors}
}

type FactorFinding = Pick<RiskFactor, 'value' | 'why'>

function factorsOf(asked: Case): Readonly<Record<RiskFactorName, FactorFinding>> {
  const {change, policy} = asked
  return {
    environment: rateEnvironment(asked.request.environment),
    'sensitive-paths': rateSensitivePaths(change, policy.sensitivePaths),
    'workflow-or-policy': rateWorkflows(change),
    size: rateSize(change),
    'agent-author': rateAuthors(change, policy.agents),
    checks: rateChecks(change),
    'unsigned-commits': rateSignatures(change),
    'behind-base': rateDistance(change),
    'first-change': rateAuthorship(change),
    'taken-back': rateTakenBack(change),
  }
}

const finding = (value: number, why: string): FactorFinding => ({value, why})

/** Words of an environment's name that say that no customer is behind it; every other name counts as production. */
const quieter: Readonly<Record<string, number>> = {
  staging: 0.5,
  stage: 0.5,
  uat: 0.5,
  dev: 0.2,
  development: 0.2,
  test: 0.2,
  qa: 0.2,
  preview: 0.2,
  sandbox: 0.2,
}

function rateEnvironment(environment: string): FactorFinding {
  const words = environment.split(/[._/-]/)
  const word = words.find((one) => Object.hasOwn(quieter, one))
  // `dev-production` says both, and the graver counts.
  const value = word === undefined || words.some((one) => /^(?:prod|production|live)$/.test(one)) ? 1 : quieter[word]
  return finding(value ?? 1, value === 1 ? `${environment} counts as production.` : `${environment} is no production.`)
}

/** Where each file is, and where a renamed one was. */
const pathsOf = ({files}: ChangeFacts): readonly string[] =>
  files.flatMap(({path, previous}) => (previous === undefined ? [path] : [path, previous]))

function rateSensitivePaths(change: ChangeFacts, globs: readonly string[]): FactorFinding {
  const path = pathsOf(change).find(createPathMatcher(globs))
  if (path !== undefined) return finding(1, `It touches ${path}.`)
  if (change.filesCut && globs.length > 0) return finding(1, 'It touches more files than can be listed.')
  return finding(0, 'It touches no sensitive path.')
}

/** What decides how a deployment runs, or who may authorize one. Without the case of letters: more is safer here. */
const decidesDeployment = (path: string): boolean =>
  /^(?:\.github\/(?:workflows|actions)\/|\.github\/countersign\.|(?:\.github\/|docs\/)?codeowners$|(?:.*\/)?action\.ya?ml$)/is.test(
    path,
  )

function rateWorkflows(change: ChangeFacts): FactorFinding {
  const path = pathsOf(change).find(decidesDeployment)
  if (path !== undefined) return finding(1, `It touches ${path}, which decides what runs or who may authorize.`)
  if (change.filesCut) return finding(1, 'It touches more files than can be listed.')
  return finding(0, 'It touches no workflow, action, policy or list of owners.')
}

/** 0, 0.25, 0.5, 0.75 or 1: by how many of the four limits are passed. */
const stepOf = (number: number, limits: readonly [number, number, number, number]): number =>
  limits.filter((limit) => !(number <= limit)).length / 4

function rateSize({range}: ChangeFacts): FactorFinding {
  const {files, additions, deletions, cut} = range.size
  const lines = additions + deletions
  if (cut) return finding(1, `At least ${lines} lines in ${files} files: GitHub cut the list.`)
  const value = Math.max(stepOf(lines, [10, 50, 200, 1000]), stepOf(files, [3, 10, 30, 100]))
  return finding(value, `${lines} changed lines in ${files} files.`)
}

/** Names on commits are free text: one can add risk, never remove any. */
function rateAuthors({pullRequest: {author}, range}: ChangeFacts, agents: readonly string[]): FactorFinding {
  if (author.type !== 'User') return finding(1, `${author.login} is not a person's account.`)
  const hands = range.parts.flatMap((part) => (part.hands.kind === 'seen' ? [part.hands] : []))
  const names = [
    author.login,
    ...hands.flatMap(({accounts, people}) => [...accounts.map(({login}) => login), ...people.map(({name}) => name)]),
  ]
  const agent = names.find((name) => agents.some((pattern) => matchesLogin(pattern, name)))
  return agent === undefined ? finding(0, 'No agent had a hand in it.') : finding(1, `${agent} is an agent.`)
}

/** Our own check runs say what was authorized, not what was tested. */
export const isOurCheck = (name: string): boolean => name.startsWith('countersign / ')
/** Neither green nor red. */
const isSilent = (conclusion: string | null): boolean => conclusion === 'skipped' || conclusion === 'neutral'

function rateChecks({checks, checksCut}: ChangeFacts): FactorFinding {
  if (checksCut) return finding(1, 'The commit has more check runs than can be read.')
  const runs = checks.filter(({name, conclusion}) => !isOurCheck(name) && !isSilent(conclusion))
  const bad = runs.find(({status, conclusion}) => !(status === 'completed' && conclusion === 'success'))
  if (bad !== undefined) return finding(1, `The check ${bad.name} is ${bad.conclusion ?? bad.status}.`)
  return runs.length === 0 ? finding(0.5, 'Nothing has checked this commit.') : finding(0, 'Every check is green.')
}

function rateSignatures({range: {unsigned, size, parts}}: ChangeFacts): FactorFinding {
  const commits = parts.reduce((total, part) => total + part.commits.length, 0) || size.commits
  const value = unsigned === 0 ? 0 : Math.min(1, unsigned / Math.max(1, commits))
  return finding(
    Math.round(value * 100) / 100,
    `${unsigned} of ${commits} ${commits === 1 ? 'commit is' : 'commits are'} not signed.`,
  )
}

function rateDistance({behindBy}: ChangeFacts): FactorFinding {
  if (behindBy === 'unknown') return finding(1, 'How far it is behind its base cannot be told.')
  return finding(
    stepOf(behindBy, [0, 5, 20, 100]),
    `It is ${behindBy} ${behindBy === 1 ? 'commit' : 'commits'} behind its base.`,
  )
}

/** What was authorized last and is not in it: what it mended comes back broken. */
function rateTakenBack({range: {size}}: ChangeFacts): FactorFinding {
  const {behind} = size
  return finding(
    stepOf(behind, [0, 5, 20, 100]),
    behind === 0
      ? 'It takes nothing back that was authorized.'
      : `It takes back ${behind} ${behind === 1 ? 'commit' : 'commits'} of what was authorized last.`,
  )
}

function rateAuthorship({firstByAuthor, pullRequest: {author}}: ChangeFacts): FactorFinding {
  switch (firstByAuthor) {
    case true:
      return finding(1, `Nothing by ${author.login} was merged here before.`)
    case false:
      return finding(0, `Something by ${author.login} was merged here before.`)
    case 'unknown':
      return finding(0.5, `Whether anything by ${author.login} was merged here before, GitHub does not tell.`)
  }
}
