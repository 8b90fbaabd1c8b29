/** A pull request that was closed without being merged: whatever it let out counts no more (formats §6). */
import type {Environment} from '#protocol'
import {publishOutcome} from './authorize.ts'
import {type Completing, completeInRounds} from './rounds.ts'
import type {ChangeFacts, PullNotice} from '../model/facts.ts'
import {foldRevoked, liveReceipts} from '../mint/fold-withdrawal.ts'
import type {Publication} from '../model/publication.ts'
import {renderClosed, renderRevoked} from '../publish/render-withdrawal.ts'
import {revokeAll, revokeSurplus} from './revoke.ts'
import type {Claim, ClaimKey} from '../model/idempotency.ts'
import type {ScopeReading} from '../model/store.ts'
import type {IssuerTools} from './tools.ts'

export async function handleClosed(pull: PullNotice, tools: IssuerTools): Promise<void> {
  const found = await tools.pullRequests.readPullRequest(pull)
  if (found === 'gone' || found.pullRequest.state !== 'closed' || !tools.servesOwner(found.repository.owner)) return
  for (const environment of await tools.scopes.environments(pull.repository.id)) {
    await closeIn({pull, repository: found.repository, environment}, tools)
  }
}

interface Closing {
  readonly pull: PullNotice
  readonly repository: ChangeFacts['repository']
  readonly environment: Environment
}

async function closeIn(closing: Closing, tools: IssuerTools): Promise<void> {
  const {pull, environment} = closing
  const scope = {repositoryId: pull.repository.id, environment}
  const {state} = await tools.store.read(scope)
  const newest = liveReceipts(state, pull.pullRequest, tools.now()).at(-1)
  if (newest === undefined) return
  // A pull request that is opened, authorized and closed once more has another newest receipt.
  const key: ClaimKey = {repositoryId: scope.repositoryId, subject: `closed/${newest.id}`}
  const claim = await tools.claims.claim(key, tools.newIds())
  const order = {...orderOf(closing), nonce: claim.nonce}
  await revokeSurplus({...order, choose: (now, at) => liveReceipts(now, pull.pullRequest, at)}, tools)
  const outcome =
    claim.outcome ??
    (await completeInRounds({claim: key, scope}, tools, (read) => write({...closing, key, claim, read}, tools)))
  await publishOutcome({claim: key, decision: claim.decision, outcome}, tools)
}

/** What all revocations of this closing say. */
const orderOf = ({pull, repository: {id, name, owner, public: isPublic}, environment}: Closing) => ({
  scope: {repositoryId: id, environment},
  repository: {name, ownerId: owner.id, public: isPublic},
  by: pull.actor,
  cause: 'closed' as const,
})

type Writable = Closing & {readonly key: ClaimKey; readonly claim: Claim; readonly read: ScopeReading}

async function write(
  {pull, repository, environment, key, claim, read}: Writable,
  tools: IssuerTools,
): Promise<Completing> {
  const at = tools.now()
  const {repository: place, installation, pullRequest} = pull
  const address: Publication = {repository: place, installation, pullRequest}
  const receipts = liveReceipts(read.state, pullRequest, at)
  if (receipts.length === 0) {
    return {completes: {claim: key, outcome: {kind: 'answered', publication: JSON.stringify(address)}}, at}
  }
  const order = orderOf({pull, repository, environment})
  const revoked = await revokeAll({...order, receipts, nonce: claim.nonce, head: read.head}, tools)
  const state = foldRevoked(read.state, revoked, at)
  const publication: Publication = {
    ...address,
    reply: renderClosed(environment, receipts),
    checkRuns: renderRevoked({ended: revoked, environment, state, issuer: tools.issuer}),
  }
  return {
    completes: {claim: key, outcome: {kind: 'closed', publication: JSON.stringify(publication)}},
    appends: {scope: order.scope, records: revoked.map(({record}) => record), state, read},
    at,
  }
}
