/**
 * `countersign-issuer policy check FILE`: whether a policy file is one, and what is wrong with it by line.
 * `countersign-issuer policy explain FILE --facts FACTS`: how a policy judges the facts of a case, rule by rule.
 */
import {sealPolicy} from '../policy/built-in.ts'
import {findAsked} from '../policy/in-force.ts'
import {type GivenFacts, parseFacts} from '../policy/parse-facts.ts'
import {type Problem, parsePolicy} from '../policy/parse-policy.ts'
import {classifyIntent, evaluate, evaluateStanding} from '../policy/rules.ts'
import type {Case, EnvironmentPolicy, Policy, Risk, RuleOutcome, Ruling} from '../model/ruling.ts'
import type {Printed} from './printed.ts'

export function checkPolicy(file: string, text: string): Printed {
  const parsed = parsePolicy(text)
  return parsed.ok ? describePolicy(file, parsed.value) : {code: 1, lines: printFaults(file, parsed.fault)}
}

/** `FILE:3:5: …`, the form that editors and CI read. */
const printFaults = (file: string, problems: readonly Problem[]): readonly string[] =>
  problems.map(({line, column, message}) => `${file}:${line}:${column}: ${message}`)

function describePolicy(file: string, policy: Policy): Printed {
  const environments = Object.entries(policy.environments).map(
    ([name, asked]) => `  ${name}: ${describeEnvironment(asked)}`,
  )
  return {code: 0, lines: [`${file} is a policy (${sealPolicy(policy).digest}).`, ...environments]}
}

function describeEnvironment(asked: EnvironmentPolicy): string {
  const {approvals, permission, users, teams, ttl} = asked
  const among = [...users, ...teams]
  return [
    `${approvals} approval${approvals === 1 ? '' : 's'} by ${permission} or more`,
    ...(among.length > 0 ? [`of ${among.join(', ')}`] : []),
    `for ${ttl / 60_000} minutes`,
  ].join(', ')
}

interface Explained {
  readonly file: string
  readonly text: string
  /** JSON. */
  readonly facts: string
}

export function explainPolicy({file, text, facts}: Explained): Printed {
  const parsed = parsePolicy(text)
  if (!parsed.ok) return {code: 1, lines: printFaults(file, parsed.fault)}
  const given = parseFacts(facts)
  if (!given.ok) return {code: 2, lines: given.fault.map((problem) => `--facts: ${problem}`)}
  return {code: 0, lines: explain(parsed.value, {file, ...given.value})}
}

function explain(policy: Policy, {file, ...given}: GivenFacts & {readonly file: string}): readonly string[] {
  const source = {kind: 'file', path: file} as const
  const {request} = given
  const environment = findAsked({policy, source}, request)
  if (environment === undefined) {
    const names = Object.keys(policy.environments).join(', ')
    return [`NO DECISION: the policy does not name the environment ${request.environment}. It names ${names}.`]
  }
  const asked: Case = {...given, policy, source, environment}
  const standing = evaluateStanding(asked)
  if (standing.kind === 'no-standing') {
    return ['NO DECISION: who said it may not approve there.', ...printOutcomes(standing.outcomes)]
  }
  const ruling = evaluate(asked)
  return [
    `${describeRuling(ruling)}: ${classifyIntent(asked).summary}.`,
    ...printOutcomes(ruling.outcomes),
    ...printRisk(ruling.risk),
  ]
}

function describeRuling(ruling: Ruling): string {
  switch (ruling.kind) {
    case 'allow':
      return ruling.flags.length === 0 ? 'ALLOW' : `ALLOW (flagged ${ruling.flags.join(', ')})`
    case 'deny':
      return 'DENY'
    case 'escalate':
      return `ESCALATE (${ruling.missing} more approval${ruling.missing === 1 ? '' : 's'})`
    default:
      return ruling satisfies never
  }
}

const printOutcomes = (outcomes: readonly RuleOutcome[]): readonly string[] =>
  outcomes.map(({rule, outcome, why}) => `  ${outcome === 'pass' ? 'pass' : 'FAIL'}  ${rule.padEnd(20)}  ${why}`)

const printRisk = ({score, factors}: Risk): readonly string[] => [
  `Risk ${score}`,
  ...factors.map(
    ({name, weight, value, why}) => `  ${weight.toFixed(2)} × ${value.toFixed(2)}  ${name.padEnd(18)}  ${why}`,
  ),
]
