/** Takes deliveries from the inbox, lane by lane, and tries each until it is done. Wakes on a delivery and on a timer. */
import type {Log} from '../model/log.ts'
import type {Inbox, Taken} from '../model/inbox.ts'
import {type Patience, judgeFailure} from './retry.ts'

export interface WorkerTools {
  readonly inbox: Inbox
  readonly log: Log
  readonly now: () => number
  /** Answers a delivery for good, or throws to be called again later. */
  readonly handle: (delivery: Taken) => Promise<void>
  /** Called when a delivery is given up: says so where people look. */
  readonly giveUp: (delivery: Taken, cause: 'github' | 'internal') => Promise<void>
  readonly patience: Patience
  /** Publishes what a crash or an outage left unpublished. */
  readonly repair: (now: number) => Promise<void>
}

export interface Worker {
  /** Something was put into the inbox. */
  readonly wake: () => void
  /** Finishes what is in hand and takes no more. */
  readonly drain: () => Promise<void>
}

const maxInHand = 8
const idleMs = 1000
const repairEveryMs = 30_000
const longestMs = 60_000

export function startWorker(tools: WorkerTools): Worker {
  const inHand = new Set<Promise<void>>()
  let draining = false
  let wakeUp: () => void = () => undefined
  let repairAt = 0

  const run = async (): Promise<void> => {
    while (!draining) {
      await repairWhenDue()
      const delivery = inHand.size < maxInHand ? await takeNext(tools) : undefined
      if (delivery === undefined) await rest()
      else track(attempt(delivery, tools))
    }
  }
  const repairWhenDue = async (): Promise<void> => {
    if (tools.now() < repairAt) return
    repairAt = tools.now() + repairEveryMs
    await tools.repair(tools.now()).catch((fault: unknown) => tools.log.error({err: fault}, 'repair failed'))
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

async function takeNext({inbox, log, now}: WorkerTools): Promise<Taken | undefined> {
  try {
    return await inbox.take(now())
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
    await settleFault({delivery, fault}, tools).catch((again: unknown) => {
      // The lease ends by itself and the delivery is taken again.
      log.error({err: again, delivery: delivery.id, at: now()}, 'a failed delivery could not be put back')
    })
  }
}

async function settleFault(
  {delivery, fault}: {readonly delivery: Taken; readonly fault: unknown},
  tools: WorkerTools,
): Promise<void> {
  const {id, attempt} = delivery
  const now = tools.now()
  const retry = judgeFailure({delivery, fault, now, longestMs}, tools.patience)
  if (retry.kind === 'again') {
    tools.log.warn({err: fault, delivery: id, attempt}, 'a delivery will be tried again')
    await tools.inbox.done(id, now + retry.inMs)
    return
  }
  tools.log.error({err: fault, delivery: id, attempt}, 'a delivery is given up')
  await tools.giveUp(delivery, retry.cause)
  await tools.inbox.done(id)
}
