/** A Lambda function's process: the built bundle under Lambda's own runtime client, which asks a Runtime API of ours. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {type IncomingMessage, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {compileCache} from '../../sandbox/programs.ts'
import {askShared} from '../run/shared.ts'

const root = join(import.meta.dirname, '..', '..')
const client = join(root, '.nodes', 'lambda', 'node_modules', 'aws-lambda-ric')
export const bundle = join(root, 'build', 'lambda')

/** Why these tests cannot run, for the name of the skipped one. */
export const runtimeAbsent = existsSync(join(client, 'rapid-client.node'))
  ? undefined
  : 'aws-lambda-ric is absent; scripts/install-lambda.sh'

/** Once in a run of the tests. */
export async function buildLambda(): Promise<void> {
  if ((await askShared('lambda')) === undefined) execFileSync(process.execPath, [join(root, 'scripts', 'lambda.ts')])
}

interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly settle: (kind: string, body: string) => void
}

export class LambdaProcess {
  /** Everything that the function wrote. */
  output = ''
  readonly #spawn: () => ChildProcess
  readonly #twin: () => Promise<LambdaProcess>
  #child: ChildProcess | undefined
  readonly #queue: Invocation[] = []
  readonly #inHand = new Map<string, Invocation>()
  readonly #server: ReturnType<typeof createServer>
  #idle: ServerResponse | undefined
  #calls = 0

  private constructor(handler: string, env: Readonly<Record<string, string>>, server: ReturnType<typeof createServer>) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response))
    const variables = {
      ...compileCache(),
      ...env,
      _HANDLER: handler,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: bundle,
      AWS_LAMBDA_FUNCTION_NAME: handler,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_LOG_GROUP_NAME: handler,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    }
    const command = [join(client, 'index.mjs'), handler]
    this.#twin = () => LambdaProcess.start(handler, env)
    this.#spawn = () =>
      spawn(process.execPath, command, {cwd: bundle, env: variables, stdio: ['ignore', 'pipe', 'pipe']})
  }

  static async start(handler: string, env: Readonly<Record<string, string>>): Promise<LambdaProcess> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LambdaProcess(handler, env, server)
  }

  /** One event, of which the first is a cold start; rejects with what the function's error says. */
  async call(event: unknown): Promise<unknown> {
    if (this.#child === undefined) this.#begin()
    return await new Promise((resolve, reject) => {
      const settle = (kind: string, body: string): void =>
        kind === 'response' ? resolve(JSON.parse(body)) : reject(new Error(body))
      this.#queue.push({id: String(++this.#calls), event, settle})
      this.#hand()
    })
  }

  /** Another instance of the function, as Lambda starts one for an event that comes while this one is busy. */
  async twin(): Promise<LambdaProcess> {
    return await this.#twin()
  }

  /** As at its time limit: what it had in hand fails, and the next event finds a cold start. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  /** Between two events Lambda takes the processor away from a process, for as long as it likes. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async close(): Promise<void> {
    await this.kill()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #begin(): void {
    const child = this.#spawn()
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.output += data.toString()))
    }
    child.once('exit', () => {
      this.#child = this.#idle = undefined
      for (const {settle} of [...this.#queue.splice(0), ...this.#inHand.values()]) settle('error', this.output)
      this.#inHand.clear()
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url?.endsWith('/invocation/next') === true) {
      // The last question of a process that was killed is heard after its end: nobody waits for the answer.
      response.once('close', () => {
        if (this.#idle === response) this.#idle = undefined
      })
      if (response.destroyed) return
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
