/** What the worker function does: deliveries off the queue, each by itself, and what is due from time to time. */
import {ChangeMessageVisibilityCommand, type SQSClient} from '@aws-sdk/client-sqs'
import {giveUpDelivery, handleDelivery, patience} from '../../inbox/deliveries.ts'
import {eventsThatCount, fetchMissed} from '../../inbox/fetch-missed.ts'
import {settleFailure} from '../../inbox/retry.ts'
import {hideAnnounced} from '../../inbox/hide.ts'
import {announceDates} from '../../inbox/panel-dates.ts'
import {lookAtShown} from '../../inbox/looking.ts'
import {tellDue} from '../../inbox/telling.ts'
import {type Inbox, type Taken, laneOf} from '../../model/inbox.ts'
import {type QueuedMessage, type Queues, queueOf, readMessage} from '../../inbox/sqs.ts'
import type {IssuerOnAws} from './open.ts'

export interface QueueEvent {
  readonly Records: readonly QueuedMessage[]
}

/** Lambda takes the others off the queue, and gives these again. */
export interface BatchResult {
  readonly batchItemFailures: readonly {readonly itemIdentifier: string}[]
}

export interface Queueing {
  readonly queues: Queues
  readonly client: SQSClient
}

export async function workOff(
  {Records: messages}: QueueEvent,
  issuer: IssuerOnAws,
  queueing: Queueing,
): Promise<BatchResult> {
  const results = await Promise.all(
    messages.map(async (message) => ({id: message.messageId, done: await attempt(message, issuer, queueing)})),
  )
  // Lambda freezes the process when this returns, so the ledger's end is signed before.
  await issuer.checkpointSigner.newestCheckpoint()
  return {batchItemFailures: results.filter(({done}) => !done).map(({id}) => ({itemIdentifier: id}))}
}

/** Never rejects: one message that fails takes no other of its batch along. */
async function attempt(message: QueuedMessage, issuer: IssuerOnAws, queueing: Queueing): Promise<boolean> {
  const {tools, log} = issuer
  const delivery = readMessage(message)
  if (delivery === undefined) {
    log.error({message: message.messageId}, 'a message is no delivery: it will come to the dead-letter queue')
    return false
  }
  try {
    await hideAnnounced(delivery, tools)
    await handleDelivery(delivery, tools)
    return true
  } catch (fault) {
    return await settleFault({delivery, message, fault}, issuer, queueing).catch((again: unknown) => {
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

async function settleFault(
  {delivery, message, fault}: Failed,
  {log, tools}: IssuerOnAws,
  {queues, client}: Queueing,
): Promise<boolean> {
  const longestMs = longestOf(delivery)
  const inMs = await settleFailure(
    {delivery, fault, longestMs},
    {log, now: tools.now, patience, giveUp: (given, cause) => giveUpDelivery(given, cause, tools)},
  )
  if (inMs === undefined) return true
  const {receiptHandle: ReceiptHandle} = message
  const VisibilityTimeout = Math.min(longestMs, Math.ceil(inMs / 1000) * 1000) / 1000
  const QueueUrl = queueOf(delivery.notice, queues)
  await client.send(new ChangeMessageVisibilityCommand({QueueUrl, ReceiptHandle, VisibilityTimeout}))
  return false
}

/** Each try of a queue's is counted, up to a thousand, so they grow further apart than on Node. */
const longestOf = ({notice}: Taken): number => (laneOf(notice) === 'forbids' ? 120_000 : 900_000)

type Keeping = Pick<IssuerOnAws, 'tools' | 'checkpointSigner' | 'shown' | 'missed'>

/** On a schedule: what a crash or an outage left unpublished or unsigned, and what GitHub could not deliver. */
export async function keepHouse(issuer: Keeping, inbox: Pick<Inbox, 'put'>): Promise<void> {
  // Neither waits for the other, nor fails with it.
  const done = await Promise.allSettled([
    tellDue('forbids', issuer.tools),
    tellDue('other', issuer.tools),
    lookAtShown({...issuer.tools, shown: issuer.shown}),
    announceAndSign(issuer, inbox),
    fetchWhatMissed(issuer, inbox),
  ])
  for (const one of done) if (one.status === 'rejected') throw one.reason
}

async function announceAndSign({tools, checkpointSigner}: Keeping, inbox: Pick<Inbox, 'put'>): Promise<void> {
  await announceDates(tools.now(), {...tools, inbox})
  await checkpointSigner.newestCheckpoint()
}

async function fetchWhatMissed({missed}: Keeping, {put}: Pick<Inbox, 'put'>): Promise<void> {
  if (missed !== undefined) await fetchMissed({...missed, inbox: {put}, events: eventsThatCount})
}
