/**
 * `/deny` and `/revoke` (formats §8, "Order and time"): every live receipt that is met ends, earlier statements are void,
 * and a denial stands. It can be said late, and is carried out without what GitHub does not tell: what forbids has no end
 * of life, and needs nothing but who says it.
 */
import {type Completing, complete, completeInRounds, publicationOf, statementKey} from './rounds.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {ChangeFacts, Presence} from '../model/facts.ts'
import {denyBy, evaluateFloor, evaluateStanding} from '../policy/rules.ts'
import type {Case, EnvironmentPolicy} from '../model/ruling.ts'
import {renderNoStanding, renderUnnamedEnvironment} from '../publish/render-answer.ts'
import {renderEnded, renderUnknownReceipt, renderWithdrawn} from '../publish/render-reply.ts'
import {isOverdue} from './announced.ts'
import {fetchChangeOf} from './fetch-change.ts'
import {waitForLag} from './lag.ts'
import {type EndOrder, endReceipts, endSurplus, makeEnding, otherPanels} from './end.ts'
import {publishOutcome} from './publish-outcome.ts'
import {sealDecision} from './seal-decision.ts'
import type {Outcome} from '../model/idempotency.ts'
import type {Log} from '../model/log.ts'
import type {LiveReceipt, ScopeState} from '../model/state.ts'
import type {ScopeReading} from '../model/store.ts'
import type {FactTools, OnceTools, PublishTools, SealTools, ServesOwner} from './tools.ts'
import {type Placed, type Withdrawing, endedEarlier, isAmongApprovers, orderOf, receiptNamed} from './withdraw-order.ts'
import {type Rules, fetchRules} from './withdraw-rules.ts'

export type WithdrawTools = OnceTools &
  FactTools &
  SealTools &
  PublishTools & {readonly servesOwner: ServesOwner; readonly log: Log}

/** Undefined for somebody without standing in it: no more is read for them (threats A52). */
export async function withdraw(asked: Withdrawing, tools: WithdrawTools): Promise<Outcome | undefined> {
  const {said, standing, environment} = asked
  const hasFloor = evaluateFloor(standing).kind === 'standing'
  if (environment === undefined) {
    return hasFloor
      ? await complete({said, words: {reaction: 'confused', reply: renderUnknownReceipt()}}, tools)
      : undefined
  }
  const placed = {...asked, environment}
  if (!hasFloor && !(await isAmongApprovers(placed, tools))) return undefined
  const rules = await orCarryOut(placed, tools, () => fetchRules(placed, tools))
  if (rules === 'gone') return await endBlindly('the repository', placed, tools)
  if (!tools.servesOwner(rules.baseline.repository.owner)) return await complete({said, words: {}}, tools)
  if (rules.environment === undefined) {
    const reply = renderUnnamedEnvironment(environment, rules.inForce.policy)
    return await complete({said, words: {reaction: 'confused', reply}}, tools)
  }
  const judged = evaluateStanding({...rules.inForce, standing: rules.standing, environment: rules.environment})
  const may = judged.kind === 'standing' || (await isAmongApprovers({...placed, standing: rules.standing}, tools))
  if (!may) return await complete({said, words: {reaction: '-1', reply: renderNoStanding(judged.outcomes)}}, tools)
  return await end({...placed, rules: {...rules, environment: rules.environment}}, tools)
}

type Endable = Placed & {readonly rules: Rules & {readonly environment: EnvironmentPolicy}}

async function end(asked: Endable, tools: WithdrawTools): Promise<Outcome> {
  const {said, rules} = asked
  const {state} = await tools.store.read(orderOf(asked).scope)
  const known = {baseline: rules.baseline, environment: rules.environment, state}
  const change = await orCarryOut(asked, tools, () => fetchChangeOf(said, known, tools))
  if (change === 'gone') return await endBlindly('the pull request', asked, tools)
  const presence = await fetchPresence(asked, tools)
  return await endWith({...asked, rules, change, presence}, tools)
}

/**
 * Throws GitHubUnavailable once the no is carried out: only its record is missing then, and is tried for again. Whoever may
 * write there may say no while GitHub does not tell the policy, but not before it had its time.
 */
async function orCarryOut<T>(asked: Placed | Endable, tools: WithdrawTools, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (fault) {
    const isJudged = 'rules' in asked
    if (fault instanceof GitHubUnavailable && (isJudged || isOverdue(asked, tools.now()))) await carryOut(asked, tools)
    throw fault
  }
}

