/** The ledger's entries under their search, newest at the top, as far as the visitor may know; and the way on. */
import {html} from 'hono/html'
import type {EntryEvent, Receipt} from '#protocol'
import type {LedgerRow} from '../../model/readers.ts'
import {type Viewer, sees} from '../../model/viewer.ts'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {nothing, renderTime, sayTime, section} from '../pieces.ts'
import {sayPeople} from '../receipt/certificate.ts'
import type {Found, Search} from './search.ts'

export interface Finding {
  readonly issuer: string
  /** What was typed. */
  readonly typed: string
  readonly search: Search
  readonly before: number | undefined
  readonly found: Found
  readonly viewer: Viewer
  readonly link: string | undefined
  /** Entries that the signed checkpoint covers. */
  readonly signed: number
}

export function renderFinding(finding: Finding): Html {
  const {search, before, found} = finding
  const {title, note, nothing: notFound} = wordsOf(finding)
  const said = before !== undefined && search.by !== 'unclear' ? 'There is nothing older.' : notFound
  return section(
    {title, note},
    renderForm(finding),
    found.rows.length === 0
      ? html`<p class="notice">${said}</p>`
      : html`${renderAccounts(finding)}${renderChain(finding)}${renderTurning(finding)}`,
  )
}

const renderForm = ({typed, issuer, link}: Finding): Html =>
  html`<form class="asking not-on-paper" action="/ledger" method="get" role="search">
    <label for="q">Receipt id, repository, login or time</label>
    <div class="in-row">
      <input
        id="q"
        name="q"
        value="${typed}"
        placeholder="octo-org/api-service"
        spellcheck="false"
        autocapitalize="none"
        autocomplete="off"
        maxlength="140"
      />
      ${link === undefined ? nothing : html`<input type="hidden" name="link" value="${link}" />`}
      <button type="submit">Search</button>
      ${typed === '' ? nothing : html`<a href="${issuer}/ledger${withLink(link)}">Newest entries</a>`}
    </div>
  </form>`

interface Words {
  readonly title: string
  readonly note: string
  /** Where nothing is found: what may not be seen is told in the same words as what is not there. */
  readonly nothing: Html | string
}

function wordsOf({search, before}: Finding): Words {
  const newest = before === undefined ? 'Newest entries' : `Entries before ${before}`
  const masked = 'Of private repositories only number and hash are public.'
  switch (search.by) {
    case 'newest':
      return {title: newest, note: masked, nothing: ''}
    case 'time':
      return {
        title: `Receipts from ${sayTime(search.time)} on`,
        note: 'The first that you may see, the newest of them at the top.',
        nothing: 'The ledger has no receipt that you may see of that time or later.',
      }
    case 'receipt':
      return {
        title: 'Entries of one receipt',
        note: 'What became of it, the newest at the top.',
        nothing: 'The ledger has no entry that you may see for this receipt.',
      }
    case 'repository':
      return {
        title: 'Receipts of one repository',
        note: 'Of the repository that was last seen here under this name, in every environment.',
        nothing: 'The ledger has no receipt that you may see of this repository.',
      }
    case 'approver':
      return {
        title: `Receipts that ${search.login} approved`,
        note: 'By the login as it was recorded. A login can change hands; the account’s number beside it cannot.',
        nothing: `The ledger has no receipt that you may see with an approval by the login ${search.login}. Environments, commits and pull requests are not searched.`,
      }
    case 'unclear': {
      const forms = html`Give a receipt id (rcpt_…), a repository (owner/name), a login, or a time such as
        <span class="unbroken">2026-04-02T14:30Z</span>.`
      const note = 'Ids are searched for whole; environments, commits and pull requests are not.'
      return {title: 'Not understood', note, nothing: forms}
    }
  }
}

/** A login that changed hands is one search and several people: that is said first. */
function renderAccounts({search, found}: Finding): Html {
  if (search.by !== 'approver') return nothing
  const {login} = search
  const ids = new Set([...found.receipts.values()].flatMap((receipt) => accountsOf(receipt, login)))
  if (ids.size < 2) return nothing
  const accounts = new Intl.ListFormat('en').format([...ids].map(String))
  return html`<p class="notice">The login stands for ${ids.size} accounts here: ${accounts}.</p>`
}

function renderTurning({found: {older, newer}, search, typed, issuer, link}: Finding): Html {
  if (older === undefined && newer === undefined) return nothing
  // A window that was found by its time goes on as the ledger itself.
  const asked = search.by === 'time' || typed === '' ? '' : `q=${encodeURIComponent(typed)}&`
  const turn = (words: string, rel: 'next' | 'prev', before: number | undefined): Html =>
    before === undefined
      ? nothing
      : html`<a href="${issuer}/ledger?${asked}before=${before}${withLink(link, '&')}" rel="${rel}">${words}</a>`
  return html`<p class="in-row not-on-paper">${turn('Older', 'next', older)} ${turn('Newer', 'prev', newer)}</p>`
}

const renderChain = (chain: Finding): Html =>
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

function renderRow(row: LedgerRow, gap: boolean, chain: Finding): Html {
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
const renderSubject = ({entry: {subject}, public: isPublic}: LedgerRow, {issuer, link}: Finding): Html =>
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
const accountsOf = ({approvals}: Receipt, login: string): readonly number[] =>
  approvals.filter((one) => one.login.toLowerCase() === login.toLowerCase()).map(({id}) => id)
