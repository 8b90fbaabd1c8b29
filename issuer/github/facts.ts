/** FactSource over GitHub's API: each call reads afresh, and an outage is never a fact (formats §8). */
import type {GitHub} from './client.ts'
import {readChange} from './change.ts'
import {record} from './recording.ts'
import {splitName} from './repository.ts'
import type {FactSource, PermissionSource, PullRequestSource, TeamSource} from '../model/facts.ts'
import {readBaseline} from './baseline.ts'
import {readProposedPolicy, readPullRequest, readSince} from './proposal.ts'
import {fetchPermission, readStanding} from './standing.ts'
import {readTeams} from './teams.ts'

type Access = Pick<GitHub, 'connect'>

export const createFactSource = (github: Access): FactSource => ({
  readStanding: async (statement) => {
    const {connection, reads} = record(github.connect(statement.installation))
    const standing = await readStanding(connection, statement)
    return standing === 'gone' ? standing : {...standing, reads: reads()}
  },
  readBaseline: async (pull) => readBaseline(github.connect(pull.installation), pull),
  readChange: async (pull, known) => {
    const {connection, reads} = record(github.connect(pull.installation))
    const change = await readChange(connection, {pull, known})
    return change === 'gone' ? change : {...change, reads: reads()}
  },
})

export const createTeamSource = (github: Access): TeamSource => ({
  readTeams: async (statement, asked) => readTeams(github.connect(statement.installation), asked),
})

export const createPullRequestSource = (github: Access): PullRequestSource => ({
  readPullRequest: async (pull) => readPullRequest(github.connect(pull.installation), pull),
  readProposedPolicy: async (pull) => readProposedPolicy(github.connect(pull.installation), pull),
  readSince: async (pull, range) => readSince(github.connect(pull.installation), {pull, ...range}),
})

export const createPermissionSource = (github: Access): PermissionSource => ({
  readPermission: async ({installation, repository}, author) =>
    fetchPermission(github.connect(installation), {at: splitName(repository.name), author}),
})
