/** The first page: what this is, the state of this issuer, the key to pin, and the step to copy. */
import {html} from 'hono/html'
import type {Entry, PublicKey} from '#protocol'
import type {KeptCheckpoint} from '../../store/store.ts'
import type {Html} from '../document.ts'
import {codeBlock, copyable, field, renderTime, section, state} from '../pieces.ts'
import {renderPicture} from './picture.ts'

export interface HomeView {
  readonly issuer: string
  readonly pin: PublicKey
  readonly ledgerKey: string
  /** Undefined when the store did not answer. */
  readonly last: Entry | undefined
  readonly checkpoint: KeptCheckpoint | undefined
  /** The action as a workflow names it: `owner/name@commit`. */
  readonly action: string
}

export const renderHomePage = (view: HomeView): Html =>
  html`<div class="hero">
      <h1>No receipt, no deploy.</h1>
      <p class="lead">
        A deploy job stops unless a named person authorised this commit for this environment. The proof is a signed
        receipt that anyone can check offline, years later.
      </p>
    </div>
    ${renderPicture()}${renderKey(view)}${renderStep(view)}${renderState(view)}${renderDoors(view)}`

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

const stepOf = ({issuer, pin, action}: HomeView): string => `permissions:
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
      public-key: ${pin}
      issuer-url: ${issuer}
  - if: steps.gate.outputs.authorized == 'true'
    run: ./deploy.sh`

const renderStep = (view: HomeView): Html =>
  section(
    {title: 'The step', note: 'All in one job, with nothing of the repository run before the gate.'},
    codeBlock('step', {text: stepOf(view), name: 'Inside the job that deploys'}),
  )

function renderState({last, checkpoint}: HomeView): Html {
  if (last === undefined) {
    return section(
      {title: 'This issuer'},
      state('fails', 'Its store does not answer'),
      html`<p>Try again in a minute.</p>`,
    )
  }
  return section(
    {title: 'This issuer'},
    html`<dl class="fields">
      ${field('State', state('holds', 'Healthy'))}
      ${field('Newest entry', html`${last.seq.toLocaleString('en')}, ${renderTime(last.time)}`)}
      ${field(
        'Checkpoint',
        checkpoint === undefined
          ? 'none yet'
          : html`covers ${checkpoint.size.toLocaleString('en')} <code>${checkpoint.root}</code>`,
      )}
    </dl>`,
  )
}

const renderDoors = ({issuer}: HomeView): Html =>
  section(
    {title: 'Look closer'},
    html`<ul class="doors">
      ${[
        ['/r/demo', 'An example receipt', 'Change a character, see it refused'],
        ['/ledger', 'The ledger', 'Every decision, verified in your browser'],
        ['/.well-known/countersign-keys.json', 'The key set', 'Signed, for programs'],
        ['/.well-known/jwks.json', 'The token key', 'Verifies authority tokens'],
      ].map(([path, name, what]) => html`<li><a href="${issuer}${path ?? ''}">${name}</a><span>${what}</span></li>`)}
    </ul>`,
  )
