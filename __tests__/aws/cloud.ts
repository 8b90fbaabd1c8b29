/**
 * The issuer on AWS as far as it runs here: the built bundle in three processes under Lambda's own runtime client,
 * a Function URL in front of the web function and an SQS queue of moto's before the worker, the table and the secrets in
 * moto, the keys in a KMS of ours.
 */
import {generateKeyPairSync} from 'node:crypto'
import {once} from 'node:events'
import {type IncomingMessage, type Server, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {CreateSecretCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs'
import {type Emulator, credentials, region} from './emulator.ts'
import {Kms} from './kms.ts'
import {LambdaProcess} from './lambda-process.ts'
import {Tables} from './tables.ts'

export interface CloudOptions {
  readonly emulator: Emulator
  readonly githubUrl: string
  readonly webhookSecret: string
  readonly app: {readonly id: number; readonly privateKey: string}
}

interface Parts {
  readonly kms: Kms
  readonly url: Server
  readonly sqs: SQSClient
  readonly queueUrl: string
  readonly functions: readonly [LambdaProcess, LambdaProcess, LambdaProcess]
}

export class Cloud {
  readonly kms: Kms
  readonly web: LambdaProcess
  readonly worker: LambdaProcess
  readonly schedule: LambdaProcess
  readonly #url: Server
  readonly #sqs: SQSClient
  readonly #queueUrl: string
  readonly #received = new Map<string, number>()

  private constructor({kms, url, sqs, queueUrl, functions}: Parts) {
    this.kms = kms
    this.#url = url
    this.#sqs = sqs
    this.#queueUrl = queueUrl
    const [web, worker, schedule] = functions
    this.web = web
    this.worker = worker
    this.schedule = schedule
    this.#url.on('request', (request, response) => {
      void this.#answer(request).then(
        ({status, headers, body}) => response.writeHead(status, headers).end(body),
        () => response.writeHead(502).end('{"message":"Internal Server Error"}'),
      )
    })
  }

  static async start({emulator, githubUrl, webhookSecret, app}: CloudOptions): Promise<Cloud> {
    const kms = await Kms.start()
    for (const name of ['receipts', 'ledger']) {
      kms.keys.set(name, {privateKey: generateKeyPairSync('ed25519').privateKey, spec: 'ECC_NIST_EDWARDS25519'})
    }
    kms.keys.set('tokens', {privateKey: generateKeyPairSync('rsa', {modulusLength: 3072}).privateKey, spec: 'RSA_3072'})
    const sqs = new SQSClient({endpoint: emulator.url, region, credentials})
    const made = await sqs.send(new CreateQueueCommand({QueueName: 'deliveries'}))
    const queueUrl = made.QueueUrl ?? ''
    const url = createServer()
    url.listen(0, '127.0.0.1')
    await once(url, 'listening')
    const secret = secretsOf(emulator.url)
    const env = {
      AWS_REGION: region,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: emulator.dynamoUrl,
      AWS_ENDPOINT_URL_SQS: emulator.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: emulator.url,
      AWS_ENDPOINT_URL_KMS: kms.url,
      QUEUE_URL: queueUrl,
      COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${(url.address() as AddressInfo).port}`,
      COUNTERSIGN_STORE: `dynamodb:${await new Tables(emulator.dynamoUrl).make()}`,
      COUNTERSIGN_RECEIPT_KEY: 'kms:receipts',
      COUNTERSIGN_TOKEN_KEY: 'kms:tokens',
      COUNTERSIGN_LEDGER_KEY: 'kms:ledger',
      COUNTERSIGN_GITHUB_API_URL: githubUrl,
      COUNTERSIGN_GITHUB_APP_ID: String(app.id),
      COUNTERSIGN_GITHUB_PRIVATE_KEY: await secret('app', app.privateKey),
      COUNTERSIGN_GITHUB_WEBHOOK_SECRET: await secret('webhook', webhookSecret),
    }
    const evidence = {COUNTERSIGN_EVIDENCE_SECRET: await secret('evidence', 'ab'.repeat(32))}
    const functions = await Promise.all([
      LambdaProcess.start('index.web', {...env, AWS_ACCESS_KEY_ID: 'web'}),
      LambdaProcess.start('index.worker', {...env, ...evidence, AWS_ACCESS_KEY_ID: 'worker'}),
      LambdaProcess.start('index.schedule', {...env, ...evidence, AWS_ACCESS_KEY_ID: 'worker'}),
    ])
    return new Cloud({kms, url, sqs, queueUrl, functions})
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#url.address() as AddressInfo).port}`
  }

  /** What the event source mapping does: one batch; gives how many messages it held. */
  async deliver(): Promise<number> {
    const {Messages: messages = []} = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 30,
      }),
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
      await this.#sqs.send(new DeleteMessageCommand({QueueUrl: this.#queueUrl, ReceiptHandle}))
    }
    return messages.length
  }

  async close(): Promise<void> {
    await Promise.all([this.web.close(), this.worker.close(), this.schedule.close()])
    this.#sqs.destroy()
    this.#url.closeAllConnections()
    await new Promise((resolve) => this.#url.close(resolve))
    await this.kms.close()
  }

  /** The count is kept here, since moto does not give it under its present name. */
  #recordOf({MessageId: messageId = '', ReceiptHandle: receiptHandle, Body: body}: Message): object {
    const count = (this.#received.get(messageId) ?? 0) + 1
    this.#received.set(messageId, count)
    return {messageId, receiptHandle, body, attributes: {ApproximateReceiveCount: String(count)}}
  }

  /** A Function URL: payload 2.0, where what is no text goes as base64. */
  async #answer(request: IncomingMessage): Promise<{status: number; headers: Record<string, string>; body: Buffer}> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const {pathname, search} = new URL(request.url ?? '/', this.url)
    const http = {method: request.method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: ''}
    const host = request.headers.host ?? ''
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: request.headers,
      requestContext: {accountId: 'anonymous', apiId: 'x', domainName: host, http, requestId: 'x', stage: '$default'},
      body: Buffer.concat(chunks).toString('base64'),
      isBase64Encoded: true,
    }
    const answer = (await this.web.call(event)) as {
      statusCode: number
      headers: Record<string, string>
      body: string
      isBase64Encoded: boolean
    }
    const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8')
    return {status: answer.statusCode, headers: answer.headers, body}
  }
}

/** Makes a secret; gives the variable's value. */
function secretsOf(endpoint: string): (name: string, text: string) => Promise<string> {
  const client = new SecretsManagerClient({endpoint, region, credentials})
  return async (name, text) => {
    const {ARN: arn = ''} = await client.send(new CreateSecretCommand({Name: name, SecretString: text}))
    return `secretsmanager:${arn}`
  }
}
