/** Whether all is well, for /healthz: in words that name nobody's repository. What it is about stands in the log. */
import type {Durable} from '../model/durable.ts'
import {clockTolerance} from '../model/ruling.ts'
import {type Overdues, hasOverdue} from '../inbox/late.ts'
import {type TellTools, hasLate} from '../inbox/telling.ts'

/**
 * `withdrawals_late`: what forbids was said more than a minute ago and is not carried out yet. `revocations_late`: one that
 * was made more than a minute ago does not show on GitHub yet. `clock_wrong`: the clock is more than a minute from GitHub's,
 * and nothing is authorized.
 */
export type Trouble = 'withdrawals_late' | 'revocations_late' | 'clock_wrong'

/** Rejects while the store does not answer. */
export type Health = () => Promise<readonly Trouble[]>

const keepMs = 5000

export type HealthTools = Pick<TellTools, 'now'> &
  Pick<Durable, 'entries' | 'outbox'> & {
    readonly clockAhead: () => number
    /** A queue does not tell what waits in it; its own alarm does. */
    readonly inbox: Partial<Overdues>
  }

/** Looked at once in five seconds, whoever asks. */
export function createHealth(tools: HealthTools): Health {
  let known: {readonly until: number; readonly troubles: Promise<readonly Trouble[]>} | undefined
  return () => {
    const now = tools.now()
    if (known === undefined || !(now < known.until)) known = {until: now + keepMs, troubles: look(tools)}
    return known.troubles
  }
}

async function look(tools: HealthTools): Promise<readonly Trouble[]> {
  await tools.entries.last()
  const [waits, shows] = await Promise.all([hasOverdue(tools.now(), tools.inbox), hasLate(tools)])
  // Before GitHub was heard nothing is known to be wrong.
  const isWrong = Math.abs(tools.clockAhead()) > clockTolerance
  return [
    ...(isWrong ? (['clock_wrong'] as const) : []),
    ...(waits ? (['withdrawals_late'] as const) : []),
    ...(shows ? (['revocations_late'] as const) : []),
  ]
}
