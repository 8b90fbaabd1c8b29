/** `GET /v1/receipts/{id}.intoto.json` (docs/intoto.md): the receipt for tools that read in-toto statements. */
import type {Context, Hono} from 'hono'
import {type IntotoEnvelope, type Receipt, parseReceiptId} from '#protocol'
import {mayRead} from '../model/caller.ts'
import type {CallerTools} from './callers/read-caller.ts'
import {acceptSignedEnvelope, mintIntoto} from '../mint/mint-intoto.ts'
import type {Log} from '../model/log.ts'
import type {Signer} from '../model/signer.ts'
import type {Store} from '../model/store.ts'
import {callerOf, callerRoutes} from './caller-routes.ts'

export type IntotoTools = CallerTools & {
  readonly store: Pick<Store, 'find'>
  readonly signer: Signer
  readonly log: Log
}

/** To be mounted at `/v1/receipts`, before the routes that take all that follows for an id. */
export function intotoRoutes(tools: IntotoTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/:file{[a-z0-9_]+\\.intoto\\.json}', async (c) => {
    const receipt = await findShown(c, tools)
    return receipt === undefined ? c.notFound() : c.json(await attest(receipt, tools))
  })
  return routes
}

async function findShown(c: Context, tools: IntotoTools): Promise<Receipt | undefined> {
  const caller = await callerOf(c, tools)
  const id = parseReceiptId(c.req.param('file')?.replace(/\.intoto\.json$/, ''))
  const [found] = id === undefined ? [] : await tools.store.find({by: 'receipt', id})
  const {receipt, public: isPublic, ownerId} = found ?? {}
  const repositoryId = receipt?.scope.repositoryId
  return mayRead(caller, {public: isPublic === true, ownerId, repositoryId}) ? receipt : undefined
}

/** Signed by the receipt key that signs now, whichever signed the receipt. */
export async function attest(receipt: Receipt, {signer}: Pick<IntotoTools, 'signer'>): Promise<IntotoEnvelope> {
  const unsigned = mintIntoto(receipt)
  const {publicKey} = signer
  return acceptSignedEnvelope(unsigned, {publicKey, signature: await signer.sign(unsigned.input)})
}
