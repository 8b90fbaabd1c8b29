/** What the worker function does: deliveries off the queue, each by itself, and what is due from time to time. */
import {ChangeMessageVisibilityCommand, type SQSClient} from '@aws-sdk/client-sqs'
import {giveUpDelivery, handleDelivery, patience} from '../../inbox/deliveries.ts'
import {redeliverFailed, redeliverForMs} from '../../github/redeliver.ts'
import {settleFailure} from '../../inbox/retry.ts'
import {repair} from '../../inbox/repair.ts'
import type {Inbox, Taken} from '../../model/inbox.ts'
import {type QueuedMessage, readMessage} from '../../inbox/sqs.ts'
import type {IssuerOnAws} from './open.ts'

export interface QueueEvent {
  readonly Records: readonly QueuedMessage[]
}

/** Lambda takes the others off the queue, and gives these again. */
export interface BatchResult {
  readonly batchItemFailures: readonly {readonly itemIdentifier: string}[]
}

export interface Queue {
  readonly url: string
  readonly client: SQSClient
}

export async function workOff(
  {Records: messages}: QueueEvent,
  issuer: IssuerOnAws,
  queue: Queue,
): Promise<BatchResult> {
  const results = await Promise.all(
    messages.map(async (message) => ({id: message.messageId, done: await attempt(message, issuer, queue)})),
  )
  // Lambda freezes the process when this returns, so the ledger's end is signed before.
  await issuer.checkpointSigner.newestCheckpoint()
  return {batchItemFailures: results.filter(({done}) => !done).map(({id}) => ({itemIdentifier: id}))}
}

/** Never rejects: one message that fails takes no other of its batch along. */
async function attempt(message: QueuedMessage, issuer: IssuerOnAws, queue: Queue): Promise<boolean> {
  const {tools, log} = issuer
  const delivery = readMessage(message)
  if (delivery === undefined) {
    log.error({message: message.messageId}, 'a message is no delivery: it will come to the dead-letter queue')
    return false
  }
  try {
    await handleDelivery(delivery, tools)
    return true
  } catch (fault) {
    return await settleFault({delivery, message, fault}, issuer, queue).catch((again: unknown) => {
      log.error({err: again, delivery: delivery.id}, 'a failed delivery could not be settled')
      return false
    })
  }
}

interface Failed {
  readonly delivery: Taken
  readonly message: QueuedMessage
  readonly fault: unknown
}

async function settleFault({delivery, message, fault}: Failed, issuer: IssuerOnAws, queue: Queue): Promise<boolean> {
  const {log, tools} = issuer
  const inMs = await settleFailure(
    {delivery, fault, longestMs},
    {log, now: tools.now, patience, giveUp: (given, cause) => giveUpDelivery(given, cause, tools)},
  )
  if (inMs === undefined) return true
  const {receiptHandle: ReceiptHandle} = message
  const VisibilityTimeout = Math.min(longestMs, Math.ceil(inMs / 1000) * 1000) / 1000
  await queue.client.send(new ChangeMessageVisibilityCommand({QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout}))
  return false
}

/** Each try of the queue's is counted, so they grow further apart than on Node. */
const longestMs = 900_000

/** On a schedule: what a crash or an outage left unpublished or unsigned, and what GitHub could not deliver. */
export async function keepHouse(
  {tools, checkpointSigner, github}: Pick<IssuerOnAws, 'tools' | 'checkpointSigner' | 'github'>,
  inbox: Pick<Inbox, 'put'>,
): Promise<void> {
  const now = tools.now()
  await repair(now, {...tools, inbox})
  await checkpointSigner.newestCheckpoint()
  await redeliverFailed(github, now - redeliverForMs)
}
