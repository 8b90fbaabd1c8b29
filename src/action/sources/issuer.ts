/** The issuer's list: GET /v1/receipts (formats §8). A courier only: what it hands over is verified like anything else. */
import type {HttpClient, HttpClientResponse} from '@actions/http-client'
import {type Origin, isPlainObject, parseJson} from '#protocol'
import type {GateRequest, ReceiptSource, SourceAnswer} from '../../gate.ts'
import {readBounded} from './bounded-fetch.ts'
import {describeOutage} from './outage.ts'

const maxBodyBytes = 1024 * 1024
const maxCandidates = 50

type Wanted = Pick<GateRequest, 'environment' | 'deployment'>

export function issuerReceipts(wanted: Wanted, issuer: Origin): ReceiptSource {
  return {
    name: `the issuer ${issuer}`,
    find: async (limit) => {
      // The toolkit's client goes through http_proxy, https_proxy and no_proxy. Loaded here and not before.
      const {HttpClient: Client} = await import('./http-client.ts')
      const client = new Client('countersign-gate', [], {allowRedirects: false, allowRetries: false})
      try {
        return await endedBy(limit, fetchReceipts(client, {address: addressOf(wanted, issuer), limit}))
      } catch (fault) {
        return {candidates: [], problem: describeOutage(fault, limit)}
      } finally {
        client.dispose()
      }
    },
  }
}

function addressOf({environment, deployment}: Wanted, issuer: Origin): string {
  const {repository, repositoryId, sha} = deployment
  const query = new URLSearchParams({repository, repository_id: String(repositoryId), environment, sha})
  return `${issuer}/v1/receipts?${query.toString()}`
}

async function fetchReceipts(
  client: HttpClient,
  {address, limit}: {readonly address: string; readonly limit: AbortSignal},
): Promise<SourceAnswer> {
  const {message} = await client.get(address, {accept: 'application/json'})
  limit.addEventListener('abort', () => message.destroy(), {once: true})
  const status = message.statusCode ?? 0
  if (status !== 200) {
    message.destroy()
    return unreachable(describeStatus(message, status))
  }
  return parseAnswer(await readBounded(message as AsyncIterable<Uint8Array>, maxBodyBytes))
}

/** A redirect is never followed: whoever answers for another address is not the issuer that was named. */
function describeStatus({headers}: HttpClientResponse['message'], status: number): string {
  return headers.location === undefined
    ? `it answered ${status}`
    : `it answered ${status}, a redirect, which is not followed`
}

const unreachable = (problem: string): SourceAnswer => ({candidates: [], problem})

/** The strict parser reads the whole list, so a receipt in it that has a name twice never becomes an object. */
function parseAnswer(body: Uint8Array): SourceAnswer {
  const json = parseJson(body)
  if (!json.ok) return unreachable(`its answer (200) is not the JSON that was asked for: ${json.reason}`)
  const receipts = isPlainObject(json.value) ? json.value['receipts'] : undefined
  if (!Array.isArray(receipts)) return unreachable('its answer (200) has no list "receipts"')
  return {candidates: receipts.slice(0, maxCandidates)}
}

/** The client knows no signal: a connection that never opens is left behind, and closed by dispose(). */
async function endedBy<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error('ended')), {once: true})
  })
  return Promise.race([work, ended])
}
