/** FactSource over GitHub's API: each call reads afresh, and an outage is never a fact (formats §8). */
import type {GitHub} from './client.ts'
import {fetchChange} from './change.ts'
import {record} from './recording.ts'
import {splitName} from './repository.ts'
import type {FactSource, PermissionSource, PullRequestSource, TeamSource} from '../model/facts.ts'
import {fetchBaseline} from './baseline.ts'
import {fetchProposedPolicy, fetchSince, fetchWherePullStands} from './proposal.ts'
import {fetchPermission, fetchStanding} from './standing.ts'
import {fetchTeams} from './teams.ts'

type Access = Pick<GitHub, 'connect'>

export const createFactSource = (github: Access): FactSource => ({
  fetchStanding: async (statement) => {
    const {connection, reads} = record(github.connect(statement.installation))
    const standing = await fetchStanding(connection, statement)
    return standing === 'gone' ? standing : {...standing, reads: reads()}
  },
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
