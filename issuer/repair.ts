/** Publishes what a crash or an outage left unpublished. Called on a timer; may run again without harm. */
import {type IssuerTools, publishOutcome} from './approve.ts'

/** What was completed later than this is still in the hands of whoever completed it. */
const restMs = 60_000

type RepairTools = Pick<IssuerTools, 'outbox' | 'publisher' | 'log' | 'now'>

/** One publication that fails holds up no other; it is tried again at the next call. */
export async function repair(now: number, tools: RepairTools): Promise<void> {
  for (const unpublished of await tools.outbox.unpublished(now - restMs)) {
    try {
      await publishOutcome(unpublished, tools)
      tools.log.info({decision: unpublished.decision}, 'a publication was repaired')
    } catch (fault) {
      tools.log.warn({err: fault, decision: unpublished.decision}, 'a publication could not be repaired yet')
    }
  }
}
