/** Stands in the package where the Action has the toolkit's HTTP client (see scripts/sdk-package.ts). */
import {type ClientRequest, type IncomingMessage, get as getPlain} from 'node:http'
import {get as getSecure} from 'node:https'

/** Follows no redirect and tries nothing twice, as the gate asks of the toolkit's client. */
export class HttpClient {
  readonly #agent: string
  readonly #open: ClientRequest[] = []

  constructor(agent: string) {
    this.#agent = agent
  }

  get(address: string, headers: Readonly<Record<string, string>>): Promise<{readonly message: IncomingMessage}> {
    const get = address.startsWith('https:') ? getSecure : getPlain
    return new Promise((resolve, reject) => {
      const request = get(address, {headers: {...headers, 'user-agent': this.#agent}}, (message) => resolve({message}))
      request.on('error', reject)
      this.#open.push(request)
    })
  }

  dispose(): void {
    for (const request of this.#open) request.destroy()
  }
}
