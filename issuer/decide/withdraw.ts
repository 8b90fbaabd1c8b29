/**
 * `/deny` and `/revoke` (formats §8, "Order and time"): every live receipt that is meant ends, earlier statements there
 * are void, and a denial stands. It can be said late: what forbids has no end of life.
 */
import type {Environment, ReceiptId} from '#protocol'
import {fetchTeamsOf} from './collect.ts'
import type {Command} from '../model/command.ts'
import {type Completing, complete, completeInRounds, publicationOf, statementKey} from './rounds.ts'
import type {Baseline, StandingFacts, Statement} from '../model/facts.ts'
import {foldDenial, foldVoid, liveReceipts} from '../mint/fold-scope.ts'
import {environmentDefaults} from '../policy/built-in.ts'
import {choosePolicy, findAsked} from '../policy/in-force.ts'
import {denyBy, evaluateFloor, evaluateStanding, type StandingRuling} from '../policy/rules.ts'
import type {Case, EnvironmentPolicy, PolicyInForce} from '../model/ruling.ts'
import {renderNoStanding, renderUnnamedEnvironment} from '../publish/render-answer.ts'
import {renderEnded, renderUnknownReceipt, renderWithdrawn} from '../publish/render-reply.ts'
import {fetchChangeOf} from './fetch-change.ts'
import {endSilently} from './lag.ts'
import {type EndOrder, type Ending, endSurplus, makeEnding} from './end.ts'
import {sealDecision} from './seal-decision.ts'
import type {IdempotencyRecord, Outcome} from '../model/idempotency.ts'
import type {Log} from '../model/log.ts'
import type {Publication} from '../model/publication.ts'
import type {LiveReceipt, ScopeState} from '../model/state.ts'
import type {ScopeReading} from '../model/store.ts'
import type {FactTools, OnceTools, SealTools, ServesOwner} from './tools.ts'

type WithdrawCommand = Extract<Command, {kind: 'deny' | 'revoke'}>

export type WithdrawTools = OnceTools & FactTools & SealTools & {readonly servesOwner: ServesOwner; readonly log: Log}

export interface Withdrawing {
  readonly said: Statement
  readonly begun: IdempotencyRecord
  /** When the webhook came; milliseconds. */
  readonly receivedAt: number
  readonly standing: StandingFacts
  readonly command: WithdrawCommand
}

/** Undefined for somebody without standing in it: no more is read for them (threats A52). */
export async function withdraw(asked: Withdrawing, tools: WithdrawTools): Promise<Outcome | undefined> {
  const {said, standing, command} = asked
  const hasFloor = evaluateFloor(standing).kind === 'standing'
  const environment = await findTarget(asked, tools)
  if (environment === undefined) {
    return hasFloor
      ? await complete({said, words: {reaction: 'confused', reply: renderUnknownReceipt()}}, tools)
      : undefined
  }
  if (!hasFloor && !(await isAmongApprovers({...asked, environment}, tools))) return undefined
  const baseline = await tools.facts.fetchBaseline(said)
  if (baseline === 'gone') return await endSilently('the repository', asked, tools)
  if (!tools.servesOwner(baseline.repository.owner)) return await complete({said, words: {}}, tools)
  const inForce = choosePolicy(baseline.policy)
  // Receipts of an environment that the policy names no more can still be revoked.
  const rules = findAsked(inForce, {environment}) ?? (command.kind === 'revoke' ? environmentDefaults : undefined)
  if (rules === undefined) {
    const reply = renderUnnamedEnvironment(environment, inForce.policy)
    return await complete({said, words: {reaction: 'confused', reply}}, tools)
  }
  const full = await fetchTeamsOf({said, standing, environment: rules}, tools.teams)
  const judged = evaluateStanding({standing: full, policy: inForce.policy, environment: rules})
  const may = judged.kind === 'standing' || (await isAmongApprovers({...asked, standing: full, environment}, tools))
  if (!may) return await complete({said, words: {reaction: '-1', reply: renderNoStanding(judged.outcomes)}}, tools)
  return await end({...asked, standing: full, environment, rules, baseline, inForce}, tools)
}

/** The environment that is meant; undefined for a receipt that this repository has not. */
async function findTarget({said, command}: Withdrawing, {store}: WithdrawTools): Promise<Environment | undefined> {
  if (command.kind === 'deny') return command.environment
  if ('environment' in command.target) return command.target.environment
  const [found] = await store.find({by: 'receipt', id: command.target.receipt})
  return found?.receipt.scope.repositoryId === said.repository.id ? found.receipt.scope.environment : undefined
}

type Placed = Withdrawing & {readonly environment: Environment}

