/**
 * The issuer's story: statement -> command -> facts -> ruling -> minted record -> one atomic append -> publish.
 * Told again for the same statement, after a crash or an outage, it comes to the same single outcome.
 */
import {type Answerable, answerQuestion} from './answer.ts'
import {fetchCollected, fetchDenials, fetchTeamsOf} from './collect.ts'
import {type Completing, type Words, complete, completeInRounds, publicationOf, statementKey} from './rounds.ts'
import type {Baseline, ChangeFacts, PullRequestSource, StandingFacts, Statement} from '../model/facts.ts'
import {foldAuthorization, isFull} from '../mint/fold-no.ts'
import {foldScope, foldWaiting, revocationsOf} from '../mint/fold-scope.ts'
import {findElsewhere, isVoid, workOf} from '../mint/meet.ts'
import {type RefreshTools, refreshOthers, refreshQuietly} from './panels.ts'
import {choosePolicy, findAsked} from '../policy/in-force.ts'
import {
  chooseApprovals,
  evaluate,
  evaluateFloor,
  evaluateStanding,
  findLifted,
  overrule,
  waitsForOthers,
} from '../policy/rules.ts'
import type {Case, EnvironmentPolicy, PolicyInForce, Request, Ruling} from '../model/ruling.ts'
import {renderGaveUp} from '../publish/render-answer.ts'
import {renderCheckRun} from '../publish/render-check-run.ts'
import {paragraphs} from '../publish/markdown.ts'
import {renderDenials} from '../publish/render-denials.ts'
import {renderAllowed, renderDenied, renderEscalated} from '../publish/render-reply.ts'
import {fetchCurrentChange} from './fetch-change.ts'
import {endSilently, waitForLag} from './lag.ts'
import {type Sealed, sealDecision} from './seal-decision.ts'
import type {IdempotencyRecord, Outcome} from '../model/idempotency.ts'
import {type ReadingForUs, type WithdrawCommand, isWithdrawal} from '../model/command.ts'
import type {Heard} from '../model/inbox.ts'
import type {ScopeState} from '../model/state.ts'
import type {ScopeReading} from '../model/store.ts'
import {publishOutcome} from './publish-outcome.ts'
import type {PublishTools} from './tools.ts'
import {dropAbandoned} from './abandoned.ts'
import {fetchAnnounced} from './announced.ts'
import {type WithdrawTools, withdraw} from './withdraw.ts'
import {findTarget} from './withdraw-order.ts'

export type AuthorizeTools = WithdrawTools &
  PublishTools &
  RefreshTools & {
    /** The issuer's own account: what it says is never a statement. */
    readonly ownAccount: () => Promise<number>
    readonly pullRequests: PullRequestSource
    /** How far the issuer's clock is ahead of GitHub's: milliseconds, NaN while it cannot be told. */
    readonly clockAhead: () => number
  }

/** A statement, what it says, and when its webhook came; milliseconds. */
export type HeardAt = Heard & {readonly receivedAt: number}

export async function handleStatement(
  {statement: said, reading, receivedAt}: HeardAt,
  tools: AuthorizeTools,
): Promise<void> {
  if (said.comment.authorId === (await tools.ownAccount())) return
  const key = statementKey(said)
  const begun = await tools.idempotency.begin(key, tools.newIds())
  const outcome = begun.outcome ?? (await settle({said, begun, receivedAt}, reading, tools))
  // From here the outcome is durable: a crash before the reply is repaired from the outbox.
  await publishOutcome({key, decision: begun.decision, outcome}, tools)
  if (outcome.kind === 'answered') return
  await refreshQuietly(said, tools)
  await refreshOthers(outcome.publication, tools)
}

/** A statement in hand, and the ids that its decision has whatever happens. */
interface InHand {
  readonly said: Statement
  readonly begun: IdempotencyRecord
  readonly receivedAt: number
}

