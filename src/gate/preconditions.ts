/** What must be so before any receipt is looked for: the job is the one it says, and its content is known. */
import type {Refusal, Result, TreeSha} from '#protocol'
import type {GateRequest, GateTools} from './ports.ts'

/** A job that holds the secrets of `production` must not pass as one of `staging`. */
export async function compareEnvironment({environment}: GateRequest, tools: GateTools): Promise<Refusal | undefined> {
  const named = await tools.issuer?.identity.environment(tools.limit())
  if (named === undefined || named === environment) return undefined
  return {
    code: 'environment_mismatch',
    authorized: environment,
    deploying: `${named} (named by the OIDC token of this job)`,
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
