/** Which policy is in force: the default branch's file, the built-in one where there is none, or none that can be read. */
import type {PolicyFacts} from '../model/facts.ts'
import {builtInPolicy, environmentDefaults, findEnvironment} from './built-in.ts'
import {parsePolicy, printProblem} from './parse-policy.ts'
import type {EnvironmentPolicy, PolicyInForce, PolicySource, Request} from '../model/ruling.ts'

export function choosePolicy(found: PolicyFacts): PolicyInForce {
  switch (found.kind) {
    case 'absent':
      return {policy: builtInPolicy, source: {kind: 'built-in'}}
    case 'near':
      return {policy: builtInPolicy, source: {kind: 'unreadable', path: found.path, problems: [found.why]}}
    case 'file': {
      const {path, text} = found
      const parsed = parsePolicy(text)
      return parsed.ok
        ? {policy: parsed.value, source: {kind: 'file', path}}
        : {policy: builtInPolicy, source: {kind: 'unreadable', path, problems: parsed.fault.map(printProblem)}}
    }
    default:
      return found satisfies never
  }
}

/**
 * What the policy in force asks for the requested environment; undefined when it does not name it. Which ones an
 * unreadable policy names nobody knows, so its requests are all judged, and all denied (rule policy-readable).
 */
export function findAsked(
  {policy, source}: PolicyInForce,
  {environment}: Pick<Request, 'environment'>,
): EnvironmentPolicy | undefined {
  return findEnvironment(policy, environment) ?? (source.kind === 'unreadable' ? environmentDefaults : undefined)
}

const shownProblems = 10

/** One paragraph: what stands in the policy's place, and what is wrong with it. */
export function describeUnreadable({path, problems}: Extract<PolicySource, {kind: 'unreadable'}>): string {
  const more = problems.length - shownProblems
  const shown = problems.slice(0, shownProblems).join(' ')
  return `The policy ${path} on the default branch cannot be used: ${shown}${more > 0 ? ` And ${more} more.` : ''}`
}
