/** The check runs "countersign / <environment>" of the commit: where the issuer leaves receipts on GitHub. */
import type {CommitSha} from '#protocol'
import {faultMember} from '../fault.ts'
import type {GateRequest, ReceiptSource} from '../../gate/ports.ts'
import {boundedFetch} from './bounded-fetch.ts'
import {CheckRunReader, type FetchPage, perPage} from './check-run-reader.ts'
import type {CheckRun} from './check-runs.ts'
import {Pace} from './rate-limit.ts'

/** A page of 100 check runs with texts of GitHub's limit of 65,535 bytes each stays below this. */
const maxPageBytes = 16 * 1024 * 1024

export interface GitHubAccess {
  readonly apiUrl: string
  readonly token: string
  /** The App whose check runs alone are asked for; absent: anybody's. */
  readonly app?: number | undefined
}

type Wanted = Pick<GateRequest, 'environment' | 'deployment'>

/** Anyone with a workflow may create such a check run: what is found is a candidate and nothing more. */
export function gitHubCheckRuns(wanted: Wanted, access: GitHubAccess): ReceiptSource {
  const pace = new Pace()
  const readers = new Map<CommitSha, CheckRunReader>()
  const {sha: deployed} = wanted.deployment
  const readerOf = (sha: CommitSha): CheckRunReader => {
    const reader = readers.get(sha) ?? new CheckRunReader(() => openCheckRuns(wanted, access, sha), pace)
    readers.set(sha, reader)
    return reader
  }
  return {
    name: 'GitHub',
    find: (limit) => readerOf(deployed).read(limit),
    revocationsOf: (sha) => ({
      name: `GitHub (${sha === deployed ? 'asked again' : `the commit ${sha}`})`,
      find: (limit) => readerOf(sha).readAnew(limit),
    }),
  }
}

const ownerAndName = (repository: string): {readonly owner: string; readonly repo: string} => {
  const [owner = '', repo = ''] = repository.split('/')
  return {owner, repo}
}

/** Octokit is loaded here and not before: it costs more than everything else that the gate does. */
async function openToolkit({apiUrl, token}: GitHubAccess) {
  const {getOctokit, defaults} = await import('./github-toolkit.ts')
  // The toolkit's own fetch is the one that honours http_proxy, https_proxy and no_proxy.
  const request = {fetch: boundedFetch(defaults.request?.fetch as typeof fetch, maxPageBytes)}
  return getOctokit(token, {baseUrl: apiUrl, request})
}

async function openCheckRuns(
  {environment, deployment}: Wanted,
  access: GitHubAccess,
  sha: CommitSha,
): Promise<FetchPage> {
  const octokit = await openToolkit(access)
  return async ({page, etag, limit}) => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...ownerAndName(deployment.repository),
      ref: sha,
      check_name: `countersign / ${environment}`,
      filter: 'latest',
      ...(access.app !== undefined && {app_id: access.app}),
      per_page: perPage,
      page,
      headers: etag === undefined ? {} : {'if-none-match': etag},
      request: {signal: limit},
    })
    return {runs: parseCheckRuns(answer.data), headers: answer.headers}
  }
}

/** Octokit's types are GitHub's promise; what came over the wire is looked at again. */
function parseCheckRuns(data: unknown): CheckRun[] {
  const runs: unknown = typeof data === 'object' && data !== null && 'check_runs' in data ? data.check_runs : undefined
  if (!Array.isArray(runs)) throw new TypeError('the answer has no list "check_runs"')
  return runs.map((run: unknown) => {
    const output: unknown = typeof run === 'object' && run !== null && 'output' in run ? run.output : undefined
    return {text: textMember(output, 'text'), summary: textMember(output, 'summary')}
  })
}

function textMember(output: unknown, name: 'text' | 'summary'): string {
  const value = faultMember(output, name)
  return typeof value === 'string' ? value : ''
}
