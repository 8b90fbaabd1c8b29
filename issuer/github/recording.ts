/** A connection that remembers what it asked: decisions record which of GitHub's answers they stand on. */
import type {ApiRead} from '../model/facts.ts'
import type {Connection} from './client.ts'

export interface Recording {
  readonly connection: Connection
  readonly reads: () => readonly ApiRead[]
}

export function record(connection: Connection): Recording {
  const reads: ApiRead[] = []
  return {
    connection: {
      ask: async (what, send) => {
        const answer = await connection.ask(what, send)
        const read = answer === 'gone' ? undefined : answer.trace()
        if (read !== undefined) reads.push(read)
        return answer
      },
    },
    reads: () => reads,
  }
}
