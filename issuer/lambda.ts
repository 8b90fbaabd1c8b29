/** AWS Lambda: the functions of infra/template.yaml, each under a role of its own. */
/* eslint @typescript-eslint/no-deprecated: off -- the adapter leaves Hono for a package of its own with version 5 */
import type {Hono} from 'hono'
import {handle} from 'hono/aws-lambda'
import manifest from '../package.json' with {type: 'json'}
import {createApp} from './app.ts'
import {type SealedPeriod, readEvidenceKeys} from './api/export/from-store.ts'
import {type KeyOrder, carryOut} from './keys/orders.ts'
import {NotSetUp, shareWebhook} from './home/aws/secrets.ts'
import {createPassOn, privateApp, webApp} from './home/aws/routing.ts'
import {type AwsBase, type Role, openAwsBase} from './home/aws/base.ts'
import {type IssuerOnAws, beginLedger, openOnAws, resumeLedger} from './home/aws/open.ts'
import {readOrder} from './home/aws/orders.ts'
import {openSetup} from './setup/on-aws.ts'
import {type BatchResult, type QueueEvent, keepHouse, workOff} from './home/aws/work.ts'
import {makeLog} from './home/log.ts'
import {type Queues, openQueue, sqsInbox} from './inbox/sqs.ts'
import type {Inbox} from './model/inbox.ts'

/** Kept while the process lives. A start that failed is tried again by the next event. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () =>
    (opened ??= open().catch((fault: unknown) => {
      opened = undefined
      throw fault
    }))
}

const base = async (role: Role = 'worker'): Promise<AwsBase> => openAwsBase(process.env, manifest.version, role)
const issuer = once(async (): Promise<IssuerOnAws> => openOnAws(await base(), 'worker'))
const client = openQueue()

const queues = (): Queues => ({
  withdrawals: readQueueUrl('WITHDRAWALS_QUEUE_URL'),
  deliveries: readQueueUrl('QUEUE_URL'),
})

function readQueueUrl(name: string): string {
  const url = process.env[name]
  if (url === undefined || url === '') throw new Error(`${name} is not set: infra/template.yaml sets it`)
  return url
}

const passOn = createPassOn(process.env, makeLog({level: 'info', secrets: []}))
const routesOf = async (role: 'web' | 'receipts', inbox: Pick<Inbox, 'put'>): Promise<Hono> =>
  createApp((await openOnAws(await base(role), role)).serving(inbox, () => undefined))

const pages = once(() => routesOf('web', sqsInbox(queues(), client)))

/** What the world reaches, by a Function URL. */
export const web = handle(webApp({app: pages, passOn}))

const noInbox = {put: () => Promise.reject(new Error('no delivery is passed on to the receipts function'))}
const receiptRoutes = once(() => routesOf('receipts', noInbox))

/** What the web function passes on: a Function URL's event as it came. */
export const receipts = handle(privateApp('receipts', receiptRoutes))

const waiting = once(() => openSetup(process.env, manifest.version))

/** How the issuer comes to its GitHub App; passed on like the receipts function's. */
export const setup = handle(privateApp('setup', waiting))

/** A batch of one of the queues. */
export const worker = async (event: QueueEvent): Promise<BatchResult> =>
  workOff(event, await issuer(), {queues: queues(), client})

/** The schedule's event, or an operator's order. Tells the lines to pin; of an order about keys, what came of it too. */
export const schedule = async (event: unknown): Promise<object> => {
  const order = readOrder(event, Date.now())
  if (order.kind === 'round' && !(await isSetUp())) return {waiting: 'for its GitHub App'}
  if (order.kind === 'begin') await beginLedger(await base(), Date.now())
  await shareApp()
  if (order.kind === 'resume') await resumeLedger(await base(), order.checkpoint)
  const opened = await issuer()
  if (order.kind === 'round') await keepHouse(opened, sqsInbox(queues(), client))
  if (order.kind === 'evidence keys') return await tellEvidenceKeys(order, opened)
  const told = order.kind === 'keys' ? await changeKeys(order.order, opened) : {}
  const {ledgerKey, appId} = opened
  return {pin: opened.pin(), ledgerKey, ...(appId === undefined ? {} : {appId}), ...told}
}

/** Whoever fills the App's secret, by set-up or by hand: the function that strangers reach gets what it needs of it. */
const shareApp = once(async () => {
  const {access, webhookSecret} = (await base()).config.github
  if (access.kind === 'app') await shareWebhook(process.env, {appId: access.appId, webhookSecret})
})

/** While nobody has set it up, nothing is due and no alarm is to ring. */
const isSetUp = async (): Promise<boolean> => {
  try {
    await issuer()
    return true
  } catch (fault) {
    if (fault instanceof NotSetUp) return false
    throw fault
  }
}

/** The answer of a function is 6 MB at most. */
const mostKeys = 40_000

async function tellEvidenceKeys(period: SealedPeriod, {tools, durable}: IssuerOnAws): Promise<object> {
  const read = await readEvidenceKeys(period, durable, tools.evidenceKeys)
  if (!read.ok) throw new Error(`the evidence secret of now did not seal the evidence of ${read.fault}`)
  if (read.value.length > mostKeys) throw new Error(`${read.value.length} keys are too many: take shorter periods`)
  return {lines: read.value}
}

async function changeKeys(order: KeyOrder, {announcing, checkpointSigner}: IssuerOnAws): Promise<object> {
  const carried = await carryOut(order, announcing)
  if (!carried.ok) throw new Error(carried.fault)
  await checkpointSigner.newestCheckpoint()
  return {lines: carried.value.lines, notes: carried.value.notes}
}
