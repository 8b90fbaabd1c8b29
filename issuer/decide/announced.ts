/**
 * Who takes something back, believed as the signed payload says it: GitHub is asked only what that account may do now, and
 * while it cannot tell, the environment's own memory of the person stands in for it (formats §8, "Order and time").
 */
import type {Environment} from '#protocol'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Reach, StandingFacts, Statement} from '../model/facts.ts'
import type {ScopeState} from '../model/state.ts'
import type {FactTools, OnceTools} from './tools.ts'

interface Announced {
  readonly said: Statement
  /** When the webhook came; milliseconds. */
  readonly receivedAt: number
  /** Undefined where no environment is named. */
  readonly environment: Environment | undefined
}

/** How long GitHub is waited for, in milliseconds, before what forbids goes on without it. */
const patienceMs = 30_000

export const isOverdue = ({receivedAt}: Pick<Announced, 'receivedAt'>, now: number): boolean =>
  now >= receivedAt + patienceMs

export type AnnouncedTools = Pick<OnceTools, 'store' | 'now'> & Pick<FactTools, 'facts'>

/** Throws GitHubUnavailable when GitHub does not tell, and nothing is known of the person or it is too early. */
export async function fetchAnnounced(asked: Announced, tools: AnnouncedTools): Promise<StandingFacts> {
  try {
    const reach = await tools.facts.fetchReach(asked.said)
    return standingOf(asked, reach === 'gone' ? {permission: 'none', role: 'none', readAt: asked.receivedAt} : reach)
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable) || !isOverdue(asked, tools.now())) throw fault
    if (!(await isKnown(asked, tools))) throw fault
    return standingOf(asked, {permission: 'write', role: 'write', readAt: asked.receivedAt})
  }
}

const standingOf = (
  {said: {comment, announced}}: Announced,
  {login = announced.login, ...reach}: Omit<Reach, 'login'> & Partial<Pick<Reach, 'login'>>,
): StandingFacts => ({
  ...reach,
  author: {id: comment.authorId, login, type: announced.type},
  viaApp: announced.viaApp,
  viaEmail: false,
  edited: false,
  asAnnounced: true,
  createdAt: announced.at,
  bodyDigest: comment.digest,
  teams: [],
})

/** Whether the person's word counted there: for a receipt that lives, an approval that waits, a denial, an authorization. */
async function isKnown({said, environment}: Announced, {store}: AnnouncedTools): Promise<boolean> {
  if (environment === undefined) return false
  const {state} = await store.read({repositoryId: said.repository.id, environment})
  return speakersIn(state).includes(said.comment.authorId)
}

const speakersIn = ({receipts, waiting, denials, said}: ScopeState): readonly number[] => [
  ...receipts.flatMap(({approvers}) => approvers),
  ...waiting.map(({statement}) => statement.comment.authorId),
  ...denials.map(({by}) => by.id),
  ...said.map(({by}) => by),
]
