/** `GET /`: what this is, the state of this issuer as it is now, the key to pin, and the step to copy. */
import type {Context} from 'hono'
import {html} from 'hono/html'
import {type Entry, microsTimeToMicros} from '#protocol'
import type {KeptCheckpoint} from '../../model/readers.ts'
import {type Html, givePage} from '../document.ts'
import {codeBlock, copyable, count, field, renderTime, section, state} from '../pieces.ts'
import type {PageTools} from '../tools.ts'
import {renderPicture} from './picture.ts'

type HomeView = Pick<PageTools, 'issuer' | 'pin' | 'ledgerKey' | 'action'> & {
  /** Undefined when the store did not answer. */
  readonly ledger: LedgerState | undefined
}

interface LedgerState {
  readonly last: Entry
  readonly checkpoint: KeptCheckpoint | undefined
  /** Milliseconds. */
  readonly now: number
}

export async function giveHome(c: Context, tools: PageTools): Promise<Response> {
  // A store that does not answer is told, not hidden behind an error page.
  const read = await Promise.all([tools.entries.last(), tools.checkpoints.newest()]).catch(() => undefined)
  const {issuer, pin, ledgerKey, action} = tools
  const ledger = read && {last: read[0], checkpoint: read[1], now: tools.now()}
  return await givePage(c, {
    title: 'Countersign: no receipt, no deploy',
    description: 'A deploy job stops unless a named person authorized this commit for this environment.',
    script: 'home',
    main: renderHomePage({issuer, pin, ledgerKey, action, ledger}),
    issuer,
  })
}

const renderHomePage = (view: HomeView): Html =>
  html`<div class="hero">
      <h1>No receipt, no deploy.</h1>
      <p class="lead">
        A deploy job stops unless a named person authorized this commit for this environment. The proof is a signed
        receipt that anyone can check offline, years later.
      </p>
    </div>
    ${renderPicture()}${renderState(view)}${renderKey(view)}${renderStep(view)}${renderDoors(view)}`

const renderKey = ({pin, ledgerKey}: HomeView): Html =>
  section(
    {
      title: 'The key to pin',
      note: 'Compare it with what the issuer prints when it starts: this page can be forged, that line cannot.',
    },
    html`<dl class="fields">
      ${field('Receipts', copyable('pin', {text: pin, name: 'the key for receipts'}))}
      ${field('Ledger', copyable('ledger-key', {text: ledgerKey, name: 'the key of the ledger'}))}
    </dl>`,
  )

/** What a workflow's deploy job is to contain. */
export const stepOf = ({issuer, pin, action}: Record<'issuer' | 'pin' | 'action', string>): string => `permissions:
  contents: read
  checks: read
steps:
  - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
    with:
      persist-credentials: false
  - id: gate
    uses: ${action}
    with:
      environment: production
      public-key: |
        ${pin}
      issuer-url: ${issuer}
  - if: steps.gate.outputs.authorized == 'true'
    run: ./deploy.sh`

const renderStep = (view: HomeView): Html =>
  section(
    {title: 'The step', note: 'All in one job, with nothing of the repository run before the gate.'},
    codeBlock('step', {text: stepOf(view), name: 'Inside the job that deploys'}),
  )

function renderState({ledger, issuer}: HomeView): Html {
  if (ledger === undefined) {
    return section(
      {title: 'This issuer'},
      state('fails', 'Its store does not answer'),
      html`<p>Nothing is lost: receipts that were issued verify without it. Try again in a minute.</p>`,
    )
  }
  const {last, checkpoint} = ledger
  const size = last.seq + 1
  return section(
    {title: 'This issuer', note: 'By its own word. The ledger you can verify in your browser.'},
    html`<dl class="fields">
      ${field('State', renderHealth(ledger))}
      ${field('Ledger', html`<a href="${issuer}/ledger">${count(size, 'entry', 'entries')}</a>`)}
      ${field('Newest entry', renderTime(last.time))}
      ${field(
        'Checkpoint',
        checkpoint === undefined
          ? 'none yet'
          : html`${sayCovered(checkpoint.size, size)}<br /><code>${checkpoint.root}</code>`,
      )}
    </dl>`,
  )
}

/** Entries wait for a signature for minutes at most; what waits longer tells of a signer that does not work. */
const mostUnsignedMs = 10 * 60_000

function renderHealth({last, checkpoint, now}: LedgerState): Html {
  const isSigned = checkpoint !== undefined && checkpoint.size > last.seq
  if (isSigned || now - microsTimeToMicros(last.time) / 1000 < mostUnsignedMs) return state('holds', 'Healthy')
  return state('care', 'Its newest entries are not signed')
}

const sayCovered = (covered: number, size: number): string =>
  covered < size ? `covers the first ${covered.toLocaleString('en')} of them` : 'covers all of them'

const renderDoors = ({issuer}: HomeView): Html =>
  section(
    {title: 'Look closer'},
    html`<ul class="doors">
      ${[
        ['/r/demo', 'An example receipt', 'Change a character, see it refused'],
        ['/ledger', 'The ledger', 'Every decision, verified in your browser'],
        ['/badges', 'Badges', 'Who authorized what is newest, for a README'],
        ['/.well-known/countersign-keys.json', 'The key set', 'Signed, for programs'],
        ['/.well-known/jwks.json', 'The token key', 'Verifies authority tokens'],
      ].map(([path, name, what]) => html`<li><a href="${issuer}${path ?? ''}">${name}</a><span>${what}</span></li>`)}
    </ul>`,
  )
