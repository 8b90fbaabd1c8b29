/**
 * GitHub's reads lag behind its webhooks: for a while what is new answers 404, and what was changed is as it was before.
 * Writes go to the newest state, and git's own data is read where it was pushed. By this machine's clock.
 */
import {setTimeout as sleep} from 'node:timers/promises'

interface Earlier {
  readonly until: number
  /** Undefined: it was not there. */
  readonly was: object | undefined
}

export class Lag {
  /** Infinity: what changes from now on never shows. */
  ms = 0
  readonly #earlier = new Map<object, Earlier[]>()

  /** Call it before something changes, with a copy of what it was; without one, it is new. */
  keep<Kind extends object>(thing: Kind, was?: Kind): void {
    if (this.ms === 0) return
    const kept = this.#earlier.get(thing) ?? []
    kept.push({until: Date.now() + this.ms, was})
    this.#earlier.set(thing, kept)
  }

  /** What a read shows of it now: the state before the first change that has not come through. */
  seen<Kind extends object>(thing: Kind): Kind | undefined {
    const now = Date.now()
    const change = this.#earlier.get(thing)?.find(({until}) => until > now)
    return change === undefined ? thing : (change.was as Kind | undefined)
  }

  seenOf<Kind extends object>(things: Iterable<Kind>): readonly Kind[] {
    return [...things].map((thing) => this.seen(thing)).filter((thing) => thing !== undefined)
  }

  /** When every change that ever comes through has done so. */
  async caughtUp(): Promise<void> {
    const last = [...this.#earlier.values()].flat().map(({until}) => until)
    const latest = Math.max(0, ...last.filter(Number.isFinite))
    await sleep(Math.max(0, latest - Date.now()))
  }
}
