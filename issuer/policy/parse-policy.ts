/** The text of `.github/countersign.yml` -> a Policy, or everything that is wrong with it by line and column (formats §8). */
import {Ajv2020} from 'ajv/dist/2020.js'
import {type Binding, type Result, parseDuration, parseEnvironment, parseSecondsTime, secondsTimeToMs} from '#protocol'
import {builtInPolicy, environmentDefaults} from './built-in.ts'
import {countWildcards, maxWildcards} from './path-pattern.ts'
import {policySchema} from './policy-schema.ts'
import {type Path, type Problem, parseYaml} from './policy-yaml.ts'
import type {
  ApproverLevel,
  EnvironmentPolicy,
  FreezeWindow,
  Independence,
  Policy,
  RequiredCheck,
  RiskLimits,
} from '../model/ruling.ts'
import {describeFaults, printPath} from './schema-problems.ts'

export type {Problem} from './policy-yaml.ts'

export type PolicyResult = Result<Policy, readonly Problem[]>

/** Total: whatever the text, it is a policy or has problems. A key that is not known is a problem, never ignored. */
export function parsePolicy(text: string): PolicyResult {
  const yaml = parseYaml(text)
  if (!yaml.ok) return yaml
  const {data, locate} = yaml.value
  if (!fitsSchema(data)) return {ok: false, fault: inOrder(describeFaults(fitsSchema.errors ?? [], locate))}
  const faults: Fault[] = []
  const policy = readPolicy(data, (path, message) => faults.push({path, message}))
  if (faults.length === 0) return {ok: true, value: policy}
  const problems = faults.map(({path, message}) => ({...locate(path), message: `${printPath(path)} ${message}`}))
  return {ok: false, fault: inOrder(problems)}
}

/** `line 3, column 5: …`, for people. */
export const printProblem = ({line, column, message}: Problem): string => `line ${line}, column ${column}: ${message}`

const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column)

/** What a file is once it fits the schema. */
interface PolicyFile {
  readonly branches?: readonly string[]
  readonly environments: Readonly<Record<string, EnvironmentFile>>
  readonly 'statement-life'?: string
  readonly 'sensitive-paths'?: readonly string[]
  readonly agents?: readonly string[]
}

interface EnvironmentFile {
  readonly approvers?: {
    readonly permission?: ApproverLevel
    readonly users?: readonly string[]
    readonly teams?: readonly string[]
  }
  readonly approvals?: number
  readonly independence?: Independence
  readonly collect?: string
  readonly binding?: readonly Binding[]
  readonly ttl?: string
  readonly 'single-use'?: boolean
  readonly fresh?: boolean
  readonly checks?: readonly string[]
  readonly freeze?: readonly {readonly from: string; readonly to: string; readonly reason: string}[]
  readonly risk?: {readonly 'escalate-at'?: number; readonly 'extra-approvals'?: number; readonly 'deny-at'?: number}
}

const fitsSchema = new Ajv2020({allErrors: true, verbose: true}).compile<PolicyFile>(policySchema)

interface Fault {
  readonly path: Path
  readonly message: string
}

/** Notes what no schema can say; the message completes the field's name. */
type Note = (path: Path, message: string) => void

function readPolicy(file: PolicyFile, note: Note): Policy {
  const life = file['statement-life']
  const sensitivePaths = file['sensitive-paths'] ?? builtInPolicy.sensitivePaths
  for (const [i, glob] of sensitivePaths.entries()) {
    if (countWildcards(glob) > maxWildcards) {
      note(['sensitive-paths', i], `has more than ${maxWildcards} wildcards in one name. Say it with fewer.`)
    }
  }
  const environments = Object.entries(file.environments).map(([name, asked]): readonly [string, EnvironmentPolicy] => {
    if (parseEnvironment(name) === undefined) note(['environments', name], 'is not a possible name. Choose another.')
    return [name, readEnvironment(asked, (path, message) => note(['environments', name, ...path], message))]
  })
  return {
    branches: file.branches ?? builtInPolicy.branches,
    environments: Object.fromEntries(environments),
    statementLife: life === undefined ? builtInPolicy.statementLife : readDuration(life, ['statement-life'], note),
    sensitivePaths,
    agents: file.agents ?? builtInPolicy.agents,
  }
}

/** A receipt holds six: one more person than these may be needed. */
const maxApprovals = 5

function readEnvironment(asked: EnvironmentFile, note: Note): EnvironmentPolicy {
  const {approvers = {}, ttl, collect, risk} = asked
  const approvals = asked.approvals ?? environmentDefaults.approvals
  const limits = risk === undefined ? undefined : readRisk(risk, note)
  if (approvals + (limits?.extraApprovals ?? 0) > maxApprovals) {
    note(
      ['approvals'],
      'and risk.extra-approvals are more than 5 together: a receipt holds six, and one more person may be needed. Lower one.',
    )
  }
  return {
    permission: approvers.permission ?? environmentDefaults.permission,
    users: approvers.users ?? environmentDefaults.users,
    teams: approvers.teams ?? environmentDefaults.teams,
    approvals,
    independence: asked.independence ?? environmentDefaults.independence,
    collect: collect === undefined ? environmentDefaults.collect : readDuration(collect, ['collect'], note),
    binding: asked.binding ?? environmentDefaults.binding,
    ttl: ttl === undefined ? environmentDefaults.ttl : readDuration(ttl, ['ttl'], note),
    singleUse: asked['single-use'] ?? environmentDefaults.singleUse,
    fresh: asked.fresh ?? environmentDefaults.fresh,
    checks: asked.checks?.map((text) => readCheck(text)) ?? environmentDefaults.checks,
    freeze: asked.freeze?.map((window, i) => readWindow(window, ['freeze', i], note)) ?? environmentDefaults.freeze,
    ...(limits === undefined ? {} : {risk: limits}),
  }
}

const longest = 24 * 3_600_000

function readDuration(text: string, path: Path, note: Note): number {
  const ms = parseDuration(text) ?? NaN
  if (!(ms <= longest)) note(path, 'is longer than 24h. Make it shorter.')
  return ms
}

/** `name@app`: an app's slug has no @, so the last one separates. */
function readCheck(text: string): RequiredCheck {
  const [, name = text, app] = /^(.+)@([a-z0-9][a-z0-9-]*)$/.exec(text) ?? []
  return app === undefined ? {name} : {name, app}
}

function readWindow(
  window: {readonly from: string; readonly to: string; readonly reason: string},
  path: Path,
  note: Note,
): FreezeWindow {
  const read = (name: 'from' | 'to'): number => {
    const time = parseSecondsTime(window[name])
    if (time === undefined) note([...path, name], 'is no time that exists. Write it as 2026-12-24T00:00:00Z.')
    return time === undefined ? NaN : secondsTimeToMs(time)
  }
  const {from, to} = {from: read('from'), to: read('to')}
  if (!(from < to) && !Number.isNaN(from + to)) note([...path, 'to'], 'must be later than from.')
  return {from, to, reason: window.reason}
}

function readRisk(risk: NonNullable<EnvironmentFile['risk']>, note: Note): RiskLimits {
  const {'escalate-at': escalateAt, 'deny-at': denyAt, 'extra-approvals': extra = 1} = risk
  if (escalateAt !== undefined && denyAt !== undefined && !(escalateAt < denyAt)) {
    note(['risk', 'deny-at'], 'must be higher than escalate-at, which could never count otherwise.')
  }
  return {
    extraApprovals: escalateAt === undefined ? 0 : extra,
    ...(escalateAt === undefined ? {} : {escalateAt}),
    ...(denyAt === undefined ? {} : {denyAt}),
  }
}
