/** The fetch that all of Octokit's requests go through: bounded in time and size, and never led to another host. */
import {unusable} from './unavailable.ts'

/** A comparison of 300 files with their patches is the largest answer asked for, some megabytes. */
const maxAnswerBytes = 16 * 1024 * 1024
const maxRedirects = 3

interface Bounds {
  /** Every request goes to this origin or nowhere: its token is not for others. */
  readonly origin: string
  readonly timeLimitMs: number
}

/** GitHub answers 301 or 307 for a renamed repository; the asker compares ids, so following within the host is safe. */
export function boundFetch({origin, timeLimitMs}: Bounds): typeof fetch {
  return async (input, init) => {
    // One limit over everything, the redirects and the body too: a slow trickle ends like silence does.
    const signal = AbortSignal.timeout(timeLimitMs)
    let address = new URL(input instanceof Request ? input.url : String(input))
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      if (address.origin !== origin) throw unusable('GitHub leads to another host')
      const answer = await fetch(address, {...init, redirect: 'manual', signal})
      const next = readRedirect(answer, {address, method: init?.method ?? 'GET'})
      if (next === undefined) return readWhole(answer)
      await answer.body?.cancel()
      address = next
    }
    throw unusable(`GitHub redirects more than ${maxRedirects} times`)
  }
}

/** Only 307 and 308 promise that a request which changes something may be sent again as it is. */
function readRedirect(
  answer: Response,
  {address, method}: {readonly address: URL; readonly method: string},
): URL | undefined {
  const followed = method === 'GET' ? [301, 302, 307, 308] : [307, 308]
  const target = answer.headers.get('location')
  if (!followed.includes(answer.status) || target === null || !URL.canParse(target, address.href)) return undefined
  return new URL(target, address)
}

/** The answer with its body in memory. Octokit takes any text for a success, so what is not JSON is refused here. */
async function readWhole(answer: Response): Promise<Response> {
  // Octokit takes every status below 400 for a success, a redirect that was not followed too.
  if (answer.status >= 300 && answer.status < 400) throw unusable('GitHub redirects elsewhere')
  const body = await readBody(answer)
  const headers = new Headers(answer.headers)
  const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(headers.get('content-type') ?? '')
  headers.delete('content-type')
  if (isJson) headers.set('content-type', 'application/json; charset=utf-8')
  else if (answer.ok && body.length > 0) throw unusable('GitHub answered something else than JSON')
  const whole = new Response(isJson && body.length > 0 ? body : null, {status: answer.status, headers})
  // A made Response has no address; decisions record which of GitHub's paths answered.
  return Object.defineProperty(whole, 'url', {value: answer.url})
}

async function readBody(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = answer.body
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxAnswerBytes) throw unusable(`GitHub answered more than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
