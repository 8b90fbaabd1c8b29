/** What set-up shows: the question, the way to GitHub, and what to do next. No page holds a secret or needs a script. */
import {html} from 'hono/html'
import type {PublicKey} from '#protocol'
import type {Html} from '../pages/document.ts'
import {stepOf} from '../pages/home/page.ts'
import {codeBlock, copyable, field, nothing, section, state} from '../pages/pieces.ts'
import type {NewApp} from './convert.ts'
import {events, permissions} from './manifest.ts'

export interface SetupForm {
  readonly issuer: string
  /** What was wrong with the last answer. */
  readonly problem?: string | undefined
  readonly organization?: string | undefined
}

const head = (title: string, lead: Html | string): Html =>
  html`<div class="hero">
    <h1>${title}</h1>
    <p class="lead">${lead}</p>
  </div>`

export const renderQuestion = ({issuer, problem, organization = ''}: SetupForm): Html =>
  html`${head('Set up this issuer.', 'It needs a GitHub App of its own. GitHub makes it; you confirm it there.')}
  ${section(
    {title: 'Who may set it up', note: 'The token shows that this issuer is yours. It works once.'},
    problem === undefined ? nothing : html`<p class="notice" role="alert">${problem}</p>`,
    html`<form class="stack" method="post" action="${issuer}/setup">
      <div class="asking">
        <label for="token">Set-up token</label>
        <input id="token" name="token" type="password" required autocomplete="off" aria-describedby="token-where" />
        <p class="note" id="token-where">
          It is where the issuer runs: in the file that it names when it starts, or in the secret that the stack's
          output names.
        </p>
      </div>
      <div class="asking">
        <label for="organization">Organization that will own the App</label>
        <input
          id="organization"
          name="organization"
          value="${organization}"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="organization-which"
        />
        <p class="note" id="organization-which">Its login, such as octo-org. Empty: your own account.</p>
      </div>
      <p class="in-row"><button class="main">Continue</button></p>
    </form>`,
  )}`

/** GitHub must reach the issuer, and refuses an App whose webhook it cannot reach. */
export const renderUnreachable = (issuer: string): Html =>
  html`${head('Set up this issuer.', 'First it needs an address that GitHub can reach.')}
  ${section(
    {title: 'Its address'},
    html`<p class="notice" role="alert">
      Its address is <code>${issuer}</code>, which cannot be reached from outside this machine. Set
      <code>COUNTERSIGN_PUBLIC_URL</code> to its https address, start it again, and open that address with
      <code>/setup</code>.
    </p>`,
  )}`

export interface Departure {
  readonly issuer: string
  readonly github: string
  readonly target: string
  readonly manifest: string
}

export const renderDeparture = ({issuer, github, target, manifest}: Departure): Html =>
  html`${head('Now on GitHub.', 'GitHub shows the App and asks for its name. It sends you back here when you confirm.')}
  ${section(
    {title: 'The App', note: 'You have an hour. Stay in this browser, signed in to GitHub.'},
    html`<form class="in-row" method="post" action="${target}">
      <input type="hidden" name="manifest" value="${manifest}" />
      <button class="main">Create the App on ${new URL(github).host}</button>
    </form>`,
    html`<dl class="fields">
      ${field('Webhook', html`<code>${issuer}/github/webhook</code>`)} ${field('Events', events.join(', '))}
    </dl>`,
  )}
  ${section(
    {title: 'What it may do', note: 'Where you install it, and nowhere else.'},
    html`<dl class="fields">
      ${Object.entries(permissions).map(([name, {level, why}]) => field(`${name}: ${level}`, why))}
    </dl>`,
  )}`

export interface Pins {
  readonly pin: PublicKey
  readonly ledgerKey?: string | undefined
}

export interface Arrival {
  readonly issuer: string
  readonly app: Pick<NewApp, 'name' | 'installUrl' | 'credentials'>
  readonly pins: Pins | undefined
  readonly action: string
}

export const renderArrival = ({issuer, app, pins, action}: Arrival): Html =>
  html`${head('The App is ready.', 'Its credentials are stored, and set-up is closed. Two steps are left.')}
  ${section(
    {title: 'Install it'},
    state('holds', app.name),
    html`<p>
      <a href="${app.installUrl}">Install it on your repositories</a>, those whose deploys are to be authorized.
    </p>`,
  )}
  ${section(
    {
      title: 'Pin the key',
      note: 'Compare it with the line that the issuer shows where it runs: this page can be forged, that line cannot.',
    },
    pins === undefined
      ? html`<p>The issuer shows the key where it runs.</p>`
      : renderPins(pins, {issuer, action, appId: app.credentials.appId}),
    html`<p>Then comment <code>/countersign status</code> on a pull request. The App answers.</p>`,
  )}`

const renderPins = (
  {pin, ledgerKey}: Pins,
  {issuer, action, appId}: {readonly issuer: string; readonly action: string; readonly appId: number},
): Html =>
  html`<dl class="fields">
      ${field('Receipts', copyable('pin', {text: pin, name: 'the key for receipts'}))}
      ${
        ledgerKey === undefined
          ? nothing
          : field('Ledger', copyable('ledger-key', {text: ledgerKey, name: 'the key of the ledger'}))
      }
      ${field('App, optional', copyable('app-id', {text: `app-id: "${appId}"`, name: 'the line for the App'}))}
    </dl>
    ${codeBlock('step', {text: stepOf({issuer, pin, action}), name: 'Inside the job that deploys'})}`

export interface Trouble {
  readonly title: string
  readonly what: Html | string
  /** What to do, in order. */
  readonly steps: readonly (Html | string)[]
}

export const renderTrouble = ({title, what, steps}: Trouble): Html =>
  html`${head(title, what)}
  ${
    steps.length === 0
      ? nothing
      : section(
          {title: 'What to do'},
          html`<ol class="stack">
            ${steps.map((step) => html`<li>${step}</li>`)}
          </ol>`,
        )
  }`
