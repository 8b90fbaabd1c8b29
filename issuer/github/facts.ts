/** FactSource over GitHub's API: each call reads afresh, but for who is a stranger, and an outage is never a fact (formats §8). */
import type {Connection, GitHub} from './client.ts'
import {keepPulls} from './associations.ts'
import {fetchCandidate} from './change.ts'
import {fetchBranch, keepCommits} from './commits.ts'
import {type Place, keepComparisons} from './comparison.ts'
import {keepMoves} from './moves.ts'
import {type Kept, keep} from './kept.ts'
import {fetchPolicyFile} from './policy-file.ts'
import {fetchIsAbandoned, fetchProposedPolicy, fetchWherePullStands} from './pull-request.ts'
import {fetchRange, keepParts} from './range.ts'
import {fetchRepository, splitName} from './repository.ts'
import {fetchPermission, fetchPresence, fetchReach, fetchStanding, fetchTeams} from './standing.ts'
import {
  type ApiRead,
  type Baseline,
  type FactSource,
  type PermissionLevel,
  type PermissionSource,
  type PullPlace,
  type PullRequestSource,
  type Reach,
  type TeamSource,
  permissionLevels,
} from '../model/facts.ts'

type Access = Pick<GitHub, 'connect'>

export function createFactSource(github: Access): FactSource {
  const comparisons = keepComparisons()
  const commits = keepCommits()
  const kept = {parts: keepParts(), moves: keepMoves(), pulls: keepPulls()}
  const strangers = keepStrangers()
  const open = (pull: PullPlace, {id, name}: Baseline['repository']): Recording & {readonly place: Place} => {
    const recording = record(github.connect(pull.installation))
    return {...recording, place: {...recording, at: splitName(name), repositoryId: id, comparisons, commits}}
  }
  return {
    fetchStanding: async (statement) => {
      const {connection, reads} = record(github.connect(statement.installation))
      const standing = await fetchStanding(connection, statement)
      return standing === 'gone' ? standing : {...standing, reads: reads()}
    },
    fetchReach: async (statement) =>
      strangers.get(`${statement.repository.id}/${statement.comment.authorId}`, async () => {
        const {connection, reads} = record(github.connect(statement.installation))
        const reach = await fetchReach(connection, statement)
        return reach === 'gone' ? reach : {...reach, reads: reads()}
      }),
    fetchPresence: async (statement) => fetchPresence(github.connect(statement.installation), statement),
    fetchIsAbandoned: async (pull, before) => fetchIsAbandoned(github.connect(pull.installation), pull, before),
    fetchBaseline: async (pull) => fetchBaseline(github.connect(pull.installation), pull),
    fetchCandidate: async (pull, known) => {
      const {place, reads} = open(pull, known.baseline.repository)
      const candidate = await fetchCandidate(place, {pull, known})
      return candidate === 'gone' ? candidate : {...candidate, reads: reads()}
    },
    fetchRange: async (pull, known) => {
      const {place, reads} = open(pull, known.candidate.repository)
      const brought = await fetchRange(place, {...known, pull, kept})
      return {...brought, reads: [...(known.candidate.reads ?? []), ...reads()]}
    },
  }
}

/** Hundreds of withdrawals by somebody who may not write cost no more than one, for ten minutes (threats A61). */
const keepStrangers = (): Kept<Reach | 'gone'> =>
  keep({atMost: 10_000, forMs: 600_000, isFinal: (reach) => reach === 'gone' || isBelowWrite(reach.permission)})

const isBelowWrite = (permission: PermissionLevel): boolean =>
  permissionLevels.indexOf(permission) < permissionLevels.indexOf('write')

export const createTeamSource = (github: Access): TeamSource => ({
  fetchTeams: async (statement, asked) => fetchTeams(github.connect(statement.installation), asked),
})

export const createPullRequestSource = (github: Access): PullRequestSource => ({
  fetchPullRequest: async (pull) => fetchWherePullStands(github.connect(pull.installation), pull),
  fetchProposedPolicy: async (pull) => fetchProposedPolicy(github.connect(pull.installation), pull),
})

export const createPermissionSource = (github: Access): PermissionSource => ({
  fetchPermission: async ({installation, repository}, author) =>
    fetchPermission(github.connect(installation), {at: splitName(repository.name), author}),
})

interface Recording {
  readonly connection: Connection
  readonly reads: () => readonly ApiRead[]
}

/** A connection that remembers what it asked: decisions record which of GitHub's answers they stand on. */
function record(connection: Connection): Recording {
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
