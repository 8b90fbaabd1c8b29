/** The check runs on the commit that can be authorized. */
import type {CommitSha} from '#protocol'
import {type Field, shown} from './answer.ts'
import type {Place} from './commits.ts'
import type {ChangeFacts, CheckRunFacts} from '../model/facts.ts'

const perPage = 100
const maxPages = 5

/** All runs, not the latest of each name: a later run of the same name hides an earlier one there (threats A46). */
export async function fetchChecks(
  {connection, at}: Place,
  sha: CommitSha,
): Promise<Pick<ChangeFacts, 'checks' | 'checksCut'>> {
  const checks: CheckRunFacts[] = []
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await connection.ask("the commit's check runs", (octokit) =>
      octokit.rest.checks.listForRef({...at, ref: sha, filter: 'all', per_page: perPage, page}),
    )
    const {body} = shown(answer, `the commit ${sha}`)
    const runs = body.at('check_runs').list()
    checks.push(...runs.map(parseRun))
    if (runs.length < perPage) return {checks, checksCut: checks.length < body.at('total_count').number()}
  }
  return {checks, checksCut: true}
}

const parseRun = (run: Field): CheckRunFacts => ({
  name: run.at('name').text(),
  app: run.at('app').optional()?.at('slug').optional()?.text() ?? '',
  status: run.at('status').text(),
  conclusion: run.at('conclusion').optional()?.text() ?? null,
})
