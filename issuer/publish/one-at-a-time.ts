/** The repair timer and a retry may want to send the same publication at once; looking before sending needs one of them. */
import type {Publisher} from '../model/publication.ts'

/** Whoever comes second shares the first one's result. */
export function oneAtATime(publisher: Publisher): Publisher {
  const underWay = new Map<string, Promise<void>>()
  return {
    publish: (publication, key) => {
      const before = underWay.get(key)
      if (before !== undefined) return before
      const sending = publisher.publish(publication, key).finally(() => underWay.delete(key))
      underWay.set(key, sending)
      return sending
    },
  }
}
