/** Actions on a commit's marks: check runs, which only Apps write, and commit statuses. */

import {nodeId} from './identifiers.ts'
import {type CheckRunEvent, checkRunPayload} from './payloads.ts'
import type {
  Account,
  App,
  CheckOutput,
  CheckRun,
  CheckStatus,
  CommitStatus,
  Conclusion,
  Repository,
  StatusState,
} from './state.ts'
import {theAccount, theApp, theRepository, type World} from './world.ts'

export interface CheckChange {
  readonly name?: string | undefined
  readonly status?: CheckStatus | undefined
  readonly conclusion?: Conclusion | undefined
  readonly detailsUrl?: string | undefined
  readonly externalId?: string | undefined
  readonly completedAt?: string | undefined
  readonly output?: Partial<CheckOutput> | undefined
}

export interface NewCheckRun extends CheckChange {
  readonly repository: Repository
  readonly app: App
  readonly name: string
  readonly headSha: string
  /** Each run of a workflow has a suite of its own; every other App has one for each commit. */
  readonly workflowRun?: string | undefined
}

export function createCheckRun(world: World, ask: NewCheckRun): CheckRun {
  const {repository, app, headSha} = ask
  const id = world.ids.next('checkRun')
  const run: CheckRun = {
    id,
    nodeId: nodeId('CR', repository.id, id),
    repository,
    app,
    suiteId: suiteOf(world, ask),
    workflowRun: ask.workflowRun,
    headSha,
    name: ask.name,
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: '',
    startedAt: world.clock.stamp(),
    completedAt: null,
    output: {title: null, summary: null, text: null},
  }
  world.checkRuns.push(run)
  change(world, run, ask)
  world.lag.keep(run)
  announce(world, {run, action: 'created'})
  if (run.conclusion !== null) announce(world, {run, action: 'completed'})
  return run
}

function announce(world: World, event: CheckRunEvent): void {
  const {repository} = event.run
  world.hooks.emit({event: 'check_run', repository, payload: () => checkRunPayload(world, event)})
}

function suiteOf(world: World, ask: NewCheckRun): number {
  const {repository, app, headSha, workflowRun} = ask
  const sibling = world.checkRuns.find(
    (run) =>
      run.repository === repository && run.app === app && run.headSha === headSha && run.workflowRun === workflowRun,
  )
  return sibling?.suiteId ?? world.ids.next('checkSuite')
}

export function changeCheckRun(world: World, run: CheckRun, ask: CheckChange): void {
  world.lag.keep(run, {...run})
  change(world, run, ask)
  if (ask.conclusion !== undefined) announce(world, {run, action: 'completed'})
}

/** A conclusion completes a run, whatever its status was said to be. */
function change(world: World, run: CheckRun, ask: CheckChange): void {
  run.name = ask.name ?? run.name
  run.detailsUrl = ask.detailsUrl ?? run.detailsUrl
  run.externalId = ask.externalId ?? run.externalId
  run.output = {...run.output, ...ask.output}
  if (ask.conclusion !== undefined) {
    run.status = 'completed'
    run.conclusion = ask.conclusion
    run.completedAt = ask.completedAt ?? world.clock.stamp()
  } else if (ask.status !== undefined && ask.status !== 'completed') {
    run.status = ask.status
    run.conclusion = run.completedAt = null
  }
}

export interface AddCheckRun {
  readonly repository: string
  readonly sha: string
  readonly name: string
  /** Slug of the App that writes it; `github-actions`, as a workflow's job does, when absent. */
  readonly app?: string
  /** Any name: runs of one workflow run share a suite, and another's stand beside them. */
  readonly workflowRun?: string
  readonly status?: CheckStatus
  readonly conclusion?: Conclusion
  readonly externalId?: string
  readonly output?: Partial<CheckOutput>
}

export function addCheckRun(world: World, ask: AddCheckRun): {readonly id: number} {
  const {repository: name, app, sha, ...change} = ask
  const repository = theRepository(world, name)
  const {id} = createCheckRun(world, {...change, repository, headSha: sha, app: theApp(world, app ?? 'github-actions')})
  return {id}
}

export interface ConcludeCheckRun {
  readonly id: number
  readonly conclusion: Conclusion
}

/** As the App that wrote the run does when its work is done. */
export function concludeCheckRun(world: World, {id, conclusion}: ConcludeCheckRun): void {
  const run = world.checkRuns.find((one) => one.id === id)
  if (!run) throw new Error(`There is no check run ${id}`)
  changeCheckRun(world, run, {conclusion})
}

export interface NewStatus {
  readonly repository: Repository
  readonly sha: string
  readonly state: StatusState
  readonly context: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Account
}

export function createStatus(world: World, ask: NewStatus): CommitStatus {
  const id = world.ids.next('status')
  const status = {...ask, id, nodeId: nodeId('SC', ask.repository.id, id), createdAt: world.clock.stamp()}
  world.statuses.push(status)
  return status
}

export interface AddStatus {
  readonly repository: string
  readonly sha: string
  readonly state: StatusState
  readonly context: string
  readonly by: string
}

export function addStatus(world: World, ask: AddStatus): void {
  const {repository, by, ...rest} = ask
  const creator = theAccount(world, by)
  createStatus(world, {
    ...rest,
    repository: theRepository(world, repository),
    creator,
    description: null,
    targetUrl: null,
  })
}
