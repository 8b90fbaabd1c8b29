/** `countersign-issuer policy check FILE`: whether a policy file is one, and what is wrong with it by line. */
import {type Problem, parsePolicy} from '../policy/parse-policy.ts'
import {sealPolicy} from '../policy/built-in.ts'
import type {EnvironmentPolicy, Policy} from '../model/ruling.ts'
import type {Printed} from './printed.ts'

export function checkPolicy(file: string, text: string): Printed {
  const parsed = parsePolicy(text)
  return parsed.ok ? describePolicy(file, parsed.value) : {code: 1, lines: printFaults(file, parsed.fault)}
}

/** `FILE:3:5: …`, the form that editors and CI read. */
export const printFaults = (file: string, problems: readonly Problem[]): readonly string[] =>
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
