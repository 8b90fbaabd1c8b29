/** What people look at (formats §8): the home page, receipts, the ledger. What a caller may not read is not there. */
import {type Context, Hono} from 'hono'
import {html} from 'hono/html'
import {parseReceiptId, printSecondsTime} from '#protocol'
import {giveBadgePage} from './badge/page.ts'
import {givePage} from './document.ts'
import {giveHome} from './home/page.ts'
import {readLink} from './link.ts'
import {giveLedger} from './ledger/page.ts'
import {openDemo} from './receipt/demo.ts'
import {describeReceipt} from './receipt/certificate.ts'
import {type ReceiptFrame, renderReceiptPage} from './receipt/page.ts'
import {type ReceiptProof, holdKeys, readProof} from './receipt/proof.ts'
import type {PageTools} from './tools.ts'

/** Mount it at `/`. */
export function pageRoutes(tools: PageTools): Hono {
  const routes = new Hono()
  const demoAt = openDemo(tools.issuer)
  const readDemo = () => demoAt(tools.now())
  routes.get('/', async (c) => await giveHome(c, tools))
  routes.get('/ledger', async (c) => await giveLedger(c, tools))
  routes.get('/badges', async (c) => await giveBadgePage(c, tools))
  routes.get('/r/demo.json', (c) => c.json(printProof(readDemo().proof)))
  routes.get('/r/demo', async (c) => {
    const {proof, keys} = readDemo()
    return await giveReceipt(c, proof, {...frameOf(tools), ...keys, github: undefined, path: '/r/demo', demo: true})
  })
  routes.get('/r/:file', async (c) => {
    const [, text, form] = /^(.*?)(\.json)?$/.exec(c.req.param('file')) ?? []
    const id = parseReceiptId(text)
    // Who asks is known before anything is looked up.
    const viewer = await tools.readCaller(c.req.raw)
    const proof = id === undefined ? undefined : await readProof(id, viewer, tools)
    if (proof === undefined) return form === undefined ? await giveMissing(c, tools) : c.notFound()
    if (form !== undefined) return c.json(printProof(proof), 200, {'cache-control': 'private, no-cache'})
    const path = `/r/${proof.receipt.id}`
    // Where everybody may read, the link stays with whoever has it.
    const link = proof.public ? undefined : readLink(c)
    return await giveReceipt(c, proof, {...frameOf(tools), ...holdKeys(proof, tools), path, link, demo: false})
  })
  return routes
}

const frameOf = ({issuer, github, ledgerKey, now}: PageTools) => ({
  issuer,
  github,
  ledgerKey,
  at: printSecondsTime(now()),
})

async function giveReceipt(c: Context, proof: ReceiptProof, frame: ReceiptFrame): Promise<Response> {
  const description = describeReceipt(proof.receipt)
  const title = `${description} – Countersign`
  const at = frame.demo ? 'demo' : undefined
  return await givePage(c, {
    title,
    description,
    script: 'receipt',
    at,
    main: renderReceiptPage(proof, frame),
    issuer: frame.issuer,
  })
}

/** The members of an audit's record (docs/routes.md), without what only an audit knows. */
function printProof({receipt, state, token, happened, entry, inclusion, checkpoint}: ReceiptProof): object {
  const revocation = happened.find((one) => one.revocation !== undefined)?.revocation ?? null
  const proof = {entry: entry ?? null, inclusion: inclusion ?? null, checkpoint: checkpoint ?? null}
  return {type: 'countersign.page/v1', receipt, state, token: token?.text ?? null, revocation, happened, ...proof}
}

async function giveMissing(c: Context, {issuer}: PageTools): Promise<Response> {
  const main = html`<div class="hero">
    <h1>Nothing is here.</h1>
    <p class="lead">
      There is no such receipt, or it belongs to a private repository: then open it by the link that its owners have.
    </p>
  </div>`
  return await givePage(c, {
    title: 'Not found – Countersign',
    description: 'Nothing is here.',
    script: 'home',
    main,
    issuer,
    status: 404,
  })
}
