/** The check runs "countersign / <environment>" of the commit: where the issuer leaves receipts on GitHub. */
import {maxReceiptBytes, parseJson, parseReceipt} from '#protocol'
import type {GateRequest, ReceiptSource, SourceAnswer} from '../../gate.ts'
import {faultMember} from '../fault.ts'
import {boundedFetch} from './bounded-fetch.ts'
import {describeOutage} from './outage.ts'

const maxPages = 3
const perPage = 100
const maxCandidates = 50
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
    find: async (limit) => {
      const pages: CheckRun[][] = []
      try {
        const fetchPage = await openCheckRuns(wanted, access)
        for (let page = 1; page <= maxPages; page++) {
          const runs = await fetchPage(page, limit)
          pages.push(runs)
          if (runs.length < perPage) break
        }
        return collect(pages.flat())
      } catch (fault) {
        return {...collect(pages.flat()), problem: describeGitHubOutage(fault, limit)}
      }
    },
  }
}

interface CheckRun {
  readonly text: string
}

/** Octokit is loaded here and not before: it costs more than everything else that the gate does. */
async function openCheckRuns({environment, deployment}: Wanted, {apiUrl, token}: GitHubAccess) {
  const {getOctokit, defaults} = await import('./github-toolkit.ts')
  // The toolkit's own fetch is the one that honours http_proxy, https_proxy and no_proxy.
  const request = {fetch: boundedFetch(defaults.request?.fetch as typeof fetch, maxPageBytes)}
  const octokit = getOctokit(token, {baseUrl: apiUrl, request})
  const [owner = '', repo = ''] = deployment.repository.split('/')
  return async (page: number, limit: AbortSignal): Promise<CheckRun[]> => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      owner,
      repo,
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
    const text: unknown = typeof output === 'object' && output !== null && 'text' in output ? output.text : undefined
    return {text: typeof text === 'string' ? text : ''}
  })
}

/** Junk is counted and costs no candidate, so a hundred false check runs do not hide the right one behind them. */
function collect(runs: readonly CheckRun[]): SourceAnswer {
  const texts = runs.map(({text}) => readFencedBlock(text)).filter((text) => text !== undefined && isReceiptForm(text))
  const candidates = [...new Set(texts)].slice(0, maxCandidates)
  return {candidates, skipped: runs.length - texts.length}
}

/** The content of the one fenced block; undefined for none, for two, and for one that is too long to be a receipt. */
export function readFencedBlock(text: string): string | undefined {
  const lines = text.split(/\r?\n/)
  const fences = lines.flatMap((line, i) => (/^```[a-z]*$/.test(line.trimEnd()) ? [i] : []))
  const [first, last] = fences
  if (fences.length !== 2 || first === undefined || last === undefined) return undefined
  const block = lines.slice(first + 1, last).join('\n')
  return block.length <= maxReceiptBytes ? block : undefined
}

/** Form alone: whether it holds is the gate's to decide. */
function isReceiptForm(text: string): boolean {
  const json = parseJson(text)
  return json.ok && parseReceipt(json.value).ok
}

function describeGitHubOutage(fault: unknown, limit: AbortSignal): string {
  const status = faultMember(fault, 'status')
  // Octokit says 500 where nothing answered; only a real answer comes with a response.
  const answered = faultMember(fault, 'response') !== undefined
  if (limit.aborted || typeof status !== 'number' || !answered) return describeOutage(fault, limit)
  if (status === 401) return 'it answered 401: the input "github-token" is not valid'
  if (status === 403 || status === 404) return `it answered ${status}: give the job the permission "checks: read"`
  return `it answered ${status}`
}
