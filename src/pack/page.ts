/**
 * index.html of a pack: the index as a table, and everything that the page's script verifies, since a page that was
 * opened from disk can fetch nothing. Of a large pack it carries the beginning, and says so.
 */
import {printBase64, sha256} from '#protocol'
import type {Cell} from './csv.ts'
import {indexColumns} from './index-row.ts'
import type {PackHead} from './pack.ts'
import type {PackProofs} from './segment-anchor.ts'

/** Built by scripts/pack-page.ts; the script has no `</script` in it, the style no `</`. */
export interface PageAssets {
  readonly script: string
  readonly style: string
}

/** What a page carries at most: a browser is to open it, and verify it, while somebody waits. */
export const mostCarriedEntries = 20_000
export const mostCarriedLength = 8_000_000

/** One entry, with its documents by their paths. */
export interface CarriedEntry {
  readonly line: string
  /** Undefined where they are not carried. */
  readonly files: Readonly<Record<string, string>> | undefined
}

/** What the script is told besides. */
export interface CarriedPack {
  readonly head: PackHead
  readonly checkpoint: string
  readonly proofs: PackProofs
  /** A pinned key a line, and the ledger's verifier key, as they came with the pack. */
  readonly pins: string
  readonly ledgerKey: string
  /** Whether every entry and every document of the pack is on the page. */
  readonly isWhole: boolean
}

export interface PageTotals {
  readonly entries: number
  readonly decisions: number
}

const escapes: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

/** JSON that cannot end the element that holds it. */
const printData = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const policyOf = ({script, style}: PageAssets): string =>
  `default-src 'none'; script-src ${sourceOf(script)}; style-src ${sourceOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`

const sourceOf = (text: string): string => `'sha256-${printBase64(sha256(new TextEncoder().encode(text)))}'`

export const beginPage = (assets: PageAssets, {from, to}: PackHead): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policyOf(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Audit pack ${from} to ${to} – Countersign</title>
<style>${assets.style}</style>
</head>
<body>
`

export const printCarried = (entry: CarriedEntry): string =>
  `<script type="application/json" class="carried">${printData(entry)}</script>\n`

export interface PageEnd {
  readonly assets: PageAssets
  readonly pack: CarriedPack
  readonly totals: PageTotals
  /** How many of them the page carries. */
  readonly carried: PageTotals
  readonly rows: readonly (readonly Cell[])[]
}

export const endPage = (end: PageEnd): string => `<main id="main">
<div class="stack">
<p class="overline">Audit pack</p>
<h1>${escapeHtml(titleOf(end.pack.head))}</h1>
<p class="lead">${escapeHtml(scopeOf(end))}</p>
</div>
${verdictOf(end)}
${keysOf(end)}
<section class="wide">
<h2>Decisions</h2>
${tableOf(end)}
</section>
</main>
<footer class="footing"><p>This page loads nothing from anywhere. index.csv has every row and column.</p></footer>
<script type="application/json" id="pack">${printData(end.pack)}</script>
<script>${end.assets.script}</script>
</body>
</html>
`

const verdictOf = (end: PageEnd): string => `<section>
<h2>Verified here</h2>
<div class="stack">
<p id="verdict" class="verdict" role="status">Scripts are off: use countersign verify on this folder.</p>
<progress id="progress" value="0" max="1" aria-label="Entries verified" hidden></progress>
<ul id="findings"></ul>
<p class="note">${escapeHtml(carriedOf(end))} The files beside this page cannot be read from it: countersign verify compares them.</p>
<p class="note" id="unproven">This page does not prove that the issuer was told the truth, nor that a deployment took place: it proves who signed what, and in which order.</p>
</div>
</section>`

const keysOf = ({pack}: PageEnd): string => `<section>
<h2>Keys</h2>
<div class="stack">
<p class="note">These came with the pack, and so show only that it agrees with itself. Put those in their place that you pinned.</p>
<label for="pins">Receipt keys, one a line</label>
<textarea id="pins" rows="3" spellcheck="false" autocomplete="off">${escapeHtml(pack.pins)}</textarea>
<label for="ledger-key">The ledger’s key</label>
<textarea id="ledger-key" rows="2" spellcheck="false" autocomplete="off">${escapeHtml(pack.ledgerKey)}</textarea>
<div><button class="main" type="button" id="verify" disabled>Verify again</button></div>
</div>
</section>`

const titleOf = ({from, to}: PackHead): string => `Decided from ${momentOf(from)} until ${momentOf(to)}`

/** A day's beginning is told by the day. */
const momentOf = (time: string): string => time.replace('T00:00:00Z', '')

function scopeOf({pack: {head}, totals}: PageEnd): string {
  const about = head.repository === null ? 'Of all repositories' : `Of ${head.repository}; what is of others is masked`
  const redacted = head.redacted.length === 0 ? '' : ` Redacted from the evidence: ${head.redacted.join(', ')}.`
  return `${about}. ${count(totals.decisions, 'decision')}, ${count(totals.entries, 'ledger entry', 'ledger entries')}.${redacted}`
}

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

const carriedOf = ({totals, carried, pack}: PageEnd): string =>
  pack.isWhole
    ? 'This page carries every entry and document of the pack.'
    : `This pack is too large for a page: it carries ${count(carried.entries, 'entry', 'entries')} of ${totals.entries.toLocaleString('en')}, and the documents of the first ${count(carried.decisions, 'decision')} of ${totals.decisions.toLocaleString('en')}. The rest is not verified here.`

interface Shown {
  readonly column: string
  readonly heading: string
  /** Absent: the cell as it is. */
  readonly print?: (cell: string) => string
}

/** Which columns of the index the table shows, and how. */
const shown: readonly Shown[] = [
  {column: 'entry', heading: 'Entry'},
  {column: 'recorded_at', heading: 'Recorded', print: (time) => `${time.slice(0, 19)}Z`},
  {column: 'decision', heading: 'Decision'},
  {column: 'repository', heading: 'Repository'},
  {column: 'environment', heading: 'Environment'},
  {column: 'commit', heading: 'Commit', print: (sha) => sha.slice(0, 12)},
  {column: 'authorized_by', heading: 'Authorized by'},
  {column: 'revoked_at', heading: 'Revoked'},
  {column: 'reported_deployed_at', heading: 'Deployed (as reported)'},
]

/** A row of the index as the cells of the table. */
export const shownCells = (row: readonly Cell[]): readonly string[] =>
  shown.map(({column, print = (cell) => cell}) => print(String(row[indexColumns.indexOf(column)] ?? '')))

function tableOf({rows}: PageEnd): string {
  if (rows.length === 0) return '<p>Nothing was decided in this period.</p>'
  const heads = shown.map(({heading}) => `<th scope="col">${heading}</th>`).join('')
  const lines = rows.map((row) => {
    const cells = shownCells(row).map((cell) => `<td>${escapeHtml(cell)}</td>`)
    return `<tr data-entry="${escapeHtml(String(row[0]))}">${cells.join('')}</tr>\n`
  })
  return `<div class="scrolling" role="region" aria-label="Decisions" tabindex="0"><table>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines.join('')}</tbody>
</table></div>`
}
