/** Receipts over HTTP (docs/routes.md): who asks is known before anything is looked up, and private is as missing. */
import type {Context, Hono} from 'hono'
import {bodyLimit} from 'hono/body-limit'
import {parseReceiptId, parseRepositoryName} from '#protocol'
import {type Caller, type Job, mayRead, viewerOf} from '../model/caller.ts'
import type {CallerTools} from './callers/read-caller.ts'
import {type RefreshTools, refreshQuietly} from '../decide/panels.ts'
import {type ReceiptQuestion, readReceiptQuery} from './receipt-query.ts'
import type {FoundReceipt} from '../model/lookups.ts'
import {type AdmitTools, admitJob} from './admit.ts'
import {callerOf, callerRoutes} from './caller-routes.ts'
import {execute, parseExecution} from '../decide/execute.ts'
import type {BearsName} from '../github/repository.ts'
import {redeem} from '../decide/redeem.ts'
import {answerRefusal} from './refusals.ts'
import {type StatusTools, createStatusReader} from './status.ts'
import type {JobReport} from '../decide/job-report.ts'
import {takeTurns} from '../store/turns.ts'

export type ReceiptRouteTools = CallerTools & AdmitTools & StatusTools & RefreshTools & {readonly bearsName: BearsName}

/** To be mounted at `/v1/receipts`. */
export function receiptRoutes(tools: ReceiptRouteTools): Hono {
  const readStatus = createStatusReader(tools)
  const routes = callerRoutes(tools)
  routes.get('/', async (c) => {
    const caller = await callerOf(c, tools)
    const query = readReceiptQuery((name) => c.req.queries(name))
    if (!query.ok) return answerRefusal(c, {code: 'query_invalid', problem: query.fault.join('; ')})
    const found = await tools.store.find({...query.value, viewer: viewerOf(caller)})
    const isTheirs = await isStillNamed(query.value, found[0], tools)
    return c.json({receipts: isTheirs ? found.map(({receipt}) => receipt) : []})
  })
  routes.get('/:id', async (c) => {
    const found = await findShown(c, await callerOf(c, tools), tools)
    return found === undefined ? c.notFound() : c.json(found.receipt)
  })
  routes.get('/:id/status', async (c) => {
    const found = await findShown(c, await callerOf(c, tools), tools)
    return found === undefined ? c.notFound() : c.json(await readStatus(found.receipt))
  })
  addTellingRoutes(routes, tools)
  return routes
}

/** Asked by id, no name matters. GitHub is asked only where there is something to show. */
const isStillNamed = async (
  {repository}: ReceiptQuestion,
  found: FoundReceipt | undefined,
  {bearsName}: Pick<ReceiptRouteTools, 'bearsName'>,
): Promise<boolean> => {
  const name = parseRepositoryName(repository)
  if (name === undefined || found === undefined) return true
  return await bearsName({id: found.receipt.scope.repositoryId, name})
}

/** What jobs tell of a receipt. */
function addTellingRoutes(routes: Hono, given: ReceiptRouteTools): void {
  const tools = {...given, takeTurn: takeTurns()}
  routes.post('/:id/redemptions', limitBody, async (c) => {
    const job = await callerOf(c, tools)
    if (job.kind !== 'job') return answerRefusal(c, {code: 'caller_unknown'})
    const telling = await admit(c, job, tools)
    if (telling instanceof Response) return telling
    const redemption = await redeem(telling, tools)
    return redemption.kind === 'recorded' ? c.json(redemption.told) : answerRefusal(c, redemption.refusal)
  })
  routes.post('/:id/executions', limitBody, async (c) => {
    const job = await callerOf(c, tools)
    if (job.kind !== 'job') return answerRefusal(c, {code: 'caller_unknown'})
    const execution = parseExecution(new Uint8Array(await c.req.arrayBuffer()))
    if (execution === undefined) return answerRefusal(c, {code: 'body_invalid', problem: executionForm})
    const telling = await admit(c, job, tools)
    if (telling instanceof Response) return telling
    const executed = await execute(telling, execution, tools)
    // The job is not kept waiting for it.
    if (executed.kind === 'recorded' && execution.event === 'finished') void showDeployed(telling, tools)
    return executed.kind === 'recorded' ? c.json(executed.told) : answerRefusal(c, executed.refusal)
  })
}

async function showDeployed({found, repository}: JobReport, tools: ReceiptRouteTools): Promise<void> {
  const {pullRequest} = found.receipt.scope
  if (pullRequest === undefined) return
  await refreshQuietly({repository, installation: repository.installation, pullRequest}, tools)
}

/** A job that may tell something of the receipt, or the answer to one that may not. */
async function admit(c: Context, job: Job, tools: ReceiptRouteTools): Promise<JobReport | Response> {
  const found = await findShown(c, job, tools)
  if (found === undefined) return await c.notFound()
  const admission = await admitJob({job, receipt: found.receipt}, tools)
  if (admission.kind === 'refused') return answerRefusal(c, admission.refusal)
  return {found, job, repository: admission.repository}
}

async function findShown(
  c: Context,
  caller: Caller,
  {store}: Pick<ReceiptRouteTools, 'store'>,
): Promise<FoundReceipt | undefined> {
  const id = parseReceiptId(c.req.param('id'))
  const [found] = id === undefined ? [] : await store.find({by: 'receipt', id})
  return found !== undefined && maySee(caller, found) ? found : undefined
}

const maySee = (caller: Caller, {receipt, public: isPublic, ownerId}: FoundReceipt): boolean =>
  mayRead(caller, {public: isPublic, ownerId, repositoryId: receipt.scope.repositoryId})

const executionForm =
  'the body is {"event": "started"}, or {"event": "finished", "outcome": "success" | "failure" | "cancelled"}'

const maxBodyBytes = 1024
const limitBody = bodyLimit({
  maxSize: maxBodyBytes,
  onError: (c) => answerRefusal(c, {code: 'body_too_large', problem: `a body has at most ${maxBodyBytes} bytes`}),
})
