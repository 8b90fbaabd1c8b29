/** FactSource over GitHub's API: each call reads afresh, and an outage is never a fact (formats §8). */
import type {GitHub} from '../github/client.ts'
import {readChange} from './change.ts'
import type {FactSource, TeamSource} from './facts.ts'
import {readGround} from './ground.ts'
import {readStanding} from './standing.ts'
import {readTeams} from './teams.ts'

type Access = Pick<GitHub, 'connect'>

export const createFactSource = (github: Access): FactSource => ({
  readStanding: async (statement) => readStanding(github.connect(statement.installation), statement),
  readGround: async (statement) => readGround(github.connect(statement.installation), statement),
  readChange: async (statement, known) => readChange(github.connect(statement.installation), {statement, known}),
})

export const createTeamSource = (github: Access): TeamSource => ({
  readTeams: async (statement, asked) => readTeams(github.connect(statement.installation), asked),
})
