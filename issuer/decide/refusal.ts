/** Why what a job says of a receipt is refused. The code is API (docs/routes.md). */
import type {SecondsTime} from '#protocol'
import type {Run} from '../model/state.ts'

export type Refusal =
  | {readonly code: 'query_invalid' | 'body_invalid' | 'body_too_large'; readonly problem: string}
  | {readonly code: 'caller_unknown' | 'revoked' | 'reports_exhausted' | 'github_unreachable'}
  | {readonly code: 'expired'; readonly expiresAt: SecondsTime}
  | {readonly code: 'repository_mismatch' | 'commit_mismatch'; readonly authorized: string; readonly shown: string}
  | {readonly code: 'environment_mismatch'; readonly authorized: string}
  | {readonly code: 'workflow_refused'; readonly branch: string}
  | {readonly code: 'already_used'; readonly run: Run; readonly at: SecondsTime}
