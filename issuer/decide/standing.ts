/**
 * A receipt lives no longer than the standing of those who approved it (threats A8): asked about it, the issuer looks
 * whether each of them may still write there, and revokes it when one may not.
 */
import type {Receipt} from '#protocol'
import {type Completing, completeInRounds} from './rounds.ts'
import {permissionLevels} from '../model/facts.ts'
import {foldRevoked} from '../mint/fold-withdrawal.ts'
import type {Publication} from '../model/publication.ts'
import {renderRevoked} from '../publish/render-withdrawal.ts'
import {revokeAll} from './revoke.ts'
import type {Claim, ClaimKey} from '../model/idempotency.ts'
import type {LiveReceipt} from '../model/state.ts'
import type {ScopeReading} from '../model/store.ts'
import type {IssuerTools} from './tools.ts'
import type {PresentRepository} from '../github/repositories.ts'

export type StandingTools = Pick<
  IssuerTools,
  'store' | 'claims' | 'permissions' | 'signer' | 'issuer' | 'now' | 'newIds'
>

interface Standing {
  readonly receipt: Receipt
  readonly repository: PresentRepository
}

/** When this returns, the receipt is revoked unless all its approvers may still write. Throws GitHubUnavailable when it cannot be told. */
export async function checkApprovers(standing: Standing, tools: StandingTools): Promise<void> {
  const fallen = await findFallen(standing, tools)
  if (fallen !== undefined) await endReceipt({...standing, by: fallen}, tools)
}

type Approver = Pick<Receipt['approvals'][number], 'id' | 'login'>

/** The first of at most six approvers who may not write any more. An account that is called otherwise now is one. */
async function findFallen(
  {receipt, repository}: Standing,
  {permissions}: StandingTools,
): Promise<Approver | undefined> {
  const place = {repository, installation: repository.installation}
  const found = await Promise.all(
    receipt.approvals.map(async ({id, login}) => {
      const {permission} = await permissions.readPermission(place, {id, login})
      return {id, login, holds: permissionLevels.indexOf(permission) >= permissionLevels.indexOf('write')}
    }),
  )
  return found.find(({holds}) => !holds)
}

type Ending = Standing & {
  /** GitHub does not say who took the permission away, so the revocation names whose it was. */
  readonly by: Approver
}

/** The check run is rewritten from the outbox: whoever asks is not kept waiting for it. */
async function endReceipt(ending: Ending, tools: StandingTools): Promise<void> {
  const {id, scope} = ending.receipt
  const key = {repositoryId: scope.repositoryId, subject: `permission/${id}`}
  const claim = await tools.claims.claim(key, tools.newIds())
  if (claim.outcome !== undefined) return
  const place = {repositoryId: scope.repositoryId, environment: scope.environment}
  await completeInRounds({claim: key, scope: place}, tools, (read) => write({...ending, key, claim, read}, tools))
}

type Writable = Ending & {readonly key: ClaimKey; readonly claim: Claim; readonly read: ScopeReading}

async function write(
  {receipt: {id, scope}, repository, by, key, claim, read}: Writable,
  tools: StandingTools,
): Promise<Completing> {
  const {name, owner, public: isPublic, installation} = repository
  const at = tools.now()
  const address: Publication = {
    repository: {id: scope.repositoryId, name},
    installation,
    pullRequest: scope.pullRequest ?? 0,
  }
  const live = findLive(read.state.receipts, id)
  if (live === undefined) {
    return {completes: {claim: key, outcome: {kind: 'answered', publication: JSON.stringify(address)}}, at}
  }
  const place = {repositoryId: scope.repositoryId, environment: scope.environment}
  const order = {by, cause: 'permission', nonce: claim.nonce, head: read.head} as const
  const about = {receipts: [live], scope: place, repository: {name, ownerId: owner.id, public: isPublic}}
  const revoked = await revokeAll({...about, ...order}, tools)
  const state = foldRevoked(read.state, revoked, at)
  const checkRuns = renderRevoked({ended: revoked, environment: scope.environment, state, issuer: tools.issuer})
  return {
    completes: {claim: key, outcome: {kind: 'closed', publication: JSON.stringify({...address, checkRuns})}},
    appends: {scope: place, records: revoked.map(({record}) => record), state, read},
    at,
  }
}

/** The scope's state is what forbids: a receipt that is not there counts no more. */
export const findLive = (receipts: readonly LiveReceipt[], id: Receipt['id']): LiveReceipt | undefined =>
  receipts.find((one) => one.id === id)
