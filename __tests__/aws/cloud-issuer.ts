/** The issuer on AWS as a stage's issuer: its queue is worked off and its schedule beats while it is open. */
import {setTimeout as sleep} from 'node:timers/promises'
import {type AttributeValue, UpdateItemCommand, paginateScan} from '@aws-sdk/client-dynamodb'
import type {IssuerOptions} from '../../sandbox/issuer-process.ts'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import type {ClaimRow, Elsewhere, Issuer} from '../acceptance/home.ts'
import {runProgram} from '../acceptance/operator.ts'
import {Cloud} from './cloud.ts'
import {type Emulator, credentials, region} from './emulator.ts'
import type {LambdaProcess} from './lambda-process.ts'
import {dynamoClient} from './tables.ts'

/** As infra/template.yaml has it. */
const beatMs = 60_000
/**
 * What comes to the queue otherwise than through the URL is found by looking. Long polling, and looking all the time,
 * keep the emulator busy.
 */
const pollMs = 250

export class CloudIssuer implements Issuer {
  readonly cloud: Cloud
  readonly url: string
  readonly hookUrl: string
  readonly pin: string
  readonly ledgerKey: string
  readonly elsewhere: Elsewhere
  #open: AbortController | undefined
  #running: Promise<unknown> = Promise.resolve()
  #faults = ''
  #isClosed = false

  private constructor(cloud: Cloud, emulator: Emulator, told: {readonly pin: string; readonly ledgerKey: string}) {
    this.cloud = cloud
    this.url = cloud.url
    this.hookUrl = `${cloud.url}/github/webhook`
    this.pin = told.pin
    this.ledgerKey = told.ledgerKey
    this.elsewhere = tableOf(cloud, emulator)
  }

  /** With a ledger that was just begun. */
  static async start(emulator: Emulator, options: IssuerOptions): Promise<CloudIssuer> {
    const {githubUrl, webhookSecret, app, oidcIssuer, env} = options
    if (app === undefined) throw new Error('the functions of infra/template.yaml take a GitHub App alone')
    const cloud = await Cloud.start({
      emulator,
      githubUrl,
      webhookSecret,
      app,
      env: {...env, ...(oidcIssuer !== undefined && {COUNTERSIGN_OIDC_ISSUER: oidcIssuer})},
    })
    const told = (await cloud.schedule.call({begin: 'ledger'})) as {readonly pin: string; readonly ledgerKey: string}
    const issuer = new CloudIssuer(cloud, emulator, told)
    issuer.#goOn()
    return issuer
  }

  get folder(): string {
    throw new Error('an issuer on AWS keeps nothing in a folder')
  }

  /** Everything that its functions wrote, and why an event failed. */
  get output(): string {
    const {web, receipts, worker, schedule} = this.cloud
    return [web, receipts, worker, schedule].map(({output}) => output).join('') + this.#faults
  }

  restart(): Promise<void> {
    this.cloud.restart()
    this.#goOn()
    return Promise.resolve()
  }

  /** Leaves the queue to whoever asks, from when the batch in hand is done. */
  async hold(): Promise<void> {
    this.#open?.abort()
    await this.#running
  }

  async stop(): Promise<null> {
    await this.hold()
    await this.cloud.stop()
    return null
  }

  /** In the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#open?.abort()
    await this.cloud.stop()
    await this.#running
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.stop()
    await this.cloud.close()
  }

  #goOn(): void {
    const open = new AbortController()
    this.#open = open
    const deliver = async (): Promise<number> => ((await this.cloud.deliver()) === 0 ? pollMs : 0)
    const beat = async (): Promise<number> => {
      await this.cloud.schedule.call({})
      this.cloud.stirred()
      return beatMs
    }
    this.#running = Promise.all([this.#deliverAll(deliver, open.signal), this.#repeat(beat, open.signal)])
  }

  /** Looks at once when something was asked: also when that was in the middle of a look that found nothing. */
  async #deliverAll(deliver: () => Promise<number>, stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const stir = new AbortController()
      this.cloud.stirred = () => stir.abort()
      await this.#once(deliver, AbortSignal.any([stopped, stir.signal]))
    }
  }

  /** Until it is stopped. */
  async #repeat(work: () => Promise<number>, stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) await this.#once(work, stopped)
  }

  /** And rests for as long as that says, or is left to. What failed is AWS's to try again, and here to be read. */
  async #once(work: () => Promise<number>, wake: AbortSignal): Promise<void> {
    const rest = await work().catch((fault: unknown) => {
      this.#faults += `${String(fault)}\n`
      return pollMs
    })
    await sleep(rest, undefined, {signal: wake}).catch(() => undefined)
  }
}

/** The table beside the functions, and an operator with rights of their own to it and to invoke the schedule function. */
function tableOf({table, schedule}: Cloud, {dynamoUrl}: Emulator): Elsewhere {
  return {
    openStore: () => openDynamodb(table, dynamoClient(dynamoUrl)),
    operate: async ([area = '', ...words]) => {
      if (area === 'keys') return await orderKeys(words, schedule)
      return await runProgram([area, ...words], {
        COUNTERSIGN_STORE: `dynamodb:${table}`,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
      })
    },
    readClaims: async () => (await scan({table, dynamoUrl})).flatMap(parseClaim),
    letTimePass: (ms) => makeOlder(ms, {table, dynamoUrl}),
  }
}

/** What `countersign-issuer keys` is for files is there an order to the schedule function. */
async function orderKeys([word, key]: readonly string[], schedule: LambdaProcess): Promise<string> {
  const event = word === 'revoke' ? {revoke: {publicKey: key}} : {rotate: {now: true}}
  const {lines} = (await schedule.call(event)) as {readonly lines: readonly string[]}
  return lines.join('\n')
}

interface Place {
  readonly table: string
  readonly dynamoUrl: string
}

type Attributes = Readonly<Record<string, AttributeValue>>

async function scan({table, dynamoUrl}: Place): Promise<readonly Attributes[]> {
  const client = dynamoClient(dynamoUrl)
  const items: Attributes[] = []
  for await (const {Items} of paginateScan({client}, {TableName: table})) items.push(...(Items ?? []))
  client.destroy()
  return items
}

const parseClaim = ({pk, subject, decision, kind, publishedAt}: Attributes): readonly ClaimRow[] =>
  pk?.S?.startsWith('idempotency#') === true
    ? [
        {
          comment: Number(subject?.S?.slice('comment/'.length)),
          decision: decision?.S ?? '',
          kind: kind?.S ?? null,
          published: publishedAt !== undefined,
        },
      ]
    : []

/** Replies to strangers and completed claims are what counts from its own time. */
async function makeOlder(ms: number, place: Place): Promise<void> {
  const client = dynamoClient(place.dynamoUrl)
  for (const {pk, sk, ...item} of await scan(place)) {
    const dated = ['completedAt', 'dueAt', 'at', 'hiddenAt'].filter((name) => item[name]?.N !== undefined)
    const isDated = /^(?:idempotency#|stranger#|visibility$)/.test(pk?.S ?? '') && dated.length > 0
    if (!isDated || pk === undefined || sk === undefined) continue
    await client.send(
      new UpdateItemCommand({
        TableName: place.table,
        Key: {pk, sk},
        UpdateExpression: `SET ${dated.map((name) => `#${name} = #${name} - :ms`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(dated.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {':ms': {N: String(ms)}},
      }),
    )
  }
  client.destroy()
}
