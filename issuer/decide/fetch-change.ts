/** What a statement's change is made of, with what the issuer itself knows of its branch and environment. */
import type {ChangeFacts, Baseline, Statement} from '../model/facts.ts'
import type {ScopeReading} from '../model/store.ts'
import type {FactTools} from './tools.ts'

interface Known {
  readonly read: ScopeReading
  readonly baseline: Baseline
  readonly tools: Pick<FactTools, 'facts' | 'pushLog'>
}

export const fetchChangeOf = (said: Statement, {read, baseline, tools}: Known): Promise<ChangeFacts | 'gone'> =>
  tools.facts.fetchChange(said, {
    baseline,
    pushes: (ref) => tools.pushLog.pushes(said.repository.id, ref),
    lastAuthorized: read.state.lastAuthorized,
  })
