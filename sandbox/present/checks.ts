/** Check runs and commit statuses as GitHub's API prints them. */

import type {CheckRun, CommitStatus} from '../state.ts'
import type {World} from '../world.ts'
import {presentAccount, presentApp} from './accounts.ts'
import {presentMinimalPull} from './pulls.ts'
import {apiAddress, webAddress} from './repositories.ts'

export function presentCheckRun(world: World, run: CheckRun) {
  const {repository} = run
  const url = `${apiAddress(world, repository)}/check-runs/${run.id}`
  const page = `${webAddress(world, repository)}/runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {...run.output, annotations_count: 0, annotations_url: `${url}/annotations`},
    check_suite: {id: run.suiteId},
    app: presentApp(world, run.app),
    pull_requests: repository.pulls
      .filter(({state, head}) => state === 'open' && head.sha === run.headSha && head.repository === repository)
      .map((pull) => presentMinimalPull(world, pull)),
  }
}

/** The suite of a run, of which webhooks tell more than the API does with a run. */
export function presentSuite(world: World, run: CheckRun) {
  const {repository, suiteId, headSha, status} = run
  const {app, pull_requests: pulls} = presentCheckRun(world, run)
  return {
    id: suiteId,
    head_branch: repository.pulls.find(({head}) => head.sha === headSha)?.head.branch ?? null,
    head_sha: headSha,
    status,
    conclusion: run.conclusion,
    url: `${apiAddress(world, repository)}/check-suites/${suiteId}`,
    before: null,
    after: headSha,
    pull_requests: pulls,
    app,
    created_at: run.startedAt,
    updated_at: run.completedAt ?? run.startedAt,
  }
}

const statusBase = (world: World, status: CommitStatus) => ({
  url: `${apiAddress(world, status.repository)}/statuses/${status.sha}`,
  avatar_url: presentAccount(world, status.creator).avatar_url,
  id: status.id,
  node_id: status.nodeId,
  state: status.state,
  description: status.description,
  target_url: status.targetUrl,
  context: status.context,
  created_at: status.createdAt,
  updated_at: status.createdAt,
})

export const presentStatus = (world: World, status: CommitStatus) => ({
  ...statusBase(world, status),
  creator: presentAccount(world, status.creator),
})

export const presentSimpleStatus = statusBase
