/** Lambda's Invoke on loopback: hands the event to the process of the function that is asked, and gives what it says. */
import {once} from 'node:events'
import {type IncomingMessage, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {LambdaProcess} from './lambda-process.ts'

/** Instead of an answer; `hang up` has none. */
export type InvokeFault = 'hang up' | {readonly status: number; readonly type: string}

/** Whether a caller, by the access key that signed its request, may invoke a function. */
export type MayInvoke = (caller: string, name: string) => boolean

export class InvokeApi {
  /** By the names that the functions are invoked under. */
  readonly functions = new Map<string, Pick<LambdaProcess, 'call'>>()
  /** The names that were asked for, in order. */
  readonly asked: string[] = []
  /** What the next requests get. */
  readonly faults: InvokeFault[] = []
  readonly #mayInvoke: MayInvoke
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  private constructor(mayInvoke: MayInvoke) {
    this.#mayInvoke = mayInvoke
  }

  static async start(mayInvoke: MayInvoke): Promise<InvokeApi> {
    const api = new InvokeApi(mayInvoke)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const refuse = (status: number, type: string): unknown =>
      response.writeHead(status, {'x-amzn-errortype': type}).end(JSON.stringify({Type: 'User', Message: type}))
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? []
    this.asked.push(name)
    const fault = this.faults.shift()
    if (fault === 'hang up') return void request.socket.destroy()
    if (fault !== undefined) return void refuse(fault.status, fault.type)
    const caller = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const asked = this.functions.get(name)
    if (asked === undefined) return void refuse(404, 'ResourceNotFoundException')
    if (!this.#mayInvoke(caller, name)) return void refuse(403, 'AccessDeniedException')
    await asked.call(JSON.parse(Buffer.concat(chunks).toString())).then(
      (answer) => response.writeHead(200).end(JSON.stringify(answer)),
      (failed: unknown) =>
        response
          .writeHead(200, {'x-amz-function-error': 'Unhandled'})
          .end(JSON.stringify({errorMessage: String(failed)})),
    )
  }
}
