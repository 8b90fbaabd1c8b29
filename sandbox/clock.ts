/** The sandbox's clock: the machine's time until a test stops it, and whole seconds in everything that GitHub prints. */

export class Clock {
  #stoppedAt: number | undefined
  #shift = 0

  now(): Date {
    return new Date(this.#stoppedAt ?? Date.now() + this.#shift)
  }

  /** Stops the clock at a moment; from here it moves only by `advance`. */
  stopAt(moment: Date): void {
    if (Number.isNaN(moment.getTime())) throw new RangeError('setClock: `at` is not a time; write 2026-04-02T14:30:00Z')
    this.#stoppedAt = moment.getTime()
  }

  advance(seconds: number): void {
    if (!Number.isFinite(seconds)) throw new RangeError('advance: `seconds` is not a finite number')
    if (this.#stoppedAt === undefined) this.#shift += seconds * 1000
    else this.#stoppedAt += seconds * 1000
  }

  /** The world's time as GitHub prints it. */
  stamp(): string {
    return printTime(this.now())
  }
}

/** `YYYY-MM-DDTHH:MM:SSZ`: REST has no fractions, which is why an edit within the second does not show in `updated_at`. */
export const printTime = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, 'Z')

const lastPrintable = Date.UTC(9999, 11, 31, 23, 59, 59)

/** A commit's time is whatever its author wrote, so it is held within what a date can print. */
export const printEpoch = (seconds: number): string =>
  printTime(new Date(Math.min(Math.max((Number.isFinite(seconds) ? seconds : 0) * 1000, 0), lastPrintable)))
