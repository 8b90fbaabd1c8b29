/**
 * A denial of work that nobody goes on with leaves its room: its pull request was closed without being merged long ago, and
 * its branch is gone.
 */
import type {Statement} from '../model/facts.ts'
import type {Denial, ScopeState} from '../model/state.ts'
import type {FactTools} from './tools.ts'

const abandonedMs = 90 * 24 * 3_600_000

/** Asked of GitHub for so many a statement, the oldest first; the others come with the next. */
const atOnce = 3

/** The state without them. Throws GitHubUnavailable. */
export async function dropAbandoned(
  state: ScopeState,
  {said, now}: {readonly said: Statement; readonly now: number},
  {facts}: Pick<FactTools, 'facts'>,
): Promise<ScopeState> {
  const before = now - abandonedMs
  const old = state.denials.filter(({at, isOfAll = false}) => at < before && !isOfAll).slice(0, atOnce)
  const found = await Promise.all(
    old.map(async (denial): Promise<readonly Denial[]> => {
      const place = {...said, pullRequest: denial.pullRequest}
      return (await facts.fetchIsAbandoned(place, before)) ? [denial] : []
    }),
  )
  const over = found.flat()
  return over.length === 0 ? state : {...state, denials: state.denials.filter((denial) => !over.includes(denial))}
}
