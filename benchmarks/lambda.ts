/**
 * What the issuer costs on Lambda, beside a function that does nothing: a cold start to its first answer, and a webhook
 * on a warm one, turn by turn under Lambda's own runtime client: `node benchmarks/lambda.ts`. Fails nothing.
 */
import {createHmac, randomUUID} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {CreateQueueCommand, SQSClient, SendMessageCommand} from '@aws-sdk/client-sqs'
import {credentials, region} from '../__tests__/aws/emulator.ts'
import {LambdaProcess, bundle} from '../__tests__/aws/lambda-process.ts'
import {narrowPayload} from '../issuer/inbox/narrow.ts'
import {type CloudStage, absent, openCloud} from '../__tests__/aws/cloud-stage.ts'
import {quantile} from './rounds.ts'

const [coldStarts, warmCalls] = [9, 300]

const say = (words: string): void => void process.stdout.write(`${words}\n`)
const note = (words: string): void => void process.stderr.write(`${words} …\n`)

interface Example {
  readonly name: string
  readonly examples: readonly object[]
}

/** A push to a branch, as GitHub once sent one. */
function readPush(): object {
  const recorded = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[]
  const pushes = recorded.find(({name}) => name === 'push')?.examples ?? []
  const wanted = pushes.find((one) => narrowPayload('push', one) !== undefined)
  if (wanted === undefined) throw new Error('no recorded push is one that the issuer wants')
  return wanted
}

const push = JSON.stringify(readPush())

/** A Function URL's event (payload 2.0) with a delivery that was never there before. */
function delivery(name: 'push' | 'ping', secret: string): object {
  const body = name === 'ping' ? '{"zen": "Design for failure."}' : push
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = {
    'content-type': 'application/json',
    'x-github-event': name,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signature,
  }
  const [path, method] = ['/github/webhook', 'POST']
  const http = {method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: ''}
  const requestContext = {accountId: 'x', apiId: 'x', domainName: 'x', http, requestId: 'x', stage: '$default'}
  return {version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: '', headers, requestContext, body}
}

type Call = () => Promise<void>

/** A function that cannot be loaded never asks for its event. */
async function giveUp(): Promise<never> {
  await sleep(20_000, undefined, {ref: false})
  throw new Error('a function gave no answer within 20 seconds')
}

/** The times of each, turn by turn, in milliseconds. */
async function timeInTurn<Name extends string>(
  calls: Readonly<Record<Name, Call>>,
  turns: number,
  before: () => Promise<unknown>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const rows = Object.entries<Call>(calls).map(([name, call]) => ({name, call, times: [] as number[]}))
  for (let turn = 0; turn < turns; turn++) {
    for (const {call, times} of rows) {
      await before()
      const start = performance.now()
      await Promise.race([call(), giveUp()])
      times.push(performance.now() - start)
    }
  }
  return Object.fromEntries(rows.map(({name, times}) => [name, times])) as Record<Name, number[]>
}

function table(title: string, rows: Readonly<Record<string, readonly number[]>>): void {
  say(`\n${title}`)
  for (const [name, times] of Object.entries(rows)) {
    const at = (part: number): string => `${quantile(times, part).toFixed(1).padStart(8)} ms`
    say(`  ${name.padEnd(50)} p50 ${at(0.5)}   p99 ${at(0.99)}`)
  }
}

/** Throws unless the answer is the right one: times of refusals are not what is asked for. */
const answering =
  (wanted: RegExp, call: () => Promise<unknown>): Call =>
  async () => {
    const {body = ''} = (await call()) as {readonly body?: string}
    const text = Buffer.from(body, 'base64').toString()
    if (!wanted.test(text) && !wanted.test(body)) throw new Error(`answered ${body}`)
  }

async function compare({cloud, emulator, webhookSecret}: CloudStage, nothing: LambdaProcess): Promise<void> {
  const idle = answering(/^$/, () => nothing.call({}))
  const kept = answering(/"kept"/, () => cloud.web.call(delivery('push', webhookSecret)))
  const ping = answering(/"ignored"/, () => cloud.web.call(delivery('ping', webhookSecret)))
  note('cold starts')
  const both = async (): Promise<void> => {
    await Promise.all([nothing.kill(), cloud.web.kill()])
    await sleep(100) // What they asked for last has then been heard, and dropped.
  }
  table(
    `From a new process to its first answer, ${coldStarts} cold starts each`,
    await timeInTurn(
      {'a function that does nothing': idle, 'the web function: a push, kept in the queue': kept},
      coldStarts,
      both,
    ),
  )
  note('warm calls')
  const sqs = new SQSClient({endpoint: emulator.url, region, credentials})
  const {QueueUrl} = await sqs.send(new CreateQueueCommand({QueueName: 'beside'}))
  const queue: Call = async () => {
    await sqs.send(new SendMessageCommand({QueueUrl, MessageBody: push}))
  }
  const warm = {
    'a function that does nothing': idle,
    'a delivery that is verified and not wanted': ping,
    'a push that is verified and kept in the queue': kept,
    "the emulator's queue alone": queue,
  }
  for (const call of Object.values(warm)) await call()
  table(`A webhook on a warm function, ${warmCalls} each`, await timeInTurn(warm, warmCalls, () => Promise.resolve()))
  sqs.destroy()
}

if (absent !== undefined) say(`The Lambda benchmark is skipped: ${absent}.`)
else {
  note('the bundle, the emulator and the runtime client')
  const stage = await openCloud()
  await stage.cloud.schedule.call({begin: 'ledger'})
  writeFileSync(join(bundle, 'nothing.js'), 'export const nothing = async () => ({statusCode: 202})\n')
  const nothing = await LambdaProcess.start('nothing.nothing', {})
  try {
    say(`node ${process.version} under aws-lambda-ric; DynamoDB, SQS and Secrets Manager by moto, all on this machine`)
    await compare(stage, nothing)
  } finally {
    await nothing.close()
    await stage.close()
  }
}
