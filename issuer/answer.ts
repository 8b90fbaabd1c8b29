/** Answers that decide nothing: help, status, a near miss, the bare form, an unnamed environment, no standing. */
import {type Environment, parseEnvironment} from '#protocol'
import type {IssuerTools} from './approve.ts'
import type {Reading} from './command/command.ts'
import type {StandingFacts, Statement} from './facts/facts.ts'
import {findEnvironment} from './policy/built-in.ts'
import {evaluateStanding} from './policy/rules.ts'
import type {Policy, RuleOutcome} from './policy/ruling.ts'
import type {Publication} from './publish/publication.ts'
import {
  type EnvironmentStatus,
  renderHelp,
  renderNearMiss,
  renderNoStanding,
  renderStatus,
  renderUnnamedEnvironment,
} from './publish/render-answer.ts'
import {renderBare} from './publish/render-reply.ts'
import type {Outcome} from './store/store.ts'

/** What was said, and who said it; `gone` when the comment, or what it stands on, is not there any more. */
export interface Question {
  readonly said: Statement
  readonly reading: Reading
  readonly standing: StandingFacts | 'gone'
}

type Words = Pick<Publication, 'reaction' | 'reply'>
export type Answer = Words & {readonly courtesy?: Outcome['courtesy']}
type Tools = Pick<IssuerTools, 'policy' | 'store' | 'claims' | 'facts' | 'pushLog' | 'now'>
type ForUs = Exclude<Reading, {kind: 'not-for-us'}>

/** Who may approve is always answered; others get at most one reply a person, pull request and hour. */
export async function answerQuestion({said, reading, standing}: Question, tools: Tools): Promise<Answer> {
  if (standing === 'gone' || reading.kind === 'not-for-us') return {}
  const refused = refuseStanding(reading, standing, tools.policy)
  if (refused !== undefined) {
    return await withCourtesy({said, words: {reaction: '-1', reply: renderNoStanding(refused)}}, tools)
  }
  const words = await findWords({said, reading}, tools)
  return mayApproveSomewhere(standing, tools.policy) ? words : await withCourtesy({said, words}, tools)
}

/** The outcomes that keep this person from authorising for the named environment; undefined when nothing does. */
function refuseStanding(reading: ForUs, standing: StandingFacts, policy: Policy): readonly RuleOutcome[] | undefined {
  if (reading.kind !== 'command' || reading.command.kind !== 'authorize') return undefined
  const environment = findEnvironment(policy, reading.command.environment)
  if (environment === undefined) return undefined
  const ruling = evaluateStanding({standing, policy, environment})
  return ruling.kind === 'no-standing' ? ruling.outcomes : undefined
}

const mayApproveSomewhere = (standing: StandingFacts, policy: Policy): boolean =>
  Object.values(policy.environments).some(
    (environment) => evaluateStanding({standing, policy, environment}).kind === 'standing',
  )

async function findWords({said, reading}: {said: Statement; reading: ForUs}, tools: Tools): Promise<Words> {
  if (reading.kind === 'near-miss') return {reaction: 'confused', reply: renderNearMiss(reading.problem)}
  switch (reading.command.kind) {
    case 'help':
      return {reaction: '+1', reply: renderHelp(tools.policy)}
    case 'status':
      return {reaction: '+1', reply: renderStatus(await readStatus(said, tools), tools.now())}
    case 'authorize':
      return await answerBare(said, reading.command.environment, tools)
  }
}

async function readStatus({repository}: Statement, {policy, store}: Tools): Promise<readonly EnvironmentStatus[]> {
  const environments = Object.keys(policy.environments).flatMap((name) => parseEnvironment(name) ?? [])
  return await Promise.all(
    environments.map(async (environment) => {
      const {state} = await store.read({repositoryId: repository.id, environment})
      return {environment, state}
    }),
  )
}

/** `/authorize production` without a commit: the exact line to copy, and what it would let out. */
async function answerBare(said: Statement, environment: Environment, tools: Tools): Promise<Words> {
  if (findEnvironment(tools.policy, environment) === undefined) {
    return {reaction: 'confused', reply: renderUnnamedEnvironment(environment, tools.policy)}
  }
  const {state} = await tools.store.read({repositoryId: said.repository.id, environment})
  const change = await tools.facts.readChange(said, {
    pushes: (ref) => tools.pushLog.pushes(said.repository.id, ref),
    lastAuthorised: state.lastAuthorised,
  })
  return change === 'gone' ? {} : {reaction: 'eyes', reply: renderBare(environment, change)}
}

const courtesyMs = 3_600_000

async function withCourtesy({said, words}: {said: Statement; words: Words}, tools: Tools): Promise<Answer> {
  const to = {accountId: said.comment.authorId, pullRequest: said.pullRequest}
  const last = await tools.claims.lastCourtesy({repositoryId: said.repository.id, ...to})
  const silent = last !== undefined && tools.now() < last + courtesyMs
  return silent ? {reaction: words.reaction} : {...words, courtesy: to}
}
