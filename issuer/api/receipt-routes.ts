/** Receipts over HTTP (docs/routes.md): who asks is known before anything is looked up, and private is as missing. */
import type {Context, Hono} from 'hono'
import {bodyLimit} from 'hono/body-limit'
import {
  type IntotoEnvelope,
  type Receipt,
  type ReceiptId,
  type Result,
  parseCommitSha,
  parseEnvironment,
  parseReceiptId,
  parseRepositoryId,
  parseRepositoryName,
  parseTreeSha,
} from '#protocol'
import {type Query, parseWholeNumber, readQuery, withDefault} from '../command/read-query.ts'
import {execute, parseExecution} from '../decide/execute.ts'
import type {JobReport, Refusal} from '../decide/job-report.ts'
import {type RefreshTools, refreshQuietly} from '../decide/panels.ts'
import {redeem} from '../decide/redeem.ts'
import type {BearsName} from '../github/repository.ts'
import {acceptSignedEnvelope, mintIntoto} from '../mint/mint-intoto.ts'
import {type Caller, type Job, mayRead, mayReadEvidence, viewerOf} from '../model/caller.ts'
import type {TokenIds} from '../model/callers.ts'
import type {Durable} from '../model/durable.ts'
import type {Log} from '../model/log.ts'
import {type FoundReceipt, type Lookup, belongingOf} from '../model/lookups.ts'
import type {Signer} from '../model/signer.ts'
import {takeTurns} from '../store/turns.ts'
import {answerRefusal, callerOf, callerRoutes} from './asking.ts'
import type {CallerTools} from './callers/read-caller.ts'
import {type StatusTools, createStatusReader, tellUnknown} from './status.ts'

export type ReceiptRouteTools = CallerTools &
  StatusTools &
  RefreshTools & {readonly bearsName: BearsName; readonly tokenIds: TokenIds}

/** Who may know that a receipt of theirs was never made. What they may not read is answered the same (threats A31). */
const mayKnow = ({kind}: Caller): boolean => kind === 'job' || kind === 'auditor'

/** To be mounted at `/v1/receipts`. */
export function receiptRoutes(tools: ReceiptRouteTools): Hono {
  const readStatus = createStatusReader(tools)
  const routes = callerRoutes(tools)
  routes.get('/', async (c) => {
    const caller = await callerOf(c, tools)
    const question = readQuestion(c.req)
    if (!question.ok) return answerRefusal(c, {code: 'query_invalid', problem: question.fault})
    const found = await findListed(question.value, caller, tools)
    const isTheirs = await isStillNamed(question.value, found[0], tools)
    return c.json({receipts: isTheirs ? found.map(({receipt}) => receipt) : []})
  })
  routes.get('/:id', async (c) => {
    const found = await findShown(c.req.param('id'), await callerOf(c, tools), tools)
    return found === undefined ? c.notFound() : c.json(found.receipt)
  })
  routes.get('/:id/status', async (c) => {
    const caller = await callerOf(c, tools)
    const id = parseReceiptId(c.req.param('id'))
    const found = await findShown(id, caller, tools)
    if (found !== undefined) return c.json(await readStatus(found.receipt))
    return id !== undefined && mayKnow(caller) ? c.json(await tellUnknown(id, tools)) : c.notFound()
  })
  addEvents(routes, tools)
  addTellingRoutes(routes, tools)
  return routes
}

type ReceiptQuestion = Omit<Extract<Lookup, {by: 'scope'}>, 'viewer' | 'before'> & {
  readonly before: ReceiptId | undefined
}

function readQuestion(query: Query): Result<ReceiptQuestion, string> {
  const hex = '40 or 64 lower-case hex digits'
  const read = readQuery(query, {
    repository: withDefault({parse: parseRepositoryName, form: 'owner/name'}, undefined),
    repository_id: withDefault({parse: parseDecimalId, form: 'a decimal id'}, undefined),
    environment: withDefault({parse: parseEnvironment, form: 'an environment name'}, undefined),
    sha: withDefault({parse: parseCommitSha, form: hex}, undefined),
    tree: withDefault({parse: parseTreeSha, form: hex}, undefined),
    before: withDefault({parse: parseReceiptId, form: 'a receipt id'}, undefined),
  })
  if (!read.ok) return read
  const {environment, sha, tree, before} = read.value
  const repository = read.value.repository_id ?? read.value.repository
  const problems: string[] = []
  if (repository === undefined) problems.push('repository (owner/name) or repository_id is missing')
  if (environment === undefined) problems.push('environment is missing')
  if ((sha ?? tree ?? before) === undefined) problems.push('sha, tree or before is missing')
  return repository === undefined || environment === undefined || problems.length > 0
    ? {ok: false, fault: problems.join('; ')}
    : {ok: true, value: {by: 'scope', repository, environment, sha, tree, before}}
}

/** Before a receipt that is not there, or that the caller may not read, there is nothing: its place in the ledger is not told. */
async function findListed(
  {before: id, ...question}: ReceiptQuestion,
  caller: Caller,
  tools: Pick<IntotoTools, 'store'>,
): Promise<readonly FoundReceipt[]> {
  const before = id && (await findShown(id, caller, tools))
  if (id !== undefined && before === undefined) return []
  return await tools.store.find({...question, before, viewer: viewerOf(caller)})
}

