/** Asks GitHub, and says of each thing whether it was read, is not there, or could not be looked at. Nothing is thrown. */
import {isPlainObject, parseJson} from '#protocol'
import {describeOutage} from '../../../action/sources/outage.ts'

export type Answer<T = unknown> =
  | {readonly kind: 'read'; readonly value: T}
  /** What GitHub said with its 404: to whom may not know, a thing that is there is not there. */
  | {readonly kind: 'absent'; readonly message: string}
  /** Not seen, which is neither good nor bad. */
  | {readonly kind: 'unread'; readonly why: string}

export interface Access {
  /** Without a path behind it: https://api.github.com, or a server's …/api/v3. */
  readonly api: string
  /** A secret: it goes to this address alone. */
  readonly token: string
}

interface Asking {
  readonly accept: string
  readonly signal: AbortSignal
}

const limitMs = 10_000
const maxAnswerBytes = 8 * 1024 * 1024

export class GitHubReader {
  readonly #access: Access
  /** From the first refusal for asking too much on, nobody is asked any more. */
  #stopped: string | undefined

  constructor(access: Access) {
    this.#access = access
  }

  /** `path` begins with a slash. */
  async json(path: string): Promise<Answer> {
    const read = await this.#get(path, 'application/vnd.github+json')
    if (read.kind !== 'read') return read
    try {
      return {kind: 'read', value: JSON.parse(read.value) as unknown}
    } catch {
      return {kind: 'unread', why: 'the answer is no JSON'}
    }
  }

  /** A file as it is. */
  text(path: string): Promise<Answer<string>> {
    return this.#get(path, 'application/vnd.github.raw+json')
  }

  async #get(path: string, accept: string): Promise<Answer<string>> {
    if (this.#stopped !== undefined) return {kind: 'unread', why: this.#stopped}
    const signal = AbortSignal.timeout(limitMs)
    try {
      const answer = await this.#ask(`${this.#access.api}${path}`, {accept, signal})
      if (answer.ok) return await readBody(answer)
      const message = messageOf(await answer.text())
      // A plan without rules for branches has no rules, which is for everybody to know.
      if (answer.status === 404 || message.startsWith('Upgrade to GitHub')) return {kind: 'absent', message}
      return {kind: 'unread', why: this.#explain(answer)}
    } catch (fault) {
      return {kind: 'unread', why: describeOutage(fault, signal)}
    }
  }

  /** A repository that was renamed is told by a redirect on the same server; to another one the token does not go. */
  async #ask(address: string, {accept, signal}: Asking): Promise<Response> {
    const headers = {
      accept,
      authorization: `Bearer ${this.#access.token}`,
      'user-agent': 'countersign-doctor',
      'x-github-api-version': '2022-11-28',
    }
    const answer = await fetch(address, {redirect: 'manual', signal, headers})
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
    if (location === null) return answer
    const target = new URL(location, address)
    if (target.origin !== new URL(address).origin) return answer
    return await fetch(target, {redirect: 'error', signal, headers})
  }

  #explain({status, headers}: Response): string {
    const reset = Number(headers.get('x-ratelimit-reset'))
    const pause = headers.get('retry-after')
    if (status === 429 || (status === 403 && (headers.get('x-ratelimit-remaining') === '0' || pause !== null))) {
      const until =
        pause !== null
          ? `for ${pause} seconds`
          : reset > 0
            ? `until ${new Date(reset * 1000).toISOString().slice(0, 19)}Z`
            : 'for a while'
      this.#stopped = `GitHub takes no more requests of this token ${until} (rate limit)`
      return this.#stopped
    }
    if (status === 401) return 'GitHub does not take the token'
    return status === 403 ? 'the token may not read it' : `GitHub answered ${status}`
  }
}

function messageOf(text: string): string {
  const json = parseJson(text)
  const message = json.ok && isPlainObject(json.value) ? json.value['message'] : undefined
  return typeof message === 'string' ? message : ''
}

async function readBody(answer: Response): Promise<Answer<string>> {
  const text = await answer.text()
  return text.length > maxAnswerBytes
    ? {kind: 'unread', why: `more than ${maxAnswerBytes} characters`}
    : {kind: 'read', value: text}
}
