/** FactSource over GitHub's API: each call reads afresh, and an outage is never a fact (formats §8). */
import type {GitHub} from '../github/client.ts'
import {readChange} from './change.ts'
import type {FactSource} from './facts.ts'
import {readStanding} from './standing.ts'

export function createFactSource(github: Pick<GitHub, 'connect'>): FactSource {
  return {
    readStanding: async (statement) => readStanding(github.connect(statement.installation), statement),
    readChange: async (statement, known) => readChange(github.connect(statement.installation), {statement, known}),
  }
}