/** Whoever approved may take it back, even when approving is no longer theirs; everything else about them must hold. */
async function isAmongApprovers(
  {said, standing, command, environment}: Placed,
  tools: WithdrawTools,
): Promise<boolean> {
  if (command.kind !== 'revoke' || !failsOnlyOnReach(evaluateFloor(standing))) return false
  const {state} = await tools.store.read({repositoryId: said.repository.id, environment})
  return meant(state, {said, command}, tools.now()).some(({approvers}) => approvers.includes(standing.author.id))
}

const reach = new Set(['permission', 'named-approver'])
const failsOnlyOnReach = ({outcomes}: StandingRuling): boolean =>
  outcomes.every(({rule, outcome}) => outcome === 'pass' || reach.has(rule))

/** The live receipts that the command ends. `now` in milliseconds. */
function meant(
  state: ScopeState,
  {said, command}: Pick<Withdrawing, 'said' | 'command'>,
  now: number,
): readonly LiveReceipt[] {
  const named = receiptNamed(command)
  if (named === undefined) return liveReceipts(state, said.pullRequest, now)
  return state.receipts.filter(({id, expiresAt}) => id === named && now < expiresAt)
}

const receiptNamed = (command: WithdrawCommand): ReceiptId | undefined =>
  command.kind === 'revoke' && 'receipt' in command.target ? command.target.receipt : undefined

interface Endable extends Placed {
  readonly rules: EnvironmentPolicy
  readonly baseline: Baseline
  readonly inForce: PolicyInForce
}

/** What all revocations of this statement say. */
const orderOf = (asked: Endable): EndOrder => {
  const {said, begun, command, environment, standing, baseline} = asked
  return {
    nonce: begun.nonce,
    scope: {repositoryId: said.repository.id, environment},
    repository: baseline.repository,
    by: standing.author,
    statement: {id: said.comment.id, digest: standing.bodyDigest},
    cause: command.kind === 'deny' ? 'denied' : 'person',
    choose: (state, now) => meant(state, asked, now),
  }
}

async function end(asked: Endable, tools: WithdrawTools): Promise<Outcome> {
  const {said, command, environment, baseline, standing, rules, inForce} = asked
  const order = orderOf(asked)
  await endSurplus(order, tools)
  return await completeInRounds({key: statementKey(said), scope: order.scope}, tools, async (read) => {
    const receipts = order.choose(read.state, tools.now())
    const named = receiptNamed(command)
    if (named !== undefined && receipts.length === 0) {
      return await complete({said, words: {reaction: 'eyes', reply: renderEnded(named)}}, tools)
    }
    const change = await fetchChangeOf(said, {baseline, environment: rules, state: read.state}, tools)
    if (change === 'gone') return await endSilently('the pull request', asked, tools)
    const alone = {request: {environment}, standing, change, ...inForce, environment: rules}
    const ruled: Case = {...alone, approvals: [], denials: [], isVoid: false}
    return await write({asked, order, ruled, read, receipts}, tools)
  })
}

interface Writable {
  readonly asked: Endable
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
  const ending = await makeEnding(order, {receipts, read, at, first: record}, tools)
  return {
    completes: {key: statementKey(said), outcome: {kind: 'deny', publication: wordsOf(asked, ending)}},
    appends: {scope: record.scope, records: ending.records, state: foldWithdrawal(ending.state, asked), read},
    at,
  }
}

function describeWithdrawal({command, standing}: Endable): string {
  const verb = command.kind === 'deny' ? 'denied' : 'revoked'
  const reason = command.reason === undefined ? '.' : `: ${command.reason}`
  return `${standing.author.login} ${verb} it${reason}`
}

/** `ended` is the scope without the receipts that it ends. */
function foldWithdrawal(ended: ScopeState, {said, command, standing, baseline}: Endable): ScopeState {
  if (receiptNamed(command) !== undefined) return ended
  const order = {pullRequest: said.pullRequest, commentId: said.comment.id, at: standing.createdAt}
  const voided = foldVoid(ended, order)
  const {id, login} = standing.author
  const denial = {...order, by: {id, login}, public: baseline.repository.public}
  return command.kind === 'deny' ? foldDenial(voided, denial) : voided
}

function wordsOf(asked: Endable, {ended, checkRuns}: Ending): Publication {
  const {said, command, environment, standing} = asked
  return publicationOf(said, {
    reaction: '+1',
    reply: renderWithdrawn({
      kind: command.kind,
      environment,
      by: standing.author.login,
      reason: command.reason,
      ended: ended.map(({receipt}) => receipt),
      isWhole: receiptNamed(command) === undefined,
    }),
    checkRuns,
  })
}