async function settle(hand: InHand, reading: ReadingForUs, tools: AuthorizeTools): Promise<Outcome> {
  const {said} = hand
  if (isWithdrawal(reading)) return await takeBack(hand, reading, tools)
  // The cheap facts, and permission, before everything else (formats §8).
  const standing = await tools.facts.fetchStanding(said)
  if (standing === 'gone') return await passOver(hand, tools)
  const question = {said, reading, standing}
  if (reading.kind !== 'command') return await answer(question, tools)
  const {command} = reading
  if (evaluateFloor(standing).kind === 'no-standing') return await answer(question, tools)
  // Only now the policy, which strangers cannot make anybody read (threats A52).
  const baseline = await tools.facts.fetchBaseline(said)
  // Announced under one owner and transferred before it was read: another ledger's business (threats A12).
  if (baseline === 'gone') return await endSilently('the repository', hand, tools)
  if (!tools.servesOwner(baseline.repository.owner)) return await complete({said, words: {}}, tools)
  const inForce = choosePolicy(baseline.policy)
  const environment = command.kind === 'authorize' ? findAsked(inForce, command) : undefined
  if (command.kind !== 'authorize' || environment === undefined) {
    return await answer({...question, known: {baseline, inForce}}, tools)
  }
  const full = await fetchTeamsOf({said, standing, environment}, tools.teams)
  const hasStanding = evaluateStanding({standing: full, policy: inForce.policy, environment}).kind === 'standing'
  if (!hasStanding || (command.sha === undefined && !environment.binding.includes('head'))) {
    return await answer({...question, standing: full, known: {baseline, inForce}}, tools)
  }
  return await decide({...hand, standing: full, request: command, environment, baseline, inForce}, tools)
}

/** What forbids needs less than what allows: nothing but who says it. */
async function takeBack(
  hand: InHand,
  reading: {readonly kind: 'command'; readonly command: WithdrawCommand},
  tools: AuthorizeTools,
): Promise<Outcome> {
  const {said} = hand
  const {command} = reading
  const environment = await findTarget({said, command}, tools)
  const standing = await fetchAnnounced({...hand, environment}, tools)
  const withdrawn = await withdraw({...hand, standing, command, environment}, tools)
  return withdrawn ?? (await answer({said, reading, standing}, tools))
}

/** A comment that is not there. For strangers it is looked for once more. */
async function passOver(hand: InHand, tools: AuthorizeTools): Promise<Outcome> {
  const {said, receivedAt} = hand
  waitForLag('the comment', {receivedAt, now: tools.now(), looks: 1})
  const reach = await tools.facts.fetchReach(said)
  const isStranger = reach === 'gone' || ['none', 'read'].includes(reach.permission)
  return isStranger ? await complete({said, words: {}}, tools) : await endSilently('the comment', hand, tools)
}

/** Answers with words alone: nothing is decided, nothing is written to the ledger. */
async function answer(question: Answerable, tools: AuthorizeTools): Promise<Outcome> {
  const {strangerReply, ...words} = await answerQuestion(question, tools)
  return await complete({said: question.said, words, strangerReply}, tools)
}

interface Decidable extends InHand {
  readonly standing: StandingFacts
  readonly request: Request
  readonly environment: EnvironmentPolicy
  readonly baseline: Baseline
  readonly inForce: PolicyInForce
}

async function decide(asked: Decidable, tools: AuthorizeTools): Promise<Outcome> {
  const {said, request, baseline} = asked
  const scope = {repositoryId: said.repository.id, environment: request.environment}
  let seen: {readonly version: number; readonly change: ChangeFacts} | undefined
  return await completeInRounds({key: statementKey(said), scope}, tools, async (found) => {
    const state = await dropAbandoned(found.state, {said, now: asked.standing.readAt}, tools)
    const read = {...found, state}
    // GitHub is asked again when this scope moved; another scope's entry only moves the ledger's head.
    const change =
      seen?.version === read.version
        ? seen.change
        : await fetchCurrentChange(said, {...questionOf(asked, read.state), baseline}, tools)
    if (change === 'gone') return await endSilently('the pull request', asked, tools)
    seen = {version: read.version, change}
    const ruled = await readCase({...asked, change}, {state: read.state, tools})
    const approvals = chooseApprovals(ruled, await fetchCollected({said, ruled, state: read.state}, tools))
    const whole: Case = {...ruled, approvals}
    return await mint({asked, ruled: whole, ruling: ruleWithin(read.state, evaluate(whole)), read}, tools)
  })
}

/** What forbids always has room, so what allows stops while there is still some. */
const ruleWithin = (state: ScopeState, ruling: Ruling): Ruling =>
  ruling.kind === 'allow' && isFull(state)
    ? overrule(ruling, 'too much lives in this environment at once; wait until receipts have run out, or revoke some')
    : ruling

/** What the range is asked for, and whose hands decide: who speaks now, and who spoke for the same commit before. */
function questionOf({said, request, environment, receivedAt}: Decidable, state: ScopeState) {
  const before = state.waiting.filter(({sha}) => request.sha === undefined || sha === request.sha)
  const speakers = [...new Set([said, ...before.map(({statement}) => statement)].map(({comment}) => comment.authorId))]
  return {environment, state, named: request.sha, receivedAt, speakers}
}

