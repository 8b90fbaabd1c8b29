/** The query of GET /v1/audit -> what is asked, or every problem with it at once. */
import {
  type Environment,
  type RepositoryName,
  type Result,
  type SecondsTime,
  parseEnvironment,
  parseMoment,
  parseRepositoryName,
  printSecondsTime,
} from '#protocol'
import {readingQuery} from '../query.ts'

export interface AuditQuestion {
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly at: SecondsTime
}

type Query = Result<AuditQuestion, readonly string[]>

/** `now` in milliseconds: the moment that is meant when none is named. */
export function readAuditQuery(all: (name: string) => readonly string[] | undefined, now: number): Query {
  const {read, problems} = readingQuery(all)
  const repository = read('repository', parseRepositoryName, 'owner/name')
  const environment = read('environment', parseEnvironment, 'an environment name')
  const at = read('at', parseMoment, 'a time YYYY-MM-DDTHH:MMZ or YYYY-MM-DDTHH:MM:SSZ') ?? printSecondsTime(now)
  if (problems.length > 0) return {ok: false, fault: problems}
  if (repository === undefined) problems.push('repository (owner/name) is missing')
  if (environment === undefined) problems.push('environment is missing')
  if (repository === undefined || environment === undefined) return {ok: false, fault: problems}
  return {ok: true, value: {repository, environment, at}}
}
