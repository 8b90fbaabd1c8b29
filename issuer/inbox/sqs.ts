/** Deliveries on SQS: the web function sends what it verified and narrowed, the worker takes it. At least once, in any order. */
import {SQSClient, SendMessageCommand} from '@aws-sdk/client-sqs'
import {type Delivery, type Inbox, type Notice, type Taken, laneOf} from '../model/inbox.ts'

/** A message that fits is far below SQS's own limit, and Lambda's for a batch. */
const maxMessageBytes = 256 * 1024

export const openQueue = (): SQSClient =>
  new SQSClient({
    maxAttempts: 4,
    requestHandler: {connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true},
  })

/** The addresses of two: what forbids does not wait in one queue with the rest. */
export interface Queues {
  readonly withdrawals: string
  readonly deliveries: string
}

export const queueOf = (notice: Notice, queues: Queues): string =>
  laneOf(notice) === 'forbids' ? queues.withdrawals : queues.deliveries

/** Whether a delivery is known is asked of nobody here: the statement's idempotency key makes it once. */
export const sqsInbox = (queues: Queues, client: SQSClient = openQueue()): Pick<Inbox, 'put'> => ({
  put: async (delivery) => {
    const message = JSON.stringify(delivery)
    const size = Buffer.byteLength(message)
    if (size > maxMessageBytes) throw new Error(`a delivery of ${size} bytes is more than the queue takes`)
    await client.send(new SendMessageCommand({QueueUrl: queueOf(delivery.notice, queues), MessageBody: message}))
    return 'new'
  },
})

/** The queue's own part of what a worker is given. */
export interface QueuedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: {readonly ApproximateReceiveCount: string}
}

/** Only the web function may send to the queue, so the JSON's shape is trusted. Undefined: not JSON at all. */
export function readMessage({body, attributes}: QueuedMessage): Taken | undefined {
  try {
    return {...(JSON.parse(body) as Delivery), attempt: Number(attributes.ApproximateReceiveCount)}
  } catch {
    return undefined
  }
}