const parseDecimalId = (text: string) => parseRepositoryId(parseWholeNumber(text))

/** Asked by id, no name matters. GitHub is asked only where there is something to show. */
const isStillNamed = async (
  {repository}: Pick<ReceiptQuestion, 'repository'>,
  found: FoundReceipt | undefined,
  {bearsName}: Pick<ReceiptRouteTools, 'bearsName'>,
): Promise<boolean> => {
  const name = parseRepositoryName(repository)
  if (name === undefined || found === undefined) return true
  return await bearsName({id: found.receipt.scope.repositoryId, name})
}

async function findShown(
  id: string | undefined,
  caller: Caller,
  tools: Pick<IntotoTools, 'store'>,
): Promise<FoundReceipt | undefined> {
  const found = await findReceipt(id, tools)
  return found !== undefined && mayRead(caller, belongingOf(found)) ? found : undefined
}

async function findReceipt(
  text: string | undefined,
  {store}: Pick<IntotoTools, 'store'>,
): Promise<FoundReceipt | undefined> {
  const id = parseReceiptId(text)
  return id === undefined ? undefined : (await store.find({by: 'receipt', id}))[0]
}

/**
 * What happened to a receipt: the documents whose digests the ledger carries, for auditors alone. A job's report holds
 * the random number that keeps its digest from being guessed.
 */
function addEvents(routes: Hono, tools: ReceiptRouteTools): void {
  routes.get('/:id/events', async (c) => {
    const caller = await callerOf(c, tools)
    const found = await findReceipt(c.req.param('id'), tools)
    if (found === undefined) return c.notFound()
    // Each by its own owner, as the ledger shows its entry: a repository may have changed hands.
    const events = await tools.records.events(found.receipt.id)
    const shown = events.filter((event) => mayReadEvidence(caller, event))
    if (!mayReadEvidence(caller, found) && shown.length === 0) return c.notFound()
    return c.json({events: shown.map(({entry, body}) => ({entry, document: JSON.parse(body) as unknown}))})
  })
}

export type IntotoTools = CallerTools & Pick<Durable, 'store'> & {readonly signer: Signer; readonly log: Log}

/** Docs/intoto.md. To be mounted at `/v1/receipts`, before the routes that take all that follows for an id. */
export function intotoRoutes(tools: IntotoTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/:file{[a-z0-9_]+\\.intoto\\.json}', async (c) => {
    const id = c.req.param('file').replace(/\.intoto\.json$/, '')
    const found = await findShown(id, await callerOf(c, tools), tools)
    return found === undefined ? c.notFound() : c.json(await attest(found.receipt, tools))
  })
  return routes
}

/** Signed by the receipt key that signs now, whichever signed the receipt. */
export async function attest(receipt: Receipt, {signer}: Pick<IntotoTools, 'signer'>): Promise<IntotoEnvelope> {
  const unsigned = mintIntoto(receipt)
  const {publicKey} = signer
  return acceptSignedEnvelope(unsigned, {publicKey, signature: await signer.sign(unsigned.input)})
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

/** A job that may tell something of the receipt, or the answer to one that may not: cheap questions first (threats A45). */
async function admit(c: Context, job: Job, tools: ReceiptRouteTools): Promise<JobReport | Response> {
  const found = await findShown(c.req.param('id'), job, tools)
  if (found === undefined) return await c.notFound()
  const mismatch = findMismatch(job, found.receipt)
  if (mismatch !== undefined) return answerRefusal(c, mismatch)
  const repository = await tools.repositories.fetchRepository({id: job.repositoryId, name: job.repository})
  const {defaultBranch: branch} = repository
  if (job.workflowBranch !== branch) return answerRefusal(c, {code: 'workflow_refused', branch})
  // Last, since what a token is refused for leaves it unused. Reading needs no such thing: shown again within its
  // minutes, a token reads what its job could read.
  const use = await tools.tokenIds.use({...job.token, now: tools.now()})
  return use === 'again' ? answerRefusal(c, {code: 'caller_unknown'}) : {found, job, repository}
}

function findMismatch(job: Job, {scope}: Receipt): Refusal | undefined {
  if (job.repositoryId !== scope.repositoryId) {
    return {code: 'repository_mismatch', authorized: scope.repository, shown: job.repository}
  }
  // A commit other than the receipt's could only be the trigger of a workflow that the policy names; it can name none.
  if (job.sha !== scope.sha) return {code: 'commit_mismatch', authorized: scope.sha, shown: job.sha}
  return job.environment === undefined || job.environment === scope.environment
    ? undefined
    : {code: 'environment_mismatch', authorized: scope.environment}
}

const executionForm =
  'the body is {"event": "started"}, or {"event": "finished", "outcome": "success" | "failure" | "cancelled"}'

const maxBodyBytes = 1024
const limitBody = bodyLimit({
  maxSize: maxBodyBytes,
  onError: (c) => answerRefusal(c, {code: 'body_too_large', problem: `a body has at most ${maxBodyBytes} bytes`}),
})
