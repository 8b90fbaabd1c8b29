/** GitHub's deployments that no receipt covers. */
import {type SecondsTime, type UncoveredDeployment, lifeOf, stateAt} from '#protocol'
import {viewerOfRepository} from '../../model/viewer.ts'
import type {FoundReceipt, RecordReader} from '../../model/lookups.ts'
import type {Store} from '../../model/store.ts'
import type {Deployment, DeploymentQuestion, DeploymentSource} from '../../model/deployments.ts'
import {readHappened} from '../../decide/happened.ts'

export interface UncoveredTools {
  readonly store: Pick<Store, 'find'>
  readonly records: Pick<RecordReader, 'events'>
  readonly deployments: DeploymentSource
}

/** Null when GitHub could not be asked. */
export async function findUncovered(
  asked: DeploymentQuestion,
  tools: UncoveredTools,
): Promise<readonly UncoveredDeployment[] | null> {
  const deployments = await tools.deployments.deployments(asked)
  if (deployments === null) return null
  const judged = await Promise.all(
    deployments.map(async (deployment) => ({deployment, covered: await isCovered(deployment, asked, tools)})),
  )
  return judged
    .filter(({covered}) => !covered)
    .map(({deployment: {id, sha, at, url}}) => ({deployment: id, sha, at, url}))
}

/**
 * By a receipt for its commit that was not over when it was made. One that was issued after that counts: GitHub makes a
 * deployment before its job starts, and the job may have waited for the authorization.
 */
async function isCovered(
  {sha, at}: Deployment,
  {repository, environment, at: issuedBefore}: DeploymentQuestion,
  tools: UncoveredTools,
): Promise<boolean> {
  // A receipt covers it whoever may read that receipt.
  const viewer = viewerOfRepository(repository.id)
  const found = await tools.store.find({by: 'scope', repository: repository.id, environment, sha, issuedBefore, viewer})
  const over = await Promise.all(found.map((one) => isOver(one, at, tools)))
  return over.includes(false)
}

async function isOver({receipt}: FoundReceipt, at: SecondsTime, {records}: UncoveredTools): Promise<boolean> {
  const state = stateAt(lifeOf(receipt, readHappened(await records.events(receipt.id))), at)
  return state === 'expired' || state === 'revoked'
}
