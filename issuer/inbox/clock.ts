/** Something that is done again and again beside the deliveries, so that neither waits for the other. */
import {setTimeout as sleep} from 'node:timers/promises'

export interface Clock {
  /** Finishes what is in hand, and begins nothing more. */
  readonly drain: () => Promise<void>
}

interface Ticking {
  readonly everyMs: number
  /** `end` is aborted when nothing more is to be begun. */
  readonly act: (end: AbortSignal) => Promise<unknown>
  readonly onFault: (fault: unknown) => void
}

/** At once, and then so long after each end. */
export function startClock({everyMs, act, onFault}: Ticking): Clock {
  const end = new AbortController()
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await act(end.signal).catch(onFault)
      await sleep(everyMs, undefined, {signal: end.signal}).catch(() => undefined)
    }
  }
  const running = run()
  return {
    drain: async () => {
      end.abort()
      await running
    },
  }
}
