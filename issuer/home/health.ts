/** Whether all is well, for /healthz: in words that name nobody's repository. What it is about stands in the log. */
import type {Durable} from '../model/durable.ts'
import {type TellTools, hasLate} from '../inbox/telling.ts'

/** `revocations_late`: one that was made more than a minute ago does not show on GitHub yet. */
export type Trouble = 'revocations_late'

/** Rejects while the store does not answer. */
export type Health = () => Promise<readonly Trouble[]>

const keepMs = 5000

/** Looked at once in five seconds, whoever asks. */
export function createHealth(tools: Pick<TellTools, 'now'> & Pick<Durable, 'entries' | 'outbox'>): Health {
  let known: {readonly until: number; readonly troubles: Promise<readonly Trouble[]>} | undefined
  return () => {
    const now = tools.now()
    if (known === undefined || !(now < known.until)) known = {until: now + keepMs, troubles: look(tools)}
    return known.troubles
  }
}

async function look(tools: Parameters<typeof createHealth>[0]): Promise<readonly Trouble[]> {
  await tools.entries.last()
  return (await hasLate(tools)) ? ['revocations_late'] : []
}
