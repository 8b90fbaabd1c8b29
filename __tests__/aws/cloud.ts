/**
 * The issuer on AWS as far as it runs here: the built bundle in five processes under Lambda's own runtime client,
 * a Function URL in front of the web function and an SQS queue of moto's before the worker, the table in moto, the
 * keys and the secrets in a KMS and a Secrets Manager of ours. Table, keys and functions let each process do what infra/template.yaml grants to it.
 */
import {generateKeyPairSync} from 'node:crypto'
import {once} from 'node:events'
import {type IncomingMessage, type OutgoingHttpHeaders, type Server, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs'
import {Secret} from '../../issuer/keys/secret.ts'
import {printKeptApp} from '../../issuer/home/kept-app.ts'
import {type Emulator, credentials, refusal, region} from './emulator.ts'
import {findDenied, keyNames, mayInvoke, mayUseKey, mayUseSecret} from './grants.ts'
import {InvokeApi} from './invoke.ts'
import {Kms} from './kms.ts'
import {LambdaProcess} from './lambda-process.ts'
import {SecretsApi} from './secrets-api.ts'
import {Tables} from './tables.ts'

export interface CloudOptions {
  readonly emulator: Emulator
  readonly githubUrl: string
  /** Without an App it waits to be set up. */
  readonly webhookSecret?: string
  readonly app?: {readonly id: number; readonly privateKey: string}
  /** More COUNTERSIGN_… variables. */
  readonly env?: Readonly<Record<string, string>>
}

/** Slow to make, and the same for all of a test file. */
const tokenKey = generateKeyPairSync('rsa', {modulusLength: 3072}).privateKey

interface Parts {
  readonly kms: Kms
  readonly secrets: SecretsApi
  readonly invoke: InvokeApi
  readonly url: Server
  readonly sqs: SQSClient
  readonly queueUrls: readonly string[]
  readonly table: string
  readonly functions: readonly [LambdaProcess, LambdaProcess, LambdaProcess, LambdaProcess, LambdaProcess]
}

export class Cloud {
  readonly kms: Kms
  readonly secrets: SecretsApi
  readonly invoke: InvokeApi
  readonly table: string
  readonly web: LambdaProcess
  readonly receipts: LambdaProcess
  readonly worker: LambdaProcess
  readonly schedule: LambdaProcess
  readonly setup: LambdaProcess
  readonly #url: Server
  readonly #sqs: SQSClient
  readonly #queueUrls: readonly string[]
  readonly #received = new Map<string, number>()
  /** Called when something was asked through the URL, and may be in the queue now. */
  stirred: () => void = () => undefined
  #isStopped = false

  private constructor({kms, secrets, invoke, url, sqs, queueUrls, table, functions}: Parts) {
    this.kms = kms
    this.secrets = secrets
    this.invoke = invoke
    this.table = table
    this.#url = url
    this.#sqs = sqs
    this.#queueUrls = queueUrls
    const [web, receipts, worker, schedule, setup] = functions
    this.web = web
    this.receipts = receipts
    this.invoke.functions.set('receipts', receipts)
    this.worker = worker
    this.schedule = schedule
    this.setup = setup
    this.invoke.functions.set('setup', setup)
    this.#url.on('request', (request, response) => {
      void this.#answer(request)
        .then(
          ({status, headers, body}) => response.writeHead(status, headers).end(body),
          () => response.writeHead(502).end('{"message":"Internal Server Error"}'),
        )
        .finally(() => this.stirred())
    })
  }

  static async start({emulator, githubUrl, webhookSecret, app, env: more}: CloudOptions): Promise<Cloud> {
    const kms = await Kms.start()
    const secrets = await SecretsApi.start(mayUseSecret)
    kms.mayPass = mayUseKey
    const invoke = await InvokeApi.start(mayInvoke)
    emulator.guardWith((request) => {
      const denied = findDenied(request.caller, request)
      return denied === undefined ? undefined : refusal(400, 'AccessDeniedException', {message: denied})
    })
    for (const name of [keyNames.ReceiptKey, keyNames.NextReceiptKey, keyNames.LedgerKey]) {
      kms.keys.set(name, {privateKey: generateKeyPairSync('ed25519').privateKey, spec: 'ECC_NIST_EDWARDS25519'})
    }
    kms.keys.set(keyNames.TokenKey, {privateKey: tokenKey, spec: 'RSA_3072'})
    const sqs = new SQSClient({endpoint: emulator.url, region, credentials})
    const [withdrawals = '', deliveries = ''] = await Promise.all(
      ['withdrawals', 'deliveries'].map(
        async (QueueName) => (await sqs.send(new CreateQueueCommand({QueueName}))).QueueUrl,
      ),
    )
    const url = createServer()
    url.listen(0, '127.0.0.1')
    await once(url, 'listening')
    const table = await new Tables(emulator.dynamoUrl).make()
    const env = {
      AWS_REGION: region,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: emulator.dynamoUrl,
      AWS_ENDPOINT_URL_SQS: emulator.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_KMS: kms.url,
      AWS_ENDPOINT_URL_LAMBDA: invoke.url,
      RECEIPTS_FUNCTION: 'receipts',
      SETUP_FUNCTION: 'setup',
      QUEUE_URL: deliveries,
      WITHDRAWALS_QUEUE_URL: withdrawals,
      COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${(url.address() as AddressInfo).port}`,
      COUNTERSIGN_STORE: `dynamodb:${table}`,
      COUNTERSIGN_RECEIPT_KEY: 'kms:receipts,kms:next',
      COUNTERSIGN_TOKEN_KEY: 'kms:tokens',
      COUNTERSIGN_LEDGER_KEY: 'kms:ledger',
      COUNTERSIGN_GITHUB_API_URL: githubUrl,
      COUNTERSIGN_GITHUB_APP: `secretsmanager:${secrets.make('App', printApp(app, webhookSecret))}`,
      // The schedule fills it.
      COUNTERSIGN_GITHUB_WEBHOOK: `secretsmanager:${secrets.make('Webhook')}`,
      ...more,
    }
    const evidenceArn = secrets.make('EvidenceSecretArn', 'ab'.repeat(32))
    const evidence = {COUNTERSIGN_EVIDENCE_SECRET: `secretsmanager:${evidenceArn}`}
    const waiting = {SETUP_TOKEN: secrets.make('SetupToken', setupToken)}
    const functions = await Promise.all([
      LambdaProcess.start('index.web', {...env, AWS_ACCESS_KEY_ID: 'web'}),
      LambdaProcess.start('index.receipts', {...env, AWS_ACCESS_KEY_ID: 'receipts'}),
      LambdaProcess.start('index.worker', {...env, ...evidence, AWS_ACCESS_KEY_ID: 'worker'}),
      LambdaProcess.start('index.schedule', {...env, ...evidence, AWS_ACCESS_KEY_ID: 'worker'}),
      LambdaProcess.start('index.setup', {...env, ...waiting, AWS_ACCESS_KEY_ID: 'setup'}),
    ])
    return new Cloud({kms, secrets, invoke, url, sqs, queueUrls: [withdrawals, deliveries], table, functions})
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#url.address() as AddressInfo).port}`
  }

  /** What the event source mappings do: one batch of each queue; gives how many messages they held. */
  async deliver(): Promise<number> {
    const held = await Promise.all(this.#queueUrls.map((url) => this.#deliverFrom(url)))
    return held.reduce((sum, one) => sum + one, 0)
  }

  async #deliverFrom(QueueUrl: string): Promise<number> {
    const {Messages: messages = []} = await this.#sqs.send(
      new ReceiveMessageCommand({QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 30}),
    )
    if (messages.length === 0) return 0
    const result = (await this.worker.call({
      Records: messages.map((message) => this.#recordOf(message)),
    })) as {
      batchItemFailures: readonly {itemIdentifier: string}[]
    }
    const failed = new Set(result.batchItemFailures.map(({itemIdentifier}) => itemIdentifier))
    for (const {MessageId, ReceiptHandle} of messages) {
      if (failed.has(MessageId ?? '')) continue
      await this.#sqs.send(new DeleteMessageCommand({QueueUrl, ReceiptHandle}))
    }
    return messages.length
  }

  /** As an undeployed function: the URL answers 502, and what was in memory is gone. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.web, this.receipts, this.worker, this.schedule, this.setup].map((one) => one.kill()))
  }

  /** Everything goes on with the same table, queue and keys, from cold starts. */
  restart(): void {
    this.#isStopped = false
  }

  async close(): Promise<void> {
    await Promise.all([this.web, this.receipts, this.worker, this.schedule, this.setup].map((one) => one.close()))
    this.#sqs.destroy()
    this.#url.closeAllConnections()
    await new Promise((resolve) => this.#url.close(resolve))
    await Promise.all([this.kms.close(), this.secrets.close(), this.invoke.close()])
  }

  /** The count is kept here, since moto does not give it under its present name. */
  #recordOf({MessageId: messageId = '', ReceiptHandle: receiptHandle, Body: body}: Message): object {
    const count = (this.#received.get(messageId) ?? 0) + 1
    this.#received.set(messageId, count)
    return {messageId, receiptHandle, body, attributes: {ApproximateReceiveCount: String(count)}}
  }

  /** A Function URL: payload 2.0, where what is no text goes as base64. */
  async #answer(request: IncomingMessage): Promise<{status: number; headers: OutgoingHttpHeaders; body: Buffer}> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (this.#isStopped) throw new Error('there is no function behind this URL')
    const {pathname, search} = new URL(request.url ?? '/', this.url)
    const http = {method: request.method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: ''}
    const host = request.headers.host ?? ''
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: {...request.headers, cookie: undefined},
      cookies: request.headers.cookie?.split('; '),
      requestContext: {accountId: 'anonymous', apiId: 'x', domainName: host, http, requestId: 'x', stage: '$default'},
      body: Buffer.concat(chunks).toString('base64'),
      isBase64Encoded: true,
    }
    const answer = (await this.web.call(event)) as {
      statusCode: number
      headers: Record<string, string>
      cookies?: string[]
      body: string
      isBase64Encoded: boolean
    }
    const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8')
    const cookies = answer.cookies && {'set-cookie': answer.cookies}
    return {status: answer.statusCode, headers: {...answer.headers, ...cookies}, body}
  }
}

/** As the template has it made: letters and digits. */
export const setupToken = 'aB3'.repeat(21)

/** As set-up keeps it, or an operator's own hand. */
const printApp = (app: CloudOptions['app'], webhookSecret = ''): string | undefined =>
  app &&
  printKeptApp({
    appId: app.id,
    privateKey: new Secret(app.privateKey),
    webhookSecret: new Secret(webhookSecret),
  })
