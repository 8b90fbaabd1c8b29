/** One request and its answer: no redirect, no second try, a bounded body, and an end in time. */
import {readBounded} from '../sources/bounded-fetch.ts'

export interface IssuerRequest {
  readonly method: 'GET' | 'POST'
  readonly address: string
  /** Shown as a bearer. */
  readonly token?: string | undefined
  /** JSON text. */
  readonly body?: string | undefined
  readonly maxBytes: number
  readonly limit: AbortSignal
  /** Statuses whose body is read; of all others it is left. */
  readonly read: readonly number[]
}

export interface Reply {
  readonly status: number
  /** Empty where it was not read. */
  readonly body: Uint8Array
  /** The status in words. */
  readonly described: string
}

/** Throws for an outage; describeOutage has the words for it. */
export async function exchange(question: IssuerRequest): Promise<Reply> {
  // The toolkit's client goes through http_proxy, https_proxy and no_proxy. Loaded here and not before.
  const {HttpClient: Client} = await import('./http-client.ts')
  const client = new Client('countersign-gate', [], {allowRedirects: false, allowRetries: false})
  try {
    return await endedBy(question.limit, ask(client, question))
  } finally {
    client.dispose()
  }
}

type Client = Pick<InstanceType<(typeof import('./http-client.ts'))['HttpClient']>, 'get' | 'post'>

async function ask(
  client: Client,
  {method, address, token, body, maxBytes, limit, read}: IssuerRequest,
): Promise<Reply> {
  const headers = {
    accept: 'application/json',
    ...(token !== undefined && {authorization: `Bearer ${token}`}),
    ...(body !== undefined && {'content-type': 'application/json'}),
  }
  const asking = method === 'GET' ? client.get(address, headers) : client.post(address, body ?? '', headers)
  const {message} = await asking
  limit.addEventListener('abort', () => message.destroy(), {once: true})
  const status = message.statusCode ?? 0
  const described = describeStatus(status, message.headers.location)
  if (!read.includes(status)) {
    message.destroy()
    return {status, described, body: new Uint8Array()}
  }
  return {status, described, body: await readBounded(message as AsyncIterable<Uint8Array>, maxBytes)}
}

/** A redirect is never followed: whoever answers for another address is not the one that was named. */
const describeStatus = (status: number, location: string | undefined): string =>
  location === undefined ? `it answered ${status}` : `it answered ${status}, a redirect, which is not followed`

/** The client knows no signal: a connection that never opens is left behind, and closed by dispose(). */
async function endedBy<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error('ended')), {once: true})
  })
  return Promise.race([work, ended])
}
