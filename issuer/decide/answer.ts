/** Answers that decide nothing: help, status, a near miss, the bare form, an unnamed environment, no standing. */
import {type Environment, parseEnvironment} from '#protocol'
import {fetchCurrentChange} from './fetch-change.ts'
import type {Command, ReadingForUs} from '../model/command.ts'
import type {Baseline, ChangeFacts, StandingFacts, Statement} from '../model/facts.ts'
import {choosePolicy, describeUnreadable, findAsked} from '../policy/in-force.ts'
import {evaluateFloor, evaluateStanding} from '../policy/rules.ts'
import type {PolicyInForce, RuleOutcome} from '../model/ruling.ts'
import type {Publication} from '../model/publication.ts'
import {
  type EnvironmentStatus,
  renderHelp,
  renderNearMiss,
  renderNoStanding,
  renderStatus,
  renderUnnamedEnvironment,
  renderUnreadable,
} from '../publish/render-answer.ts'
import {renderBare, renderCopy} from '../publish/render-reply.ts'
import type {Outcome} from '../model/idempotency.ts'
import type {FactTools, OnceTools} from './tools.ts'

/** What was said, and who said it; `gone` when the comment, or what it stands on, is not there any more. */
export interface Answerable {
  readonly said: Statement
  readonly reading: ReadingForUs
  readonly standing: StandingFacts | 'gone'
  /** Absent until it was read: nobody without permission has it read but for the one reply that a stranger gets. */
  readonly known?: Known
}

interface Known {
  readonly baseline: Baseline
  readonly inForce: PolicyInForce
}

type Words = Pick<Publication, 'reaction' | 'reply'>
export type Answer = Words & {readonly strangerReply?: Outcome['strangerReply']}
export type AnswerTools = Omit<OnceTools, 'newIds'> & Pick<FactTools, 'facts' | 'pushLog'>

/** Who may approve at all is always answered; others get at most one reply a person, pull request and hour. */
export async function answerQuestion(
  {said, reading, standing, known}: Answerable,
  tools: AnswerTools,
): Promise<Answer> {
  if (standing === 'gone') return {}
  const refused = refuseStanding(reading, {standing, known})
  if (refused !== undefined) {
    const words = {reaction: '-1', reply: renderNoStanding(refused)} as const
    return await withinReplyLimit({said, reaction: '-1', findWords: () => Promise.resolve(words)}, tools)
  }
  if (evaluateFloor(standing).kind === 'standing')
    return (await findLine({said, reading}, tools)) ?? (await findWords({said, reading, known}, tools))
  const reaction = reading.kind === 'near-miss' ? 'confused' : '+1'
  return await withinReplyLimit({said, reaction, findWords: () => findWords({said, reading, known}, tools)}, tools)
}

/** The outcomes that keep this person from authorizing for the named environment; undefined when nothing does. */
function refuseStanding(
  reading: ReadingForUs,
  {standing, known}: {readonly standing: StandingFacts; readonly known: Known | undefined},
): readonly RuleOutcome[] | undefined {
  if (reading.kind !== 'command' || !isAboutReceipts(reading.command)) return undefined
  const {command} = reading
  const environment = known && 'environment' in command ? findAsked(known.inForce, command) : undefined
  const ruling =
    known === undefined || environment === undefined
      ? evaluateFloor(standing)
      : evaluateStanding({standing, policy: known.inForce.policy, environment})
  return ruling.kind === 'no-standing' ? ruling.outcomes : undefined
}

/** What only people with standing may say; everybody may ask for help. */
const isAboutReceipts = ({kind}: Command): boolean => kind !== 'help' && kind !== 'status'

/** For a near miss that was to authorize, by somebody who may: the line to copy for what is there now. */
async function findLine(
  {said, reading}: Pick<Findable, 'said' | 'reading'>,
  tools: AnswerTools,
): Promise<Words | undefined> {
  if (reading.kind !== 'near-miss' || reading.environment === undefined) return undefined
  const known = await readKnown(said, tools)
  if (known === 'gone' || findAsked(known.inForce, {environment: reading.environment}) === undefined) return undefined
  const change = await fetchChangeIn({said, environment: reading.environment, known}, tools)
  if (change === 'gone' || change.pullRequest.state === 'closed') return undefined
  return {reaction: 'confused', reply: renderNearMiss(reading.problem, renderCopy(reading.environment, change))}
}

