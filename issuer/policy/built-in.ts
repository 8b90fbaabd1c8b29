/** The policy of a repository without a policy file (formats §8, "Policy"), and what any policy is looked up and named by. */
import {type Digest, type Environment, canonicalJson, digestOf} from '#protocol'
import type {EnvironmentPolicy, Policy} from '../model/ruling.ts'

const minute = 60_000

/** What an environment asks where its policy does not say otherwise; no policy can ask less permission. */
export const environmentDefaults: EnvironmentPolicy = {
  permission: 'write',
  users: [],
  teams: [],
  approvals: 1,
  independence: 'usual',
  collect: 24 * 60 * minute,
  binding: ['commit'],
  ttl: 60 * minute,
  singleUse: false,
  fresh: false,
  checks: [],
  freeze: [],
}

export const builtInPolicy: Policy = {
  branches: [],
  environments: {production: environmentDefaults, staging: environmentDefaults},
  statementLife: 15 * minute,
  sensitivePaths: ['.github/**', 'infra/**', '**/migrations/**'],
  agents: ['*[bot]'],
}

/** The policy's rules for an environment; undefined when it does not name it. Names are compared exactly. */
export function findEnvironment(policy: Policy, environment: Environment): EnvironmentPolicy | undefined {
  // `constructor` is a well-formed environment name: only the policy's own members count.
  return Object.hasOwn(policy.environments, environment) ? policy.environments[environment] : undefined
}

/** The canonical text of a policy and its digest: what a receipt's `policy` names. */
export function sealPolicy(policy: Policy): {readonly text: string; readonly digest: Digest} {
  const text = canonicalJson(policy)
  return {text, digest: digestOf(text)}
}
