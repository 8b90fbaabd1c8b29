/** AWS Lambda: the web function behind a Function URL, and the worker on its queue and its schedule. */
/* eslint @typescript-eslint/no-deprecated: off -- the adapter leaves Hono for a package of its own with version 5 */
import {type LambdaContext, type LambdaEvent, handle} from 'hono/aws-lambda'
import manifest from '../package.json' with {type: 'json'}
import {type IssuerOnAws, beginLedger, openGround, openOnAws} from './lambda/open.ts'
import {type BatchResult, type QueueEvent, keepHouse, workOff} from './lambda/work.ts'
import {openQueue, sqsInbox} from './webhook/sqs.ts'

/** Kept while the process lives. A start that failed is tried again by the next event. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () =>
    (opened ??= open().catch((fault: unknown) => {
      opened = undefined
      throw fault
    }))
}

const ground = once(() => openGround(process.env, manifest.version))
const issuer = once(async (): Promise<IssuerOnAws> => openOnAws(await ground(), 'worker'))
const client = openQueue()

function readQueueUrl(): string {
  const url = process.env['QUEUE_URL']
  if (url === undefined || url === '') throw new Error('QUEUE_URL is not set: infra/template.yaml sets it')
  return url
}

const app = once(async () => handle((await openOnAws(await ground(), 'web')).app(sqsInbox(readQueueUrl(), client))))

/** A Function URL's event, payload 2.0. */
export const web = async (event: LambdaEvent, context: LambdaContext): Promise<unknown> => (await app())(event, context)

/** A batch of the queue. */
export const worker = async (event: QueueEvent): Promise<BatchResult> =>
  workOff(event, await issuer(), {url: readQueueUrl(), client})

/** The schedule's event; or, from an operator, `{"begin": "ledger"}`. Tells the lines to pin. */
export const schedule = async (event: {readonly begin?: unknown}): Promise<object> => {
  if (event.begin === 'ledger') await beginLedger(await ground(), Date.now())
  const {pin, ledgerKey, ...rest} = await issuer()
  await keepHouse({pin, ledgerKey, ...rest})
  return {pin, ledgerKey}
}
