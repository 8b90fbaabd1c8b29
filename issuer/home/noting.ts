/** Whatever reads a repository says whether it is public now, and is noted before anybody goes on with it. */
import type {FactSource, PullRequestSource} from '../model/facts.ts'
import type {RepositorySource} from '../github/repository.ts'
import type {SeenRepository, Visibility} from '../model/visibility.ts'

interface NotingTools {
  readonly visibility: Visibility
  /** Milliseconds. */
  readonly now: () => number
}

type Read = Pick<SeenRepository, 'id' | 'name' | 'public'>

export function notingFacts(facts: FactSource, tools: NotingTools): FactSource {
  return {
    ...facts,
    fetchBaseline: async (place) => {
      const at = tools.now()
      const baseline = await facts.fetchBaseline(place)
      if (baseline !== 'gone') await note(baseline.repository, {installation: place.installation, at}, tools)
      return baseline
    },
  }
}

export function notingPulls(pulls: PullRequestSource, tools: NotingTools): PullRequestSource {
  return {
    ...pulls,
    fetchPullRequest: async (place) => {
      const at = tools.now()
      const found = await pulls.fetchPullRequest(place)
      if (found !== 'gone') await note(found.repository, {installation: place.installation, at}, tools)
      return found
    },
  }
}

export const notingRepositories = (repositories: RepositorySource, tools: NotingTools): RepositorySource => ({
  fetchRepository: async (named) => {
    const at = tools.now()
    const found = await repositories.fetchRepository(named)
    await note(found, {installation: found.installation, at}, tools)
    return found
  },
})

const note = async (
  {id, name, public: isPublic}: Read,
  seen: Pick<SeenRepository, 'installation' | 'at'>,
  {visibility}: NotingTools,
): Promise<void> => {
  await visibility.note({id, name, public: isPublic, ...seen})
}
