/** The query of GET /v1/receipts -> what is to be looked up, or every problem with it at once. */
import {
  type RepositoryId,
  type Result,
  parseCommitSha,
  parseEnvironment,
  parseRepositoryId,
  parseRepositoryName,
  parseTreeSha,
} from '#protocol'
import {readingQuery} from './query.ts'
import type {Lookup} from '../model/lookups.ts'

export type ReceiptQuestion = Omit<Extract<Lookup, {by: 'scope'}>, 'viewer'>

type Query = Result<ReceiptQuestion, readonly string[]>

/** `all` gives a parameter's values in the order of the query. */
export function readReceiptQuery(all: (name: string) => readonly string[] | undefined): Query {
  const {read, problems} = readingQuery(all)
  const name = read('repository', parseRepositoryName, 'owner/name')
  const id = read('repository_id', parseDecimalId, 'a decimal id')
  const environment = read('environment', parseEnvironment, 'an environment name')
  const sha = read('sha', parseCommitSha, '40 or 64 lower-case hex digits')
  const tree = read('tree', parseTreeSha, '40 or 64 lower-case hex digits')
  if (problems.length > 0) return {ok: false, fault: problems}
  const repository = id ?? name
  if (repository === undefined) problems.push('repository (owner/name) or repository_id is missing')
  if (environment === undefined) problems.push('environment is missing')
  if (sha === undefined && tree === undefined) problems.push('sha or tree is missing')
  if (repository === undefined || environment === undefined || problems.length > 0) return {ok: false, fault: problems}
  return {ok: true, value: {by: 'scope', repository, environment, sha, tree}}
}

const parseDecimalId = (text: string): RepositoryId | undefined =>
  /^(0|[1-9][0-9]{0,15})$/.test(text) ? parseRepositoryId(Number(text)) : undefined
