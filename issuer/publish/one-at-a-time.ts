/** The repair timer and a retry may want to send the same publication at once; looking before sending needs one of them. */
import type {Publisher} from '../model/publication.ts'
import {shareTurns} from '../store/turns.ts'

/** Whoever comes second shares the first one's result: what was just sent GitHub may not show yet. */
export function oneAtATime(publisher: Publisher): Publisher {
  const shareTurn = shareTurns('done')
  return {
    publish: async (publication, key) => {
      await shareTurn(key, () => publisher.publish(publication, key))
    },
  }
}
