/** GET /v1/audit (docs/routes.md): who authorized what was running then, and the proofs, joined for one caller. */
import type {Hono} from 'hono'
import {
  type Audit,
  type AuditRecord,
  type SecondsTime,
  lifeOf,
  parseEnvironment,
  momentForm,
  parseMoment,
  parseRepositoryName,
  printSecondsTime,
  runningAt,
  stateAt,
} from '#protocol'
import {needed, readQuery, withDefault} from '../command/read-query.ts'
import {readHappened} from '../decide/happened.ts'
import {type Caller, mayRead, viewerOf} from '../model/caller.ts'
import type {Deployment, DeploymentQuestion, DeploymentSource} from '../model/deployments.ts'
import type {Durable} from '../model/durable.ts'
import type {Log} from '../model/log.ts'
import {type FoundReceipt, belongingOf} from '../model/lookups.ts'
import type {KeptCheckpoint} from '../model/readers.ts'
import {viewerOfRepository} from '../model/viewer.ts'
import {readInclusion} from '../store/read-proofs.ts'
import {answerRefusal, callerOf, callerRoutes} from './asking.ts'
import type {CallerTools} from './callers/read-caller.ts'

export type AuditRouteTools = CallerTools &
  Pick<Durable, 'store' | 'records' | 'ledger' | 'checkpoints'> & {
    readonly deployments: DeploymentSource
    readonly log: Log
  }

/** To be mounted at `/v1/audit`. Who asks is known before anything is looked up, and private is as missing. */
export function auditRoutes(tools: AuditRouteTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/', async (c) => {
    const caller = await callerOf(c, tools)
    const question = readQuery(c.req, {
      repository: needed({parse: parseRepositoryName, form: 'owner/name'}, 'repository (owner/name)'),
      environment: needed({parse: parseEnvironment, form: 'an environment name'}, 'environment'),
      at: withDefault({parse: parseMoment, form: `a time ${momentForm}`}, printSecondsTime(tools.now())),
    })
    if (!question.ok) return answerRefusal(c, {code: 'query_invalid', problem: question.fault})
    return c.json(await readAudit(question.value, caller, tools))
  })
  return routes
}

type AuditQuestion = Pick<Audit, 'repository' | 'environment' | 'at'>

/** What this caller may not read is answered as if it were not there. */
async function readAudit(question: AuditQuestion, caller: Caller, tools: AuditRouteTools): Promise<Audit> {
  const {repository, environment, at} = question
  const viewer = viewerOf(caller)
  const shown = await tools.store.find({by: 'scope', repository, environment, issuedBefore: at, viewer})
  const checkpoint = await tools.checkpoints.newest()
  const records = await Promise.all(shown.map((one) => readRecord(one, {at, checkpoint}, tools)))
  const running = runningAt(records, at)
  return {
    type: 'countersign.audit/v1',
    repository,
    repositoryId: shown[0]?.receipt.scope.repositoryId ?? null,
    environment,
    at,
    records,
    running: running?.receipt.id ?? null,
    unauthorized: await readUncovered(shown[0], {question, caller}, tools),
    checkpoint: checkpoint?.note ?? null,
  }
}

type ShownRecord = AuditRecord & Pick<FoundReceipt, 'receipt'>

async function readRecord(
  {receipt}: FoundReceipt,
  {at, checkpoint}: {readonly at: SecondsTime; readonly checkpoint: KeptCheckpoint | undefined},
  {records, ledger}: AuditRouteTools,
): Promise<ShownRecord> {
  const decision = await records.decision(receipt.decision)
  if (decision === undefined) throw new Error(`the receipt ${receipt.id} is there, and its decision is not`)
  const {entry, token} = decision
  const happened = readHappened(await records.events(receipt.id))
  const isSigned = checkpoint !== undefined && entry.seq < checkpoint.size
  return {
    receipt,
    token,
    state: stateAt(lifeOf(receipt, happened), at),
    ...happened,
    entry,
    inclusion: isSigned ? await readInclusion(ledger, {seq: entry.seq, size: checkpoint.size}) : null,
  }
}

/**
 * GitHub's deployments that no receipt covers; null when GitHub was not asked, or could not be. It is asked only for those
 * whose own it is: its patience is not for everybody who may see a public repository.
 */
async function readUncovered(
  newest: FoundReceipt | undefined,
  {question, caller}: {readonly question: AuditQuestion; readonly caller: Caller},
  tools: AuditRouteTools,
): Promise<Audit['unauthorized']> {
  if (newest === undefined || !mayRead(caller, {...belongingOf(newest), public: false})) return null
  const {repositoryId: id, repository: name} = newest.receipt.scope
  const asked = {...question, repository: {id, name}}
  const deployments = await tools.deployments.deployments(asked)
  if (deployments === null) return null
  const covered = await Promise.all(deployments.map((one) => isCovered(one, asked, tools)))
  return deployments
    .filter((_, i) => covered[i] !== true)
    .map(({id: deployment, sha, at, url}) => ({deployment, sha, at, url}))
}

/**
 * By a receipt for its commit that was not over when it was made. One that was issued after that counts: GitHub makes a
 * deployment before its job starts, and the job may have waited for the authorization.
 */
async function isCovered(
  {sha, at}: Deployment,
  {repository, environment, at: issuedBefore}: DeploymentQuestion,
  tools: AuditRouteTools,
): Promise<boolean> {
  // A receipt covers it whoever may read that receipt.
  const viewer = viewerOfRepository(repository.id)
  const found = await tools.store.find({by: 'scope', repository: repository.id, environment, sha, issuedBefore, viewer})
  const over = await Promise.all(found.map((one) => isOver(one, at, tools)))
  return over.includes(false)
}

async function isOver({receipt}: FoundReceipt, at: SecondsTime, {records}: AuditRouteTools): Promise<boolean> {
  const state = stateAt(lifeOf(receipt, readHappened(await records.events(receipt.id))), at)
  return state === 'expired' || state === 'revoked'
}
