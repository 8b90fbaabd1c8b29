/** Publishes what a crash or an outage left unpublished. Called on a timer; may run again without harm. */
import {publishOutcome} from './approve.ts'
import {placeOf, refreshQuietly} from './panel/keep-panels.ts'
import type {Publication} from './publish/publication.ts'
import type {Unpublished} from './store/store.ts'
import type {IssuerTools} from './tools.ts'

/** What was completed later than this is still in the hands of whoever completed it. */
const restMs = 60_000

/** A repository that is gone, an App that was taken away: what could not be sent for a day is left. */
const giveUpAfterMs = 24 * 3_600_000

type RepairTools = Pick<IssuerTools, 'outbox' | 'publisher' | 'panels' | 'log' | 'now' | 'newestCheckpoint'>

/** One publication that fails holds up no other; it is tried again at the next call. */
export async function repair(now: number, tools: RepairTools): Promise<void> {
  for (const unpublished of await tools.outbox.unpublished(now - restMs)) {
    const {decision, claim, completedAt} = unpublished
    try {
      await publishOutcome(unpublished, tools)
      tools.log.info({decision}, 'a publication was repaired')
      await refreshAfter(unpublished, tools)
    } catch (fault) {
      const late = !(now - completedAt < giveUpAfterMs)
      if (late) await tools.outbox.markPublished(claim, now)
      tools.log.warn(
        {err: fault, decision},
        late ? 'a publication is given up' : 'a publication could not be repaired yet',
      )
    }
  }
}

async function refreshAfter({outcome}: Unpublished, tools: RepairTools): Promise<void> {
  const place = placeOf(JSON.parse(outcome.publication) as Publication)
  if (outcome.kind !== 'answered' && place !== undefined) await refreshQuietly(place, tools)
}
