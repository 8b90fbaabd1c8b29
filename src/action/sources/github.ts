/** The check runs "countersign / <environment>" of the commit: where the issuer leaves receipts on GitHub. */
import {faultMember} from '../fault.ts'
import type {GateRequest, ReceiptSource} from '../../gate/ports.ts'
import {boundedFetch} from './bounded-fetch.ts'
import {type CheckRun, readCheckRuns} from './check-runs.ts'
import {describeOutage} from './outage.ts'

const maxPages = 3
const perPage = 100
/** A page of 100 check runs with texts of GitHub's limit of 65,535 characters each stays below this. */
const maxPageBytes = 16 * 1024 * 1024

export interface GitHubAccess {
  readonly apiUrl: string
  readonly token: string
}

type Wanted = Pick<GateRequest, 'environment' | 'deployment'>

/** Anyone with a workflow may create such a check run: what is found is a candidate and nothing more. */
export function gitHubCheckRuns(wanted: Wanted, access: GitHubAccess): ReceiptSource {
  return {
    name: 'GitHub',
    holdsRevocations: true,
    find: async (limit) => {
      const pages: CheckRun[][] = []
      try {
        const fetchPage = await openCheckRuns(wanted, access)
        for (let page = 1; page <= maxPages; page++) {
          const runs = await fetchPage(page, limit)
          pages.push(runs)
          if (runs.length < perPage) break
        }
        return readCheckRuns(pages.flat())
      } catch (fault) {
        return {...readCheckRuns(pages.flat()), problem: describeGitHubOutage(fault, limit, 'checks: read')}
      }
    },
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

async function openCheckRuns({environment, deployment}: Wanted, access: GitHubAccess) {
  const octokit = await openToolkit(access)
  return async (page: number, limit: AbortSignal): Promise<CheckRun[]> => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...ownerAndName(deployment.repository),
      ref: deployment.sha,
      check_name: `countersign / ${environment}`,
      filter: 'latest',
      per_page: perPage,
      page,
      request: {signal: limit},
    })
    return parseCheckRuns(answer.data)
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

function describeGitHubOutage(fault: unknown, limit: AbortSignal, permission: string): string {
  const status = faultMember(fault, 'status')
  // Octokit says 500 where nothing answered; only a real answer comes with a response.
  const answered = faultMember(fault, 'response') !== undefined
  if (limit.aborted || typeof status !== 'number' || !answered) return describeOutage(fault, limit)
  if (status === 401) return 'it answered 401: the input "github-token" is not valid'
  if (status === 403 || status === 404) return `it answered ${status}: give the job the permission "${permission}"`
  return `it answered ${status}`
}