/** The statement as a case by itself: without what others approved. */
async function readCase(
  asked: Decidable & {readonly change: ChangeFacts},
  {state, tools}: {readonly state: ScopeState; readonly tools: AuthorizeTools},
): Promise<Case> {
  const {said, request, standing, environment, inForce, change} = asked
  const work = workOf(change)
  const denials = await fetchDenials({said, standing, environment, policy: inForce.policy, state, change, work}, tools)
  const spoken = {commentId: said.comment.id, at: standing.createdAt, work}
  return {
    request,
    standing,
    change,
    ...inForce,
    environment,
    approvals: [],
    denials,
    isVoid: isVoid(state, spoken),
    clockAhead: tools.clockAhead(),
  }
}

interface Ruled {
  readonly asked: Decidable
  readonly ruled: Case
  readonly ruling: Ruling
  readonly read: ScopeReading
}

/** A ruling as the one change that the store takes: record, scope state and the outcome of the statement. */
async function mint({asked, ruled, ruling, read}: Ruled, tools: AuthorizeTools): Promise<Completing> {
  const {said, begun} = asked
  const sealed = await sealDecision(
    {begun, statement: said, case: ruled, ruling, said: 'ALLOW', head: read.head},
    tools,
  )
  const {record, at} = sealed
  const state = foldDecision(read.state, {sealed, ruled, said})
  const words = renderDecision(sealed, ruled, state)
  const outcome: Outcome = {kind: sealed.ruling.kind, publication: publicationOf(said, words)}
  return {
    completes: {key: statementKey(said), outcome},
    appends: {scope: record.scope, records: [record], state, read},
    at,
  }
}

function renderDecision({ruling, record: {receipt}, at}: Sealed, ruled: Case, state: ScopeState): Words {
  const lifted = findLifted(ruled)
  const others = ruled.denials.filter(
    ({commentId, by, mayStillApprove}) =>
      lifted.includes(commentId) && by.id !== ruled.standing.author.id && mayStillApprove,
  )
  const denials = renderDenials({
    overruled: [...new Set(others.map(({by}) => by.login))],
    elsewhere: findElsewhere(state, workOf(ruled.change), at),
  })
  switch (ruling.kind) {
    case 'allow':
      if (receipt === undefined) throw new Error('an ALLOW is sealed with its receipt')
      return {
        reaction: 'rocket',
        reply: paragraphs(renderAllowed(receipt, ruled.change), denials),
        checkRuns: [renderCheckRun(receipt, ruled.change, revocationsOf(state, receipt.scope.sha, at))],
      }
    case 'deny':
      return {reaction: '-1', reply: paragraphs(renderDenied(ruled, ruling), denials)}
    case 'escalate':
      return {reaction: 'eyes', reply: paragraphs(renderEscalated(ruled, ruling), denials)}
    default:
      return ruling satisfies never
  }
}

/** An approval that is one of too few is kept where the next person's finds it; a full commit lifts what its author denied. */
function foldDecision(
  before: ScopeState,
  {sealed, ruled, said}: {readonly sealed: Sealed; readonly ruled: Case; readonly said: Statement},
): ScopeState {
  const {ruling, record, at} = sealed
  const {receipt} = record
  const work = workOf(ruled.change)
  const by = {at: ruled.standing.createdAt, commentId: said.comment.id}
  const state =
    ruled.request.sha === ruled.change.commit.sha
      ? foldAuthorization(before, {...by, by: ruled.standing.author.id, work, lifts: findLifted(ruled)})
      : before
  if (receipt !== undefined) return foldScope(state, {...record, receipt, range: ruled.change.range, work, by}, at)
  if (!waitsForOthers(ruling)) return state
  return foldWaiting(state, {said, decision: record.decision, case: ruled, now: at})
}

/** Says on the pull request that a statement could not be decided, unless it was decided after all. */
export async function giveUp(said: Statement, cause: 'github' | 'internal', tools: AuthorizeTools): Promise<void> {
  const key = statementKey(said)
  const begun = await tools.idempotency.begin(key, tools.newIds())
  const words = {reaction: 'confused', reply: renderGaveUp(cause)} as const
  const outcome = begun.outcome ?? (await complete({said, words}, tools))
  await publishOutcome({key, decision: begun.decision, outcome}, tools)
}
