/** The ledger's page: its newest entries or those that were searched for, as a chain; its checkpoint; and the check of it all. */
import {html} from 'hono/html'
import type {EntryEvent} from '#protocol'
import type {KeptCheckpoint, LedgerRow} from '../../store/store.ts'
import type {Html} from '../document.ts'
import {codeBlock, copyable, field, nothing, renderTime, section} from '../pieces.ts'
import type {Found} from './search.ts'

export interface LedgerView {
  readonly issuer: string
  readonly ledgerKey: string
  readonly size: number
  readonly checkpoint: KeptCheckpoint | undefined
  /** What was typed, if anything. */
  readonly query: string
  readonly found: Found
  /** Whether this caller sees more of an entry than its number and hash. */
  readonly isShown: (row: LedgerRow) => boolean
}

export const renderLedgerPage = (view: LedgerView): Html =>
  html`<div class="stack">
      <p class="overline">Ledger</p>
      <h1>Every decision, in order</h1>
      <p class="lead">
        ${sayEntries(view.size)}. Each holds the hash of the one before it, and a signed checkpoint covers them all:
        cut, edit or reorder one, and the root no longer fits.
      </p>
    </div>
    ${renderVerify(view)}${renderEntries(view)}${renderCheckpoint(view)}`

const sayEntries = (size: number): string => (size === 1 ? '1 entry' : `${size.toLocaleString('en')} entries`)

const renderVerify = ({issuer, size}: LedgerView): Html =>
  section(
    {title: 'Verify it', note: 'Your browser fetches every entry and computes every hash.'},
    html`<div class="in-row not-on-paper">
      <button class="main" type="button" id="verify" disabled>Verify in my browser</button>
      <a href="${issuer}/v1/ledger/entries?start=0&amp;count=${Math.min(size, 100_000)}" download="ledger.ndjson"
        >Download the entries</a
      >
    </div>`,
    html`<progress id="progress" value="0" max="1" aria-label="Entries verified" hidden></progress>`,
    html`<p class="verdict" id="verdict" role="status" hidden></p>`,
    html`<noscript><p class="note">Scripts are off: download the entries and verify them with the SDK.</p></noscript>`,
  )

function renderEntries(view: LedgerView): Html {
  const {found, query, issuer} = view
  return section(
    {
      title: query === '' ? 'Newest entries' : 'Found',
      note: 'Of private repositories only number and hash are public.',
    },
    html`<form class="asking not-on-paper" action="/ledger" method="get" role="search">
      <label for="q">Receipt id, repository or time</label>
      <div class="in-row">
        <input
          id="q"
          name="q"
          value="${query}"
          placeholder="2026-04-02T14:30Z"
          spellcheck="false"
          autocomplete="off"
          maxlength="140"
        />
        <button type="submit">Search</button>
        ${query === '' ? '' : html`<a href="${issuer}/ledger">Newest entries</a>`}
      </div>
    </form>`,
    found.problem === undefined ? nothing : html`<p class="notice">${found.problem}</p>`,
    found.rows.length === 0
      ? nothing
      : html`<ol class="chain">
          ${found.rows.map((row) => renderRow(row, view))}
        </ol>`,
  )
}

const events = {
  'ledger.created': 'The ledger began',
  'receipt.issued': 'A receipt was issued',
  'decision.made': 'A decision without a receipt',
  'receipt.revoked': 'A receipt was revoked',
  'receipt.redeemed': 'A receipt was used',
  'deploy.started': 'A deployment began',
  'deploy.finished': 'A deployment ended',
  'key.rotated': 'The keys changed',
} as const satisfies Record<EntryEvent, string>

function renderRow(row: LedgerRow, {found, issuer, isShown}: LedgerView): Html {
  const {seq, hash, event, subject, time, prev} = row.entry
  const mark = found.marked === subject ? 'number found' : 'number'
  if (!isShown(row)) {
    return html`<li data-seq="${seq}">
      <span class="number masked">${seq}</span>
      <p>Of a private repository</p>
      <p class="mono">${hash.slice(0, 16)}…</p>
    </li>`
  }
  return html`<li data-seq="${seq}" ${seq === 0 ? 'data-first' : ''}>
    <span class="${mark}">${seq}</span>
    <p>${events[event]} ${renderTime(time)}</p>
    <p class="mono">
      ${subject.startsWith('rcpt_') ? html`<a href="${issuer}/r/${subject}">${subject}</a>` : subject}<br />
      ${seq === 0 ? '' : html`${prev.slice(0, 16)}… → `}${hash.slice(0, 16)}…
    </p>
  </li>`
}

function renderCheckpoint({checkpoint, ledgerKey, issuer}: LedgerView): Html {
  const heading = {title: 'Checkpoint', note: 'Keep one: no later ledger can leave out what it covers.'}
  const key = html`<dl class="fields">
    ${field('The ledger’s key', copyable('ledger-key', {text: ledgerKey, name: 'the ledger’s key'}))}
    ${checkpoint === undefined ? '' : field('Covers', sayEntries(checkpoint.size))}
    ${checkpoint === undefined ? '' : field('Root', html`<code>${checkpoint.root}</code>`)}
  </dl>`
  return checkpoint === undefined
    ? section(heading, key, html`<p>Nothing is signed yet.</p>`)
    : section(
        heading,
        key,
        codeBlock('checkpoint', {text: checkpoint.note, name: 'Signed note'}),
        html`<p class="note"><a href="${issuer}/v1/ledger/checkpoint">The newest one as text</a></p>`,
      )
}
