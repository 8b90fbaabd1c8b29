/** A Lambda function's process: the built bundle under Lambda's own runtime client, which asks a Runtime API of ours. */
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {type IncomingMessage, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const client = join(root, '.nodes', 'lambda', 'node_modules', 'aws-lambda-ric')
export const bundle = join(root, 'build', 'lambda')

/** Why these tests cannot run, for the name of the skipped one. */
export const runtimeAbsent = existsSync(join(client, 'rapid-client.node'))
  ? undefined
  : 'aws-lambda-ric is absent; scripts/install-lambda.sh'

interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly settle: (kind: string, body: string) => void
}

export class LambdaProcess {
  /** Everything that the function wrote. */
  output = ''
  readonly #child: ChildProcess
  readonly #queue: Invocation[] = []
  readonly #inHand = new Map<string, Invocation>()
  readonly #server: ReturnType<typeof createServer>
  #idle: ServerResponse | undefined
  #calls = 0

  private constructor(handler: string, env: Readonly<Record<string, string>>, server: ReturnType<typeof createServer>) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response))
    this.#child = spawn(process.execPath, [join(client, 'index.mjs'), handler], {
      cwd: bundle,
      env: {
        ...env,
        _HANDLER: handler,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        LAMBDA_TASK_ROOT: bundle,
        AWS_LAMBDA_FUNCTION_NAME: handler,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
        AWS_LAMBDA_LOG_GROUP_NAME: handler,
        AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.output += data.toString()))
    }
    this.#child.once('exit', () => {
      for (const {settle} of [...this.#queue, ...this.#inHand.values()]) settle('error', this.output)
    })
  }

  static async start(handler: string, env: Readonly<Record<string, string>>): Promise<LambdaProcess> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LambdaProcess(handler, env, server)
  }

  /** One event; rejects with what the function's error says. */
  async call(event: unknown): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      const settle = (kind: string, body: string): void =>
        kind === 'response' ? resolve(JSON.parse(body)) : reject(new Error(body))
      this.#queue.push({id: String(++this.#calls), event, settle})
      this.#hand()
    })
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url?.endsWith('/invocation/next') === true) {
      this.#idle = response
      return this.#hand()
    }
    const [, id = '', kind = ''] = /\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? []
    this.#inHand.get(id)?.settle(kind, Buffer.concat(chunks).toString())
    this.#inHand.delete(id)
    response.writeHead(202).end('{"status":"OK"}')
  }

  /** An event to the process that waits for one. */
  #hand(): void {
    const next = this.#idle === undefined ? undefined : this.#queue.shift()
    if (next === undefined) return
    this.#inHand.set(next.id, next)
    this.#idle?.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:123456789012:function:countersign',
    })
    this.#idle?.end(JSON.stringify(next.event))
    this.#idle = undefined
  }
}