interface Findable {
  readonly said: Statement
  readonly reading: ReadingForUs
  readonly known: Known | undefined
}

async function findWords({said, reading, known: given}: Findable, tools: AnswerTools): Promise<Words> {
  if (reading.kind === 'near-miss') return {reaction: 'confused', reply: renderNearMiss(reading.problem)}
  const known = given ?? (await readKnown(said, tools))
  if (known === 'gone') return {}
  const {policy, source} = known.inForce
  if (source.kind === 'unreadable') return {reaction: 'confused', reply: renderUnreadable(describeUnreadable(source))}
  switch (reading.command.kind) {
    case 'help':
      return {reaction: '+1', reply: renderHelp(policy)}
    case 'status':
      return {reaction: '+1', reply: renderStatus(await readStatus(said, {policy, store: tools.store}), tools.now())}
    case 'authorize':
      return await answerBare({said, environment: reading.command.environment, known}, tools)
    case 'deny':
    case 'revoke':
      throw new TypeError('a denial by somebody with standing is carried out, not answered')
  }
}

async function readKnown(said: Statement, {facts}: Pick<AnswerTools, 'facts'>): Promise<Known | 'gone'> {
  const baseline = await facts.fetchBaseline(said)
  return baseline === 'gone' ? baseline : {baseline, inForce: choosePolicy(baseline.policy)}
}

async function readStatus(
  {repository}: Statement,
  {policy, store}: Pick<PolicyInForce, 'policy'> & Pick<AnswerTools, 'store'>,
): Promise<readonly EnvironmentStatus[]> {
  const environments = Object.keys(policy.environments).flatMap((name) => parseEnvironment(name) ?? [])
  return await Promise.all(
    environments.map(async (environment) => {
      const {state} = await store.read({repositoryId: repository.id, environment})
      return {environment, state}
    }),
  )
}

/** `/authorize production` without a commit: the exact line to copy, and what it would let out. */
async function answerBare({said, environment, known}: Placed, tools: AnswerTools): Promise<Words> {
  if (findAsked(known.inForce, {environment}) === undefined) {
    return {reaction: 'confused', reply: renderUnnamedEnvironment(environment, known.inForce.policy)}
  }
  const change = await fetchChangeIn({said, environment, known}, tools)
  return change === 'gone' ? {} : {reaction: 'eyes', reply: renderBare(environment, change)}
}

interface Placed {
  readonly said: Statement
  readonly environment: Environment
  readonly known: Known
}

async function fetchChangeIn({said, environment, known}: Placed, tools: AnswerTools): Promise<ChangeFacts | 'gone'> {
  const rules = findAsked(known.inForce, {environment})
  if (rules === undefined) throw new TypeError('an environment that the policy does not name has no rules')
  const {state} = await tools.store.read({repositoryId: said.repository.id, environment})
  return await fetchCurrentChange(said, {baseline: known.baseline, environment: rules, state}, tools)
}

const replyLimitMs = 3_600_000

/** Words that are found only when they are said: silence costs nothing. */
interface LimitedReply {
  readonly said: Statement
  /** What a silent answer is. */
  readonly reaction: Words['reaction']
  readonly findWords: () => Promise<Words>
}

async function withinReplyLimit({said, reaction, findWords: find}: LimitedReply, tools: AnswerTools): Promise<Answer> {
  const to = {accountId: said.comment.authorId, pullRequest: said.pullRequest}
  const last = await tools.idempotency.lastStrangerReply({repositoryId: said.repository.id, ...to})
  const silent = last !== undefined && tools.now() < last + replyLimitMs
  return silent ? {reaction} : {...(await find()), strangerReply: to}
}