/** Whether the comment is still what it was; only said in the reply. */
async function fetchPresence({said}: Placed, {facts}: WithdrawTools): Promise<Presence> {
  try {
    return await facts.fetchPresence(said)
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable)) throw fault
    return 'as-said'
  }
}

/** Ends and forbids from state alone, and shows it on the check runs. Once, however often it is called. */
async function carryOut(asked: Placed, tools: WithdrawTools): Promise<void> {
  const {said} = asked
  const {nonce: _, ...order} = orderOf(asked)
  const {repository, installation, pullRequest} = said
  const carried = await endReceipts(
    {...order, key: {repositoryId: repository.id, subject: `carried/${statementKey(said).subject}`}},
    {address: {repository, installation, pullRequest}},
    tools,
  )
  await publishOutcome(carried, tools).catch((fault: unknown) =>
    tools.log.warn({err: fault, comment: said.comment.id}, 'the check runs of a withdrawal are not written yet'),
  )
}

/** What it stands on is not there: it is carried out all the same, with words and without a decision. */
async function endBlindly(what: string, asked: Placed, tools: WithdrawTools): Promise<Outcome> {
  const {said, receivedAt} = asked
  await carryOut(asked, tools)
  waitForLag(what, {receivedAt, now: tools.now()})
  tools.log.info({comment: said.comment.id, pullRequest: said.pullRequest}, `carried out, though ${what} is not there`)
  const {state} = await tools.store.read(orderOf(asked).scope)
  return await complete({said, words: wordsOf({...asked, presence: 'as-said'}, {now: [], state})}, tools)
}

type Whole = Endable & {
  readonly change: ChangeFacts
  readonly presence: Presence
}

async function endWith(asked: Whole, tools: WithdrawTools): Promise<Outcome> {
  const {said, command, environment: name, standing, change, rules} = asked
  const order = orderOf(asked, change)
  await endSurplus(order, tools)
  return await completeInRounds({key: statementKey(said), scope: order.scope}, tools, async (read) => {
    const receipts = order.choose(read.state, tools.now())
    const named = receiptNamed(command)
    if (named !== undefined && receipts.length === 0 && endedEarlier(asked, read.state).length === 0) {
      return await complete({said, words: {reaction: 'eyes', reply: renderEnded(named)}}, tools)
    }
    const {inForce, environment} = rules
    const alone = {request: {environment: name}, standing, change, ...inForce, environment}
    const ruled: Case = {...alone, approvals: [], denials: [], isVoid: false, clockAhead: 0}
    return await write({asked, order, ruled, read, receipts}, tools)
  })
}

interface Writable {
  readonly asked: Whole
  readonly order: EndOrder
  readonly ruled: Case
  readonly read: ScopeReading
  readonly receipts: readonly LiveReceipt[]
}

/** The denial's record, then one for each receipt that it ends: all of them or none. */
async function write({asked, order, ruled, read, receipts}: Writable, tools: WithdrawTools): Promise<Completing> {
  const {said, begun} = asked
  const ruling = denyBy(ruled, describeWithdrawal(asked))
  const sealed = await sealDecision({begun, statement: said, case: ruled, ruling, said: 'DENY', head: read.head}, tools)
  const {record, at} = sealed
  const {records, state, checkRuns} = await makeEnding(order, {receipts, read, at, first: record}, tools)
  const publication = publicationOf(said, {
    ...wordsOf(asked, {now: receipts, state: read.state}),
    checkRuns,
    panels: otherPanels(receipts, said),
  })
  return {
    completes: {key: statementKey(said), outcome: {kind: 'deny', publication}},
    appends: {scope: record.scope, records, state, read},
    at,
  }
}

function describeWithdrawal({command, standing}: Placed): string {
  const verb = command.kind === 'deny' ? 'denied' : 'revoked'
  const reason = command.reason === undefined ? '.' : `: ${command.reason}`
  return `${standing.author.login} ${verb} it${reason}`
}

function wordsOf(
  asked: Placed & {readonly presence: Presence},
  {now, state}: {readonly now: readonly LiveReceipt[]; readonly state: ScopeState},
) {
  const {said, command, environment, standing, presence} = asked
  const reply = renderWithdrawn({
    kind: command.kind,
    environment,
    by: standing.author.login,
    reason: command.reason,
    pullRequest: said.pullRequest,
    ended: [...endedEarlier(asked, state), ...now],
    isWhole: receiptNamed(command) === undefined,
    presence,
  })
  return {reaction: '+1', reply} as const
}
