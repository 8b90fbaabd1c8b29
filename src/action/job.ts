/** Reads what the runner says about this job: the GITHUB_* variables and the event's payload file. */
import type {Result} from '#protocol'
import {readBounded} from './sources/bounded-file.ts'

export interface Job {
  readonly event: string
  readonly sha: string
  readonly repository: string
  readonly repositoryId: string
  readonly payload: EventPayload
  readonly workspace: string
  readonly apiUrl: string
  /** Empty outside a workflow. */
  readonly runId: string
}

/** Or why it cannot be read. */
export type EventPayload = Result<unknown, string>

/** GitHub caps a webhook's payload at 25 MB. */
const maxPayloadBytes = 32 * 1024 * 1024

export function readJob(env: Readonly<Record<string, string | undefined>>): Job {
  return {
    event: env['GITHUB_EVENT_NAME'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    repositoryId: env['GITHUB_REPOSITORY_ID'] ?? '',
    payload: readPayload(env['GITHUB_EVENT_PATH'] ?? ''),
    workspace: env['GITHUB_WORKSPACE'] ?? '',
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    runId: env['GITHUB_RUN_ID'] ?? '',
  }
}

/**
 * Plain JSON.parse, on purpose: the runner writes this file, it is no proof, and people put numbers such as 1.0 or deep
 * objects into a deployment's payload, which the strict parser would refuse. Only named members are read from it.
 */
function readPayload(path: string): EventPayload {
  if (path === '') return {ok: false, fault: 'GITHUB_EVENT_PATH is not set'}
  const file = readBounded(path, maxPayloadBytes)
  if (file.kind !== 'read') return {ok: false, fault: `the event's payload cannot be read (${file.problem})`}
  try {
    return {ok: true, value: JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(file.bytes))}
  } catch {
    return {ok: false, fault: "the event's payload is not JSON"}
  }
}
