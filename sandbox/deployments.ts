/** Actions on deployments: what GitHub itself notes of a commit that goes to an environment. */

import {nodeId} from './identifiers.ts'
import type {Account, Deployment, Repository} from './state.ts'
import {theAccount, theRepository, type World} from './world.ts'

export interface NewDeployment {
  readonly repository: Repository
  readonly sha: string
  /** A branch, a tag or a commit, as it was asked for. */
  readonly ref: string
  readonly environment: string
  readonly creator: Account
}

export function createDeployment(world: World, ask: NewDeployment): Deployment {
  const id = world.ids.next('deployment')
  const deployment = {...ask, id, nodeId: nodeId('DE', ask.repository.id, id), createdAt: world.clock.stamp()}
  world.deployments.push(deployment)
  return deployment
}

export interface AddDeployment {
  readonly repository: string
  readonly ref: string
  readonly environment: string
  readonly by: string
}

/** As somebody's own script asks GitHub for one. Jobs with `environment:` make theirs when they are planned. */
export async function addDeployment(world: World, ask: AddDeployment): Promise<{readonly id: number}> {
  const {ref, environment, by} = ask
  const repository = theRepository(world, ask.repository)
  const sha = await repository.git.resolve(ref)
  if (sha === undefined) throw new Error(`${ask.repository} has no ${ref}; push it first`)
  const {id} = createDeployment(world, {repository, sha, ref, environment, creator: theAccount(world, by)})
  return {id}
}
