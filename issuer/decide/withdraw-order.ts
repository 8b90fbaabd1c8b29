/** What a `/deny` or `/revoke` is about, and what it ends: the part that needs nothing of GitHub. */
import type {Environment, ReceiptId} from '#protocol'
import type {Command, WithdrawCommand} from '../model/command.ts'
import type {ChangeFacts, StandingFacts, Statement} from '../model/facts.ts'
import {type Withdrawal, endedBy, foldWithdrawal} from '../mint/fold-no.ts'
import {deniedOf, knownOf} from '../mint/meet.ts'
import type {IdempotencyRecord} from '../model/idempotency.ts'
import type {LiveReceipt, ScopeState} from '../model/state.ts'
import {evaluateFloor, type StandingRuling} from '../policy/rules.ts'
import type {EndOrder} from './end.ts'
import type {OnceTools} from './tools.ts'

export interface Withdrawing {
  readonly said: Statement
  readonly begun: IdempotencyRecord
  /** When the webhook came; milliseconds. */
  readonly receivedAt: number
  readonly standing: StandingFacts
  readonly command: WithdrawCommand
  /** As `findTarget` gave it. */
  readonly environment: Environment | undefined
}

export type Placed = Withdrawing & {readonly environment: Environment}

/** The environment that is meant; undefined for a receipt that this repository has not. */
export async function findTarget(
  {said, command}: Pick<Withdrawing, 'said' | 'command'>,
  {store}: Pick<OnceTools, 'store'>,
): Promise<Environment | undefined> {
  if (command.kind === 'deny') return command.environment
  if ('environment' in command.target) return command.target.environment
  const [found] = await store.find({by: 'receipt', id: command.target.receipt})
  return found?.receipt.scope.repositoryId === said.repository.id ? found.receipt.scope.environment : undefined
}

export const receiptNamed = (command: Command): ReceiptId | undefined =>
  command.kind === 'revoke' && 'receipt' in command.target ? command.target.receipt : undefined

/** The withdrawal as the scope keeps it; without the change, the commits are those that the scope knows. */
const withdrawalOf = (
  {said, standing, command}: Placed,
  change: ChangeFacts | undefined,
  state: ScopeState,
): Withdrawal => ({
  ...(change === undefined ? knownOf(said.pullRequest, state) : deniedOf(change, state)),
  kind: command.kind,
  at: standing.createdAt,
  commentId: said.comment.id,
  by: {id: standing.author.id, login: standing.author.login},
  public: change?.repository.public ?? said.announced.public,
})

/** The live receipts that the command ends. A clock that runs ahead of GitHub's hides none. */
const chooseMet =
  (asked: Placed, change: ChangeFacts | undefined): EndOrder['choose'] =>
  (state, clock) => {
    const now = Math.min(clock, asked.standing.readAt)
    const named = receiptNamed(asked.command)
    return named === undefined
      ? endedBy(state, withdrawalOf(asked, change, state), now)
      : state.receipts.filter(({id, expiresAt}) => id === named && now < expiresAt)
  }

/** What all revocations of this statement say. */
export const orderOf = (asked: Placed, change?: ChangeFacts): EndOrder => {
  const {said, begun, command, environment, standing} = asked
  return {
    nonce: begun.nonce,
    scope: {repositoryId: said.repository.id, environment},
    repository: change?.repository ?? {...said.announced, name: said.repository.name},
    by: standing.author,
    statement: {id: said.comment.id, digest: standing.bodyDigest},
    cause: command.kind === 'deny' ? 'denied' : 'person',
    choose: chooseMet(asked, change),
    ...(receiptNamed(command) === undefined && {
      fold: (state) => foldWithdrawal(state, withdrawalOf(asked, change, state)),
    }),
  }
}

/** Whoever approved may take it back, even when approving is no longer theirs; everything else about them must hold. */
export async function isAmongApprovers(asked: Placed, tools: Pick<OnceTools, 'store' | 'now'>): Promise<boolean> {
  const {said, standing, command, environment} = asked
  if (command.kind !== 'revoke' || !failsOnlyOnReach(evaluateFloor(standing))) return false
  const {state} = await tools.store.read({repositoryId: said.repository.id, environment})
  const met = chooseMet(asked, undefined)(state, tools.now())
  return met.some(({approvers}) => approvers.includes(standing.author.id))
}

const reach = new Set(['permission', 'named-approver'])
const failsOnlyOnReach = ({outcomes}: StandingRuling): boolean =>
  outcomes.every(({rule, outcome}) => outcome === 'pass' || reach.has(rule))

/** Those that this very statement ended before, when it was carried out without the rest. */
export const endedEarlier = (
  {said}: Pick<Placed, 'said'>,
  {revoked}: ScopeState,
): readonly Pick<LiveReceipt, 'id' | 'sha'>[] =>
  revoked
    .filter(({revocation: {statement}}) => statement?.id === said.comment.id)
    .map(({sha, revocation: {receipt: id}}) => ({id, sha}))
