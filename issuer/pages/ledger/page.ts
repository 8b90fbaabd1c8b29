/** `GET /ledger?q=&before=`: the check of it all, its entries or what was searched for among them, its signed checkpoint. */
import type {Context} from 'hono'
import {html} from 'hono/html'
import type {KeptCheckpoint} from '../../model/readers.ts'
import {type Html, givePage} from '../document.ts'
import {codeBlock, copyable, count, field, section} from '../pieces.ts'
import {readLink} from '../link.ts'
import type {PageTools} from '../tools.ts'
import {type Finding, renderFinding} from './entries.ts'
import {parseBefore, parseSearch, searchLedger} from './search.ts'

/** Who asks is known first, then what was typed is looked for, in that caller's view. */
export async function giveLedger(c: Context, tools: PageTools): Promise<Response> {
  const typed = (c.req.query('q') ?? '').trim()
  const [search, before] = [parseSearch(typed), parseBefore(c.req.query('before'))]
  const viewer = await tools.readCaller(c.req.raw)
  // The checkpoint first: the head is then never behind it.
  const checkpoint = await tools.checkpoints.newest()
  const [found, {last}] = await Promise.all([searchLedger({search, before, viewer}, tools), tools.ledger.head()])
  const {issuer, ledgerKey} = tools
  const view = {issuer, ledgerKey, checkpoint, typed, search, before, found, viewer}
  return await givePage(c, {
    title: typed === '' ? 'Ledger – Countersign' : `${typed} in the ledger – Countersign`,
    description: 'Every decision of this issuer, in order, verified in your browser.',
    script: 'ledger',
    at: 'ledger',
    main: renderLedgerPage({...view, link: readLink(c), size: last.seq + 1}),
    issuer,
  })
}

interface LedgerView extends Omit<Finding, 'signed'> {
  readonly ledgerKey: string
  readonly size: number
  readonly checkpoint: KeptCheckpoint | undefined
}

function renderLedgerPage(view: LedgerView): Html {
  const finding = renderFinding({...view, signed: view.checkpoint?.size ?? 0})
  return html`<div class="stack">
      <p class="overline">Ledger</p>
      <h1>Every decision, in order</h1>
      <p class="lead">
        ${view.size === 1 ? 'It has just begun' : count(view.size, 'entry', 'entries')}. Each entry holds the hash of
        the one before it, and a signed checkpoint covers them: cut, edit or reorder one, and the root no longer fits.
      </p>
    </div>
    ${view.typed === '' ? [renderVerify(view), finding] : [finding, renderVerify(view)]}${renderCheckpoint(view)}`
}

/** As many as one request gives for certain. */
const mostDownloaded = 5000

function renderVerify({issuer, size, checkpoint}: LedgerView): Html {
  const isWhole = size <= mostDownloaded
  return section(
    {title: 'Verify it', note: 'Your browser fetches every entry and computes every hash.'},
    html`<div class="in-row not-on-paper">
      <button class="main" type="button" id="verify" hidden>Verify in my browser</button>
      <a href="${issuer}/v1/ledger/entries?start=0&amp;count=${Math.min(size, mostDownloaded)}" download="ledger.ndjson"
        >Download ${isWhole ? 'the entries' : `the first ${mostDownloaded.toLocaleString('en')} entries`}</a
      >
      <a href="${issuer}/v1/ledger/checkpoint" download="checkpoint.txt">Download the checkpoint</a>
    </div>`,
    html`<div class="asking" id="running" hidden>
      <progress id="progress" value="0" max="${checkpoint?.size ?? 1}" aria-label="Entries verified"></progress>
      <p class="note" id="seen"></p>
    </div>`,
    html`<p class="verdict" id="verdict" role="status" hidden></p>`,
    html`<noscript>
      <p class="note">
        Scripts are off, so nothing is checked here: download both, and give them to countersign verify.
      </p>
    </noscript>`,
  )
}

function renderCheckpoint({checkpoint, ledgerKey, issuer, size}: LedgerView): Html {
  const heading = {
    title: 'Checkpoint',
    note: 'Keep one: no later ledger can leave out what it covers. Compare the key with the one you keep: a forged page shows its own.',
  }
  const key = field('The ledger’s key', copyable('ledger-key', {text: ledgerKey, name: 'the ledger’s key'}))
  if (checkpoint === undefined) {
    return section(heading, html`<dl class="fields">${key}</dl>`, html`<p class="notice">Nothing is signed yet.</p>`)
  }
  return section(
    heading,
    html`<dl class="fields">
      ${key} ${field('Covers', sayCovered(checkpoint.size, size))}
      ${field('Root', html`<code>${checkpoint.root}</code>`)}
    </dl>`,
    codeBlock('checkpoint', {text: checkpoint.note, name: 'Signed note'}),
    html`<p class="note"><a href="${issuer}/v1/ledger/checkpoint">The newest one as text</a></p>`,
  )
}

const sayCovered = (covered: number, size: number): string =>
  covered < size
    ? `the first ${covered.toLocaleString('en')} of ${count(size, 'entry', 'entries')}; the rest is signed with the next one`
    : `${count(covered, 'entry', 'entries')}, up to the end`
