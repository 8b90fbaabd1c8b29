/** Stands in the package where the Action has the toolkit's HTTP client (see scripts/sdk-bundles.ts). */
import {type ClientRequest, type IncomingMessage, request as requestPlain} from 'node:http'
import {request as requestSecure} from 'node:https'

type Headers = Readonly<Record<string, string>>
interface Answer {
  readonly message: IncomingMessage
}

/** Follows no redirect and tries nothing twice, as the gate asks of the toolkit's client. */
export class HttpClient {
  readonly #agent: string
  readonly #open: ClientRequest[] = []

  constructor(agent: string) {
    this.#agent = agent
  }

  get(address: string, headers: Headers): Promise<Answer> {
    return this.#ask(address, {method: 'GET', headers})
  }

  post(address: string, body: string, headers: Headers): Promise<Answer> {
    const length = String(Buffer.byteLength(body))
    return this.#ask(address, {method: 'POST', headers: {...headers, 'content-length': length}}, body)
  }

  #ask(
    address: string,
    {method, headers}: {readonly method: string; readonly headers: Headers},
    body = '',
  ): Promise<Answer> {
    const open = address.startsWith('https:') ? requestSecure : requestPlain
    return new Promise((resolve, reject) => {
      const request = open(address, {method, headers: {...headers, 'user-agent': this.#agent}}, (message) =>
        resolve({message}),
      )
      request.on('error', reject)
      this.#open.push(request)
      request.end(body)
    })
  }

  dispose(): void {
    for (const request of this.#open) request.destroy()
  }
}
