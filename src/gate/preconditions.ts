/** What must be so before any receipt is looked for: the job is the one it says, and its content is known. */
import type {Refusal, Result, TreeSha} from '#protocol'
import type {GateOutcome, GateRequest, GateTools} from './ports.ts'

/** A job that holds the secrets of `production` must not pass as one of `staging`. A service that fails says neither. */
export async function compareEnvironment(
  {environment}: GateRequest,
  {identity, limit}: Pick<GateTools, 'identity' | 'limit'>,
): Promise<Result<GateOutcome['jobEnvironment'], Refusal>> {
  const answer = await identity.environment(limit())
  switch (answer.kind) {
    case 'unnamed':
    case 'no token':
      return {ok: true, value: answer.kind}
    case 'unknown': {
      const problem = `which environment GitHub gives this job is not known: ${answer.problem}`
      return {ok: false, fault: {code: 'source_unreachable', problems: [problem]}}
    }
    case 'named': {
      if (answer.environment === environment) return {ok: true, value: 'named'}
      const deploying = `${answer.environment} (named by the OIDC token of this job)`
      return {ok: false, fault: {code: 'environment_mismatch', authorized: environment, deploying}}
    }
    default:
      return answer satisfies never
  }
}

/** The tree of what is deployed; undefined for a job that compares commits. */
export async function readContent(
  {match}: GateRequest,
  {readTree, progress}: GateTools,
): Promise<Result<TreeSha | undefined, Refusal>> {
  if (match === 'commit') return {ok: true, value: undefined}
  const answer = await readTree(progress)
  return answer.ok ? answer : {ok: false, fault: {code: 'source_unreachable', problems: [answer.fault]}}
}
