/** FactSource over GitHub's API: each call reads afresh, and an outage is never a fact (formats §8). */
import type {Connection, GitHub} from './client.ts'
import {fetchChange} from './change.ts'
import {fetchBranch} from './commits.ts'
import {fetchPolicyFile} from './policy-file.ts'
import {fetchProposedPolicy, fetchSince, fetchWherePullStands} from './pull-request.ts'
import {fetchRepository, splitName} from './repository.ts'
import {fetchPermission, fetchReach, fetchStanding, fetchTeams} from './standing.ts'
import type {
  ApiRead,
  Baseline,
  FactSource,
  PermissionSource,
  PullPlace,
  PullRequestSource,
  TeamSource,
} from '../model/facts.ts'

type Access = Pick<GitHub, 'connect'>

export const createFactSource = (github: Access): FactSource => ({
  fetchStanding: async (statement) => {
    const {connection, reads} = record(github.connect(statement.installation))
    const standing = await fetchStanding(connection, statement)
    return standing === 'gone' ? standing : {...standing, reads: reads()}
  },
  fetchReach: async (statement) => fetchReach(github.connect(statement.installation), statement),
  fetchBaseline: async (pull) => fetchBaseline(github.connect(pull.installation), pull),
  fetchChange: async (pull, known) => {
    const {connection, reads} = record(github.connect(pull.installation))
    const change = await fetchChange(connection, {pull, known})
    return change === 'gone' ? change : {...change, reads: reads()}
  },
})

export const createTeamSource = (github: Access): TeamSource => ({
  fetchTeams: async (statement, asked) => fetchTeams(github.connect(statement.installation), asked),
})

export const createPullRequestSource = (github: Access): PullRequestSource => ({
  fetchPullRequest: async (pull) => fetchWherePullStands(github.connect(pull.installation), pull),
  fetchProposedPolicy: async (pull) => fetchProposedPolicy(github.connect(pull.installation), pull),
  fetchSince: async (pull, range) => fetchSince(github.connect(pull.installation), {pull, ...range}),
})

export const createPermissionSource = (github: Access): PermissionSource => ({
  fetchPermission: async ({installation, repository}, author) =>
    fetchPermission(github.connect(installation), {at: splitName(repository.name), author}),
})

/** A connection that remembers what it asked: decisions record which of GitHub's answers they stand on. */
function record(connection: Connection): {readonly connection: Connection; readonly reads: () => readonly ApiRead[]} {
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

/**
 * The repository as it is now, its default branch's newest commit, and the policy in that commit. Three requests where there is no `.github`, four where there is, five where it holds a policy.
 */
async function fetchBaseline(connection: Connection, {repository: announced}: PullPlace): Promise<Baseline | 'gone'> {
  const repository = await fetchRepository(connection, announced)
  if (repository === 'gone') return 'gone'
  const place = {connection, at: splitName(repository.name)}
  const main = await fetchBranch(place, repository.defaultBranch)
  return {repository, main, policy: await fetchPolicyFile(place, main)}
}
