/**
 * The issuer's story: statement -> command -> facts -> ruling -> minted record -> one atomic append -> publish.
 * Told again for the same statement, after a crash or an outage, it comes to the same single outcome.
 */
import {type DecisionId, type Flag, signingBytes} from '#protocol'
import {type Question, answerQuestion} from './answer.ts'
import {readCommand} from './command/read-command.ts'
import type {ChangeFacts, Ground, StandingFacts, Statement} from './facts/facts.ts'
import {readCollected, readTeams} from './collect.ts'
import {foldWaiting} from './mint/fold-waiting.ts'
import {mintEvidence} from './mint/mint-evidence.ts'
import {acceptSigned, mintReceiptBody} from './mint/mint-receipt.ts'
import {foldScope, mintRecord} from './mint/mint-record.ts'
import {choosePolicy, findAsked} from './policy/in-force.ts'
import {evaluate, evaluateFloor, evaluateStanding, overrule} from './policy/rules.ts'
import type {Case, Denied, EnvironmentPolicy, Escalated, PolicyInForce, Request, Ruling} from './policy/ruling.ts'
import type {Publication} from './publish/publication.ts'
import {withCheckpoint} from './publish/render-checkpoint.ts'
import {renderGaveUp} from './publish/render-answer.ts'
import {renderCheckRun} from './publish/render-check-run.ts'
import {renderAllowed, renderDenied, renderEscalated} from './publish/render-reply.ts'
import type {Change, Claim, Outcome, ScopeReading, StatementKey} from './store/store.ts'
import type {IssuerTools} from './tools.ts'

export async function handleStatement(said: Statement, tools: IssuerTools): Promise<void> {
  if (said.comment.authorId === (await tools.ownAccount())) return
  const statement = statementKey(said)
  const claim = await tools.claims.claim(statement, tools.newIds())
  const outcome = claim.outcome ?? (await settle({said, claim}, tools))
  // From here the outcome is durable: a crash before the reply is repaired from the outbox.
  await publishOutcome({statement, decision: claim.decision, outcome}, tools)
}

export const statementKey = ({repository, comment}: Statement): StatementKey => ({
  repositoryId: repository.id,
  commentId: comment.id,
})

/** Sends what an outcome says, which may be done again without harm, and marks it as sent. */
export async function publishOutcome(
  {statement, decision, outcome}: {statement: StatementKey; decision: DecisionId; outcome: Outcome},
  {publisher, outbox, now, newestCheckpoint}: Pick<IssuerTools, 'publisher' | 'outbox' | 'now' | 'newestCheckpoint'>,
): Promise<void> {
  const publication = JSON.parse(outcome.publication) as Publication
  await publisher.publish(withCheckpoint(publication, await newestCheckpoint()), decision)
  await outbox.markPublished(statement, now())
}

type Words = Pick<Publication, 'reaction' | 'reply' | 'checkRun'>

/** A statement in hand, and the ids that its decision has whatever happens. */
interface InHand {
  readonly said: Statement
  readonly claim: Claim
}

async function settle(hand: InHand, tools: IssuerTools): Promise<Outcome> {
  const {said} = hand
  const reading = readCommand(said.comment.body)
  // The cheap facts, and permission, before everything else (formats §8).
  const standing = await tools.facts.readStanding(said)
  const question = {said, reading, standing}
  if (standing === 'gone' || reading.kind !== 'command' || evaluateFloor(standing).kind === 'no-standing') {
    return await answer(question, tools)
  }
  // Only now the policy, which strangers cannot make anybody read (threats A52).
  const ground = await tools.facts.readGround(said)
  // Announced under one owner and transferred before it was read: another ledger's business (threats A12).
  if (ground === 'gone' || !tools.servesOwner(ground.repository.owner)) return await complete({said, words: {}}, tools)
  const inForce = choosePolicy(ground.policy)
  const {command} = reading
  const environment = command.kind === 'authorize' ? findAsked(inForce, command) : undefined
  if (command.kind !== 'authorize' || environment === undefined) {
    return await answer({...question, known: {ground, inForce}}, tools)
  }
  const full = await readTeams({said, standing, environment}, tools.teams)
  const hasStanding = evaluateStanding({standing: full, policy: inForce.policy, environment}).kind === 'standing'
  if (!hasStanding || (command.sha === undefined && !environment.binding.includes('head'))) {
    return await answer({...question, standing: full, known: {ground, inForce}}, tools)
  }
  return await decide({...hand, standing: full, request: command, environment, ground, inForce}, tools)
}

/** Completes the claim with words alone: nothing is decided, nothing is written to the ledger. */
async function answer(question: Question, tools: IssuerTools): Promise<Outcome> {
  const {courtesy, ...words} = await answerQuestion(question, tools)
  return await complete({said: question.said, words, courtesy}, tools)
}

/** Words without a decision. When somebody else completed the claim in the meantime, theirs is the outcome. */
async function complete(
  {said, words, courtesy}: {said: Statement; words: Words; courtesy?: Outcome['courtesy']},
  tools: Pick<IssuerTools, 'store' | 'claims' | 'now' | 'newIds'>,
): Promise<Outcome> {
  const statement = statementKey(said)
  const outcome: Outcome = {kind: 'answered', publication: printPublication(said, words), courtesy}
  if ((await tools.store.commit({statement, outcome, at: tools.now()})) === 'committed') return outcome
  const {outcome: theirs} = await tools.claims.claim(statement, tools.newIds())
  if (theirs === undefined) throw new Error('a change without a decision cannot lose a race')
  return theirs
}

