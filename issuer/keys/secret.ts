/** A secret value that shows itself to nobody who prints, logs, serialises or inspects what holds it. */
import {inspect} from 'node:util'

const shown = '[redacted]'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The one way to the value: each call is a place to look at in a review. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
