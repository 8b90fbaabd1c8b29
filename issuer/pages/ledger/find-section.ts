/** The ledger's entries under their search: what was asked for, what was found, and the way to what is older. */
import {html} from 'hono/html'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {nothing, sayTime, section} from '../pieces.ts'
import {type Chain, accountsOf, renderChain} from './entries.ts'
import type {Search} from './search.ts'

export interface Finding extends Chain {
  /** What was typed. */
  readonly typed: string
  readonly before: number | undefined
}

export const renderFinding = (finding: Finding): Html =>
  section(
    {title: titleOf(finding), note: noteOf(finding.search)},
    renderForm(finding),
    finding.found.rows.length === 0
      ? html`<p class="notice">${sayNothing(finding)}</p>`
      : html`${renderAccounts(finding)}${renderChain(finding)}${renderTurning(finding)}`,
  )

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

function titleOf({search, before}: Finding): string {
  switch (search.by) {
    case 'newest':
      return before === undefined ? 'Newest entries' : `Entries before ${before}`
    case 'receipt':
      return 'Entries of one receipt'
    case 'repository':
      return 'Receipts of one repository'
    case 'time':
      return `From ${sayTime(search.time)} on`
    case 'approver':
      return `Receipts that ${search.login} approved`
    case 'unclear':
      return 'Not understood'
  }
}

function noteOf({by}: Search): string {
  switch (by) {
    case 'newest':
    case 'time':
      return 'Of private repositories only number and hash are public.'
    case 'receipt':
      return 'What became of it, the newest at the top.'
    case 'repository':
      return 'Of the repository that was last seen here under this name, in every environment.'
    case 'approver':
      return 'By the login as it was recorded. A login can change hands; the account’s number beside it cannot.'
    case 'unclear':
      return 'Ids are searched for whole; environments, commits and pull requests are not.'
  }
}

/** What may not be seen is told in the same words as what is not there. */
function sayNothing({search, before}: Finding): Html | string {
  if (before !== undefined && search.by !== 'unclear') return 'There is nothing older.'
  switch (search.by) {
    case 'receipt':
      return 'The ledger has no entry that you may see for this receipt.'
    case 'repository':
      return 'The ledger has no receipt that you may see of this repository.'
    case 'approver':
      return `The ledger has no receipt that you may see with an approval by the login ${search.login}. Environments, commits and pull requests are not searched.`
    case 'newest':
    case 'time':
      return 'Nothing was entered at or after that time.'
    case 'unclear':
      return html`Give a receipt id (rcpt_…), a repository (owner/name), a login, or a time such as
        <span class="unbroken">2026-04-02T14:30Z</span>.`
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
