/** Takes deliveries from the inbox, lane by lane, and tries each until it is done. Wakes on a delivery and on a timer. */
import type {Inbox, Taken} from '../model/inbox.ts'
import {type Failure, type RetryTools, settleFailure} from './retry.ts'

export interface WorkerTools extends RetryTools {
  readonly inbox: Inbox
  /** Answers a delivery for good, or throws to be called again later. */
  readonly handle: (delivery: Taken) => Promise<void>
}

export interface Worker {
  /** Something was put into the inbox. */
  readonly wake: () => void
  /** Finishes what is in hand and takes no more. */
  readonly drain: () => Promise<void>
}

const maxInHand = 8
/** What forbids finds a free place whatever else is in hand. */
const maxInAll = 12
const idleMs = 1000
const longestMs = 60_000

export function startWorker(tools: WorkerTools): Worker {
  const inHand = new Set<Promise<void>>()
  let draining = false
  let wakeUp: () => void = () => undefined

  const run = async (): Promise<void> => {
    while (!draining) {
      const delivery = await takeNext(inHand.size, tools)
      if (delivery === undefined) await rest()
      else track(attempt(delivery, tools))
    }
  }
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, idleMs)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const track = (work: Promise<void>): void => {
    inHand.add(work)
    void work.finally(() => {
      inHand.delete(work)
      wakeUp()
    })
  }

  const running = run()
  return {
    wake: () => wakeUp(),
    drain: async () => {
      draining = true
      wakeUp()
      await running
      await Promise.all(inHand)
    },
  }
}

async function takeNext(inHand: number, {inbox, log, now}: WorkerTools): Promise<Taken | undefined> {
  if (inHand >= maxInAll) return undefined
  try {
    return await inbox.take(now(), inHand < maxInHand ? undefined : 'forbids')
  } catch (fault) {
    log.error({err: fault}, 'the inbox cannot be read')
    return undefined
  }
}

/** Never rejects: what went wrong is logged and the delivery stays in the inbox until it is done. */
async function attempt(delivery: Taken, tools: WorkerTools): Promise<void> {
  const {inbox, log, now} = tools
  try {
    await tools.handle(delivery)
    await inbox.done(delivery.id)
  } catch (fault) {
    await putBack({delivery, fault, longestMs}, tools).catch((again: unknown) => {
      // The lease ends by itself and the delivery is taken again.
      log.error({err: again, delivery: delivery.id, at: now()}, 'a failed delivery could not be put back')
    })
  }
}

async function putBack(failure: Failure, tools: WorkerTools): Promise<void> {
  const now = tools.now()
  const inMs = await settleFailure(failure, tools)
  await tools.inbox.done(failure.delivery.id, inMs === undefined ? undefined : now + inMs)
}
