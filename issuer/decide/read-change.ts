/** What a statement's change is made of, with what the issuer itself knows of its branch and environment. */
import type {ChangeFacts, Ground, Statement} from '../model/facts.ts'
import type {ScopeReading} from '../model/store.ts'
import type {FactTools} from './tools.ts'

interface Known {
  readonly read: ScopeReading
  readonly ground: Ground
  readonly tools: Pick<FactTools, 'facts' | 'pushLog'>
}

export const readChange = (said: Statement, {read, ground, tools}: Known): Promise<ChangeFacts | 'gone'> =>
  tools.facts.readChange(said, {
    ground,
    pushes: (ref) => tools.pushLog.pushes(said.repository.id, ref),
    lastAuthorized: read.state.lastAuthorized,
  })
