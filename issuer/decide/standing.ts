/**
 * A receipt lives no longer than the standing of those who approved it (threats A8): asked about it, the issuer looks
 * whether each of them may still write there, and revokes it when one may not.
 */
import type {Receipt} from '#protocol'
import {permissionLevels} from '../model/facts.ts'
import type {LiveReceipt} from '../model/state.ts'
import type {PresentRepository} from '../github/repository.ts'
import {type EndTools, endReceipts} from './end.ts'
import type {FactTools} from './tools.ts'

export type StandingTools = EndTools & Pick<FactTools, 'permissions'>

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
      const {permission} = await permissions.fetchPermission(place, {id, login})
      return {id, login, holds: permissionLevels.indexOf(permission) >= permissionLevels.indexOf('write')}
    }),
  )
  return found.find(({holds}) => !holds)
}

/** GitHub does not say who took the permission away, so the revocation names whose it was. */
type Fallen = Standing & {readonly by: Approver}

/** The check run is rewritten from the outbox: whoever asks is not kept waiting for it. */
async function endReceipt({receipt: {id, scope}, repository, by}: Fallen, tools: StandingTools): Promise<void> {
  const {repositoryId, environment, pullRequest = 0} = scope
  const {name, installation} = repository
  await endReceipts(
    {
      key: {repositoryId, subject: `permission/${id}`},
      scope: {repositoryId, environment},
      repository,
      by,
      cause: 'permission',
      choose: ({receipts}) => receipts.filter((one) => one.id === id),
    },
    {address: {repository: {id: repositoryId, name}, installation, pullRequest}},
    tools,
  )
}

/** The scope's state is what forbids: a receipt that is not there counts no more. */
export const findLive = (receipts: readonly LiveReceipt[], id: Receipt['id']): LiveReceipt | undefined =>
  receipts.find((one) => one.id === id)