interface Decidable extends InHand {
  readonly standing: StandingFacts
  readonly request: Request
  readonly environment: EnvironmentPolicy
  readonly ground: Ground
  readonly inForce: PolicyInForce
}

/** Writers race and one wins: the loser throws its record away, reads again and decides again. */
const maxRounds = 100

async function decide(asked: Decidable, tools: IssuerTools): Promise<Outcome> {
  const {said, request, standing, environment, ground, inForce} = asked
  let seen: {readonly version: number; readonly change: ChangeFacts} | undefined
  for (let round = 0; round < maxRounds; round++) {
    const read = await tools.store.read({repositoryId: said.repository.id, environment: request.environment})
    // GitHub is asked again when this scope moved; another scope's entry only moves the ledger's head.
    const change = seen?.version === read.version ? seen.change : await readChange(said, {read, ground, tools})
    if (change === 'gone') return await complete({said, words: {}}, tools)
    seen = {version: read.version, change}
    const alone: Case = {request, standing, change, ...inForce, environment, approvals: []}
    const {approvals, flags} = await readCollected({said, ruled: alone, state: read.state}, tools)
    const ruled: Case = {...alone, approvals}
    const decided = await mint({asked, ruled, ruling: withFlags(evaluate(ruled), flags), read}, tools)
    if ((await tools.store.commit(decided)) === 'committed') return decided.outcome
    const {outcome} = await tools.claims.claim(statementKey(said), tools.newIds())
    if (outcome !== undefined) return outcome
  }
  throw new Error(`other decisions came first ${maxRounds} times`)
}

const readChange = (
  said: Statement,
  {read, ground, tools}: {readonly read: ScopeReading; readonly ground: Ground; readonly tools: IssuerTools},
): Promise<ChangeFacts | 'gone'> =>
  tools.facts.readChange(said, {
    ground,
    pushes: (ref) => tools.pushLog.pushes(said.repository.id, ref),
    lastAuthorised: read.state.lastAuthorised,
  })

interface Ruled {
  readonly asked: Decidable
  readonly ruled: Case
  readonly ruling: Ruling
  readonly read: ScopeReading
}

/** A ruling as the one change that the store takes: record, scope state and the claim's completion. */
async function mint({asked, ruled, ruling, read}: Ruled, tools: IssuerTools): Promise<Change> {
  const {said, claim} = asked
  const now = tools.now()
  const evidence = mintEvidence({...claim, statement: said, case: ruled, outcomes: ruling.outcomes})
  const order = {case: ruled, decision: claim.decision, evidence, head: read.head, now}
  const statement = statementKey(said)
  if (ruling.kind === 'deny') return denied({order, ruling, read, said, statement})
  if (ruling.kind === 'escalate') return escalated({order, ruling, read, said, statement})
  const minted = mintReceiptBody({
    ...order,
    ruling,
    statement: said,
    issuer: tools.issuer,
    publicKey: tools.signer.publicKey,
    evidence: evidence.digest,
  })
  if (minted.kind === 'unmintable') {
    return await mint({asked, ruled, ruling: overrule(ruling, minted.why), read}, tools)
  }
  const receipt = acceptSigned(minted.body, await tools.signer.sign(signingBytes(minted.body)))
  const publication = printPublication(said, {
    reaction: 'rocket',
    reply: renderAllowed(receipt, ruled.change),
    checkRun: renderCheckRun(receipt, ruled.change),
  })
  const record = mintRecord({...order, receipt})
  const state = foldScope(read.state, receipt, now)
  return {statement, outcome: {kind: 'allow', publication}, decided: {record, state, read}, at: now}
}

function denied(made: {
  readonly order: Parameters<typeof mintRecord>[0]
  readonly ruling: Denied
  readonly read: ScopeReading
  readonly said: Statement
  readonly statement: StatementKey
}): Change {
  const {order, ruling, read, said, statement} = made
  const publication = printPublication(said, {reaction: '-1', reply: renderDenied(order.case, ruling)})
  const decided = {record: mintRecord(order), state: read.state, read}
  return {statement, outcome: {kind: 'deny', publication}, decided, at: order.now}
}

/** One of too few: the record says so, and the scope keeps where to read it again when the next person approves. */
function escalated(made: Omit<Parameters<typeof denied>[0], 'ruling'> & {readonly ruling: Escalated}): Change {
  const {order, ruling, read, said, statement} = made
  const publication = printPublication(said, {reaction: 'eyes', reply: renderEscalated(order.case, ruling)})
  const state = foldWaiting(read.state, {said, case: order.case, now: order.now})
  const decided = {record: mintRecord(order), state, read}
  return {statement, outcome: {kind: 'deny', publication}, decided, at: order.now}
}

const withFlags = (ruling: Ruling, flags: readonly Flag[]): Ruling =>
  ruling.kind === 'allow' ? {...ruling, flags: [...new Set([...ruling.flags, ...flags])].sort()} : ruling

/** Says on the pull request that a statement could not be decided, unless it was decided after all. */
export async function giveUp(said: Statement, cause: 'github' | 'internal', tools: IssuerTools): Promise<void> {
  const statement = statementKey(said)
  const claim = await tools.claims.claim(statement, tools.newIds())
  const words = {reaction: 'confused', reply: renderGaveUp(cause)} as const
  const outcome = claim.outcome ?? (await complete({said, words}, tools))
  await publishOutcome({statement, decision: claim.decision, outcome}, tools)
}

/** Where and as an answer to what the words are sent. */
function printPublication({repository, installation, pullRequest, comment}: Statement, words: Words): string {
  const publication: Publication = {repository, installation, pullRequest, commentId: comment.id, ...words}
  return JSON.stringify(publication)
}
