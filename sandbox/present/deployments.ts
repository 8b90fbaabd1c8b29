/** Deployments as GitHub's API and its webhooks print them. */

import type {Deployment} from '../state.ts'
import type {World} from '../world.ts'
import {presentAccount} from './accounts.ts'
import {apiAddress} from './repositories.ts'

export function presentDeployment(world: World, deployment: Deployment) {
  const {repository, id, environment} = deployment
  const url = `${apiAddress(world, repository)}/deployments/${id}`
  return {
    url,
    id,
    node_id: deployment.nodeId,
    sha: deployment.sha,
    ref: deployment.ref,
    task: 'deploy',
    payload: {},
    original_environment: environment,
    environment,
    transient_environment: false,
    production_environment: environment === 'production',
    description: null,
    creator: presentAccount(world, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: apiAddress(world, repository),
  }
}
