/** Payloads of the events that start workflows and are no webhooks of ours: releases, deployments, queues, schedules. */

import type {CommitInfo} from '../git/commits.ts'
import {readCommit} from '../git/history.ts'
import {nodeId} from '../identifiers.ts'
import {frame} from '../payloads.ts'
import {presentAccount} from '../present/accounts.ts'
import {presentDeployment} from '../present/deployments.ts'
import {apiAddress, presentMinimalRepository, webAddress} from '../present/repositories.ts'
import type {Account, Deployment, Repository} from '../state.ts'
import {theRepository, type World} from '../world.ts'

interface Site {
  readonly repository: Repository
  readonly by: Account
}

const workflowPath = '.github/workflows/deploy.yml'

export interface Dispatch extends Site {
  readonly branch: string
  readonly inputs: Readonly<Record<string, string>> | null
}

export const dispatchPayload = (world: World, {repository, by, branch, inputs}: Dispatch) => ({
  inputs,
  ref: `refs/heads/${branch}`,
  workflow: workflowPath,
  ...frame(world, repository, by),
})

export function schedulePayload(world: World, {repository, by}: Site) {
  const {repository: shown, organization} = frame(world, repository, by)
  return {schedule: '30 5 * * 1-5', workflow: workflowPath, repository: shown, ...(organization && {organization})}
}

export interface MergeGroup extends Site {
  readonly ref: string
  readonly base: {readonly branch: string; readonly sha: string}
  readonly commit: CommitInfo
}

export const mergeGroupPayload = (world: World, {repository, by, ref, base, commit}: MergeGroup) => ({
  action: 'checks_requested',
  merge_group: {
    head_sha: commit.sha,
    head_ref: ref,
    base_ref: `refs/heads/${base.branch}`,
    base_sha: base.sha,
    head_commit: presentHeadCommit(commit),
  },
  ...frame(world, repository, by),
})

const presentHeadCommit = (commit: CommitInfo) => ({
  id: commit.sha,
  tree_id: commit.tree,
  message: commit.message,
  timestamp: commit.committer.date,
  author: {name: commit.author.name, email: commit.author.email},
  committer: {name: commit.committer.name, email: commit.committer.email},
})

export function releasePayload(world: World, {repository, by, tag}: Site & {readonly tag: string}) {
  const id = world.ids.next('run')
  const api = `${apiAddress(world, repository)}/releases`
  const now = world.clock.stamp()
  const release = {
    url: `${api}/${id}`,
    assets_url: `${api}/${id}/assets`,
    upload_url: `${api}/${id}/assets{?name,label}`,
    html_url: `${webAddress(world, repository)}/releases/tag/${tag}`,
    id,
    node_id: nodeId('RE', repository.id, id),
    tag_name: tag,
    target_commitish: repository.defaultBranch,
    name: tag,
    draft: false,
    author: presentAccount(world, by),
    prerelease: false,
    created_at: now,
    published_at: now,
    assets: [],
    tarball_url: `${apiAddress(world, repository)}/tarball/${tag}`,
    zipball_url: `${apiAddress(world, repository)}/zipball/${tag}`,
    body: '',
  }
  return {action: 'published', release, ...frame(world, repository, by)}
}

export const deploymentPayload = (world: World, deployment: Deployment) => ({
  action: 'created',
  deployment: presentDeployment(world, deployment),
  workflow: null,
  workflow_run: null,
  ...frame(world, deployment.repository, deployment.creator),
})

export interface EarlierRun extends Site {
  readonly after: string
  readonly headBranch: string
  readonly headSha: string
  readonly headRepository?: string
  readonly conclusion?: string
}

export function workflowRunPayload(world: World, earlier: EarlierRun) {
  const {repository, by, headSha} = earlier
  const from = earlier.headRepository === undefined ? repository : theRepository(world, earlier.headRepository)
  const commit = readCommit(from.git, headSha)
  if (!commit) throw new Error(`workflow_run: there is no commit ${headSha}`)
  const workflow = presentWorkflow(world, repository)
  const run = {
    ...presentRun(world, earlier),
    head_commit: presentHeadCommit(commit),
    head_repository: presentMinimalRepository(world, from),
    workflow_id: workflow.id,
    workflow_url: workflow.url,
  }
  return {action: 'completed', workflow_run: run, workflow, ...frame(world, repository, by)}
}

function presentRun(world: World, {repository, by, after, headBranch, headSha, conclusion = 'success'}: EarlierRun) {
  const id = world.ids.next('run')
  const suite = world.ids.next('checkSuite')
  const url = `${apiAddress(world, repository)}/actions/runs/${id}`
  const now = world.clock.stamp()
  return {
    id,
    name: 'Build',
    node_id: nodeId('WFR', repository.id, id),
    head_branch: headBranch,
    head_sha: headSha,
    path: '.github/workflows/build.yml',
    display_title: 'Build',
    run_number: 1,
    event: after,
    status: 'completed',
    conclusion,
    check_suite_id: suite,
    check_suite_node_id: nodeId('CS', repository.id, suite),
    url,
    html_url: `${webAddress(world, repository)}/actions/runs/${id}`,
    pull_requests: [],
    created_at: now,
    updated_at: now,
    actor: presentAccount(world, by),
    triggering_actor: presentAccount(world, by),
    run_attempt: 1,
    run_started_at: now,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiAddress(world, repository)}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    repository: presentMinimalRepository(world, repository),
  }
}

function presentWorkflow(world: World, repository: Repository) {
  const id = world.ids.next('run')
  const web = webAddress(world, repository)
  return {
    id,
    node_id: nodeId('W', repository.id, id),
    name: 'Build',
    path: '.github/workflows/build.yml',
    state: 'active',
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    url: `${apiAddress(world, repository)}/actions/workflows/${id}`,
    html_url: `${web}/blob/${repository.defaultBranch}/.github/workflows/build.yml`,
    badge_url: `${web}/workflows/Build/badge.svg`,
  }
}
