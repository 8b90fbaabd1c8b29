/**
 * AWS on loopback for tests: moto's server, and a door in front of its DynamoDB that makes it keep DynamoDB's promises.
 * moto carries out two transactions at once as if they were one and forgets client tokens, so the door lets requests in
 * one at a time and remembers the tokens that succeeded; and it gives tables no ids, so the door does. It can also fail
 * as AWS does.
 */
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {type IncomingMessage, type Server, createServer, request} from 'node:http'
import type {AddressInfo} from 'node:net'
import {askShared} from '../run/shared.ts'
import {type Moto, motoAbsent, startMoto} from '../run/moto.ts'

/** Why these tests cannot run, for the name of the skipped one. */
export const emulatorAbsent = motoAbsent

export const credentials = {accessKeyId: 'test', secretAccessKey: 'test'}
export const region = 'eu-central-1'

/** What the door does with a request: `cut` carries it out and hangs up, `drop` hangs up before, `hang` never answers. */
export type Fault = 'cut' | 'drop' | 'hang' | {readonly status: number; readonly body: object}

export interface DynamoRequest {
  /** As `TransactWriteItems`. */
  readonly operation: string
  readonly body: string
  /** The access key that signed it. */
  readonly caller: string
}

/** What is to happen to a request; undefined lets it pass. */
export type Choose = (request: DynamoRequest) => Fault | undefined | Promise<Fault | undefined>

export interface Emulator {
  /** Of everything but DynamoDB. */
  readonly url: string
  /** Of DynamoDB, through the door. */
  readonly dynamoUrl: string
  /** Asked about each request, in order; undefined lets it pass. */
  failWith(choose: Choose | undefined): void
  /** Asked before that, for as long as the emulator runs. */
  guardWith(choose: Choose): void
  /** Names of tables and queues are free again. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function startEmulator(): Promise<Emulator> {
  const moto = await takeMoto()
  const {url} = moto
  let [choose, guard]: [Choose | undefined, Choose | undefined] = [undefined, undefined]
  const door = await openDoor(url, async (request) => (await guard?.(request)) ?? (await choose?.(request)))
  return {
    url,
    dynamoUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    failWith: (next) => (choose = next),
    guardWith: (next) => (guard = next),
    empty: () => emptyMoto(url),
    close: async () => {
      door.closeAllConnections()
      await new Promise((resolve) => door.close(resolve))
      await moto.close()
    },
  }
}

/** The worker's own is used by one file at a time, and within that by one emulator: another has a moto to itself. */
let isTaken = false

async function takeMoto(): Promise<Moto> {
  const url = isTaken ? undefined : await askShared('moto')
  if (url === undefined) return await startMoto()
  isTaken = true
  // A file that came to a bad end left it as it was.
  await emptyMoto(url)
  return {
    url,
    close: async () => {
      await emptyMoto(url)
      isTaken = false
    },
  }
}

/** Over a connection of its own, as below. */
async function emptyMoto(url: string): Promise<void> {
  const asking = request(`${url}/moto-api/reset`, {method: 'POST', agent: false}).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`moto keeps what it has: ${await readBody(answer)}`)
  answer.resume()
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function openDoor(url: string, choose: Choose): Promise<Server> {
  const succeeded = new Map<string, Answer>()
  let turn: Promise<unknown> = Promise.resolve()
  const carryOut = (headers: IncomingMessage['headers'], request: DynamoRequest): Promise<Answer> => {
    const answer = turn.then(async () => {
      const token = tokenOf(request)
      const known = token === undefined ? undefined : succeeded.get(token)
      if (known !== undefined) return known
      const answered = withTableId(request, await forward(url, headers, request.body))
      if (token !== undefined && answered.status === 200) succeeded.set(token, answered)
      return answered
    })
    turn = answer.catch(() => undefined)
    return answer
  }
  const server = createServer((incoming, response) => {
    void readBody(incoming).then(async (body) => {
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
      const caller = /Credential=([^/]+)\//.exec(incoming.headers.authorization ?? '')?.[1] ?? ''
      const asked = {operation, body, caller}
      const fault = await choose(asked)
      if (fault === 'drop') return incoming.socket.destroy()
      if (fault === 'hang') return
      const answer =
        typeof fault === 'object'
          ? {status: fault.status, body: JSON.stringify(fault.body)}
          : await carryOut(incoming.headers, asked)
      if (fault === 'cut') return incoming.socket.destroy()
      response.writeHead(answer.status, {'content-type': 'application/x-amz-json-1.0'}).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** The id of a table is its own: neither one of its name nor a copy of it has the same. */
function withTableId({operation}: DynamoRequest, answer: Answer): Answer {
  if (operation !== 'DescribeTable' || answer.status !== 200) return answer
  const {Table} = JSON.parse(answer.body) as {Table: {TableArn: string; CreationDateTime: number}}
  const born = createHash('sha256').update(`${Table.TableArn} ${Table.CreationDateTime}`).digest('hex')
  const TableId = born.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')
  return {...answer, body: JSON.stringify({Table: {...Table, TableId}})}
}

const tokenOf = ({operation, body}: DynamoRequest): string | undefined =>
  operation === 'TransactWriteItems' ? /"ClientRequestToken":"([^"]+)"/.exec(body)?.[1] : undefined

/** Each time over a connection of its own: moto closes idle ones, and a request must not meet the end of one. */
async function forward(url: string, headers: IncomingMessage['headers'], body: string): Promise<Answer> {
  const kept = ['x-amz-target', 'authorization', 'content-type', 'x-amz-date'] as const
  const given = Object.fromEntries(kept.map((name) => [name, String(headers[name])]))
  const asking = request(url, {method: 'POST', agent: false, headers: given}).end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return {status: answer.statusCode ?? 0, body: await readBody(answer)}
}

/** An error as DynamoDB words it. */
export const refusal = (status: number, type: string, more: object = {}): Fault => ({
  status,
  body: {__type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more},
})

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
