/** Entries of the ledger as a chain, newest at the top; what they are about, as far as the visitor may know. */
import {html} from 'hono/html'
import type {EntryEvent, Receipt} from '#protocol'
import {type Viewer, sees} from '../../model/viewer.ts'
import type {LedgerRow} from '../../model/readers.ts'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {nothing, renderTime} from '../pieces.ts'
import {sayPeople} from '../receipt/certificate.ts'
import type {Found, Search} from './search.ts'

export interface Chain {
  readonly issuer: string
  readonly search: Search
  readonly found: Found
  readonly viewer: Viewer
  readonly link: string | undefined
  /** Entries that the signed checkpoint covers. */
  readonly signed: number
}

export const renderChain = (chain: Chain): Html =>
  html`<ol class="chain">
    ${chain.found.rows.map((row, i, rows) => renderRow(row, isGap(row, rows[i + 1]), chain))}
  </ol>`

/** What was searched for need not stand side by side. */
const isGap = (row: LedgerRow, next: LedgerRow | undefined): boolean =>
  next !== undefined && next.entry.seq !== row.entry.seq - 1

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

function renderRow(row: LedgerRow, gap: boolean, chain: Chain): Html {
  const {seq, hash, event, subject, time, prev} = row.entry
  const {signed, search, viewer} = chain
  const unsigned = seq < signed ? nothing : html`<p><span data-tone="care">Not under a signed checkpoint yet</span></p>`
  if (!sees(viewer, row)) {
    return html`<li data-seq="${seq}" ${gap ? 'data-gap' : ''}>
      <span class="number masked">${seq}</span>
      <p>Of a private repository</p>
      ${unsigned}
      <p class="mono">${hash.slice(0, 16)}…</p>
    </li>`
  }
  return html`<li data-seq="${seq}" ${gap ? 'data-gap' : ''} ${seq === 0 ? 'data-first' : ''}>
    <span class="number">${seq}</span>
    <p>${events[event]} ${renderTime(time)}</p>
    ${renderAbout(chain.found.receipts.get(subject), search)}${unsigned}
    <p class="mono">
      ${renderSubject(row, chain)}
      <span>${seq === 0 ? '' : `${prev.slice(0, 16)}… → `}${hash.slice(0, 16)}…</span>
    </p>
  </li>`
}

/** Where everybody may read, the visitor's link is not handed on. */
const renderSubject = ({entry: {subject}, public: isPublic}: LedgerRow, {issuer, link}: Chain): Html =>
  subject.startsWith('rcpt_')
    ? html`<a href="${issuer}/r/${subject}${isPublic ? '' : withLink(link)}">${subject}</a>`
    : html`<span>${subject}</span>`

function renderAbout(receipt: Receipt | undefined, search: Search): Html {
  if (receipt === undefined) return nothing
  const {scope} = receipt
  const accounts = search.by === 'approver' ? accountsOf(receipt, search.login) : []
  return html`<p>
    ${scope.repository} for ${scope.environment}, authorized by ${sayPeople(receipt)}
    ${accounts.map((id) => html`<span class="unbroken">(account ${id})</span>`)}
  </p>`
}

/** The accounts that bore a login among a receipt's approvers: logins change hands, the numbers of accounts do not. */
export const accountsOf = ({approvals}: Receipt, login: string): readonly number[] =>
  approvals.filter((one) => one.login.toLowerCase() === login.toLowerCase()).map(({id}) => id)
