/** What people look at (formats §8): the home page, receipts, the ledger. What a caller may not read is not there. */
import {type Context, Hono} from 'hono'
import {html} from 'hono/html'
import {type Origin, type PublicKey, parseReceiptId} from '#protocol'
import type {EntryReader, Scopes} from '../store/store.ts'
import type {ReadCaller} from './caller.ts'
import {givePage} from './document.ts'
import {renderHomePage} from './home/page.ts'
import {renderLedgerPage} from './ledger/page.ts'
import {searchLedger} from './ledger/search.ts'
import {openDemo} from './receipt/demo.ts'
import {type ReceiptFrame, describeReceipt, renderReceiptPage} from './receipt/page.ts'
import {type ProofTools, type ReceiptProof, readProof} from './receipt/proof.ts'

export interface PageTools extends ProofTools {
  readonly entries: Pick<EntryReader, 'last'>
  readonly scopes: Scopes
  readonly readCaller: ReadCaller
  readonly issuer: Origin
  /** Where people see repositories: `https://github.com`. */
  readonly github: string
  /** The action as workflows name it: `owner/name@commit`. */
  readonly action: string
  /** The receipt key. */
  readonly pin: PublicKey
  /** The ledger's C2SP verifier key. */
  readonly ledgerKey: string
}

/** Mount it at `/`. */
export function pageRoutes(tools: PageTools): Hono {
  const routes = new Hono()
  const demoAt = openDemo(tools.issuer)
  const readDemo = () => demoAt(tools.now())
  routes.get('/', async (c) => await giveHome(c, tools))
  routes.get('/ledger', async (c) => await giveLedger(c, tools))
  routes.get('/r/demo.json', (c) => c.json(printProof(readDemo().proof)))
  routes.get('/r/demo', async (c) => {
    const {proof, keys} = readDemo()
    return await giveReceipt(c, proof, {
      ...frameOf(tools),
      ...keys,
      github: undefined,
      path: '/r/demo',
      query: '',
      demo: true,
    })
  })
  routes.get('/r/:file', async (c) => {
    const [, text, form] = /^(.*?)(\.json)?$/.exec(c.req.param('file')) ?? []
    const id = parseReceiptId(text)
    // Who asks is known before anything is looked up.
    const mayRead = await tools.readCaller(c.req.raw)
    const proof = id === undefined ? undefined : await readProof(id, mayRead, tools)
    if (proof === undefined) return form === undefined ? await giveMissing(c, tools) : c.notFound()
    if (form !== undefined) return c.json(printProof(proof), 200, {'cache-control': 'private, no-cache'})
    // A receipt may be of an older key of this issuer's; a stranger's is held against the newest one.
    const {publicKey} = proof.receipt
    return await giveReceipt(c, proof, {
      ...frameOf(tools),
      pin: tools.keys.has(publicKey) ? publicKey : tools.pin,
      path: `/r/${proof.receipt.id}`,
      query: linkOf(c),
      demo: false,
    })
  })
  return routes
}

/** The link that opened this page, for what the page leads to. It stands in commands to copy: nothing else may. */
function linkOf(c: Context): string {
  const link = c.req.query('link') ?? ''
  return /^[A-Za-z0-9_-]{1,256}$/.test(link) ? `?link=${link}` : ''
}

const frameOf = ({issuer, github, pin, ledgerKey}: PageTools) => ({issuer, github, pin, ledgerKey})

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

async function giveLedger(c: Context, tools: PageTools): Promise<Response> {
  const query = (c.req.query('q') ?? '').trim()
  const mayRead = await tools.readCaller(c.req.raw)
  const [found, {last}, checkpoint] = await Promise.all([
    searchLedger(query, mayRead, tools),
    tools.ledger.head(),
    tools.checkpoints.newest(),
  ])
  const main = renderLedgerPage({
    ...frameOf(tools),
    size: last.seq + 1,
    checkpoint,
    query,
    found,
    isShown: mayRead,
  })
  const description = 'Every decision of this issuer, in order, verified in your browser.'
  return await givePage(c, {
    title: 'Ledger – Countersign',
    description,
    script: 'ledger',
    at: 'ledger',
    main,
    issuer: tools.issuer,
  })
}

async function giveHome(c: Context, tools: PageTools): Promise<Response> {
  // A store that does not answer is told, not hidden behind an error page.
  const read = await Promise.all([tools.entries.last(), tools.checkpoints.newest()]).catch(() => undefined)
  const main = renderHomePage({...frameOf(tools), action: tools.action, last: read?.[0], checkpoint: read?.[1]})
  const description = 'A deploy job stops unless a named person authorised this commit for this environment.'
  return await givePage(c, {
    title: 'Countersign: no receipt, no deploy',
    description,
    script: 'home',
    main,
    issuer: tools.issuer,
  })
}
