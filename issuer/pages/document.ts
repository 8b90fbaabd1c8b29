/** One page as a document: head, masthead, main, footing; and the headers that let it run nothing but what it carries. */
import {createHash} from 'node:crypto'
import type {Context} from 'hono'
import type {ContentfulStatusCode} from 'hono/utils/http-status'
import {html, raw} from 'hono/html'
import {scripts, style} from './built/assets.ts'

export type Html = ReturnType<typeof html>

export interface Page {
  readonly title: string
  /** For search engines and previews; plain text. */
  readonly description: string
  readonly script: keyof typeof scripts
  /** Which place of the masthead this is. */
  readonly at?: 'ledger' | 'badges' | 'demo' | undefined
  readonly main: Html
  /** Makes the page's links whole, so that a saved copy leads back. */
  readonly issuer: string
  readonly status?: ContentfulStatusCode | undefined
  /** Origins that a form of this page is sent to, or led to from there. */
  readonly formsTo?: readonly string[] | undefined
  /** Before there is anything to lead to. */
  readonly leadsNowhere?: true | undefined
}

export async function givePage(c: Context, page: Page): Promise<Response> {
  const {policy} = prepared[page.script]
  c.header('content-security-policy', policy.replace("form-action 'self'", ['$&', ...(page.formsTo ?? [])].join(' ')))
  // What a page shows depends on who looks and on the hour.
  c.header('cache-control', 'private, no-cache')
  return await c.html(renderDocument(page), page.status ?? 200)
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const policyOf = (script: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const prepare = (script: string) => ({policy: policyOf(script), element: raw(`<script>${script}</script>`)})

// Whole, so that no layout of a template comes between what is hashed and what is sent.
const styleElement = raw(`<style>${style}</style>`)
const prepared = {
  home: prepare(scripts.home),
  receipt: prepare(scripts.receipt),
  ledger: prepare(scripts.ledger),
} satisfies Record<keyof typeof scripts, object>

const icon =
  'data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 viewBox=%270 0 16 16%27%3E%3Cg fill=%27none%27 stroke=%27%2314495a%27 stroke-width=%271.5%27%3E%3Ccircle cx=%278%27 cy=%278%27 r=%277%27/%3E%3Cpath d=%27m5 8.2 2.1 2.1L11 6%27/%3E%3C/g%3E%3C/svg%3E'

function renderDocument({title, description, script, at, main, issuer, leadsNowhere}: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${description}" />
        <meta property="og:title" content="${title}" />
        <meta property="og:description" content="${description}" />
        <title>${title}</title>
        <link rel="icon" href="${raw(icon)}" />
        ${styleElement}
      </head>
      <body>
        <a class="skip seen-by-readers" href="#main">Skip to the content</a>
        ${renderMasthead({at, issuer, leadsNowhere})}
        <main id="main" tabindex="-1">${main}</main>
        <footer class="footing">
          <p>Issuer: <span class="mono">${issuer}</span></p>
          <p>This page loads nothing from anywhere else.</p>
        </footer>
        <p id="said" class="seen-by-readers" role="status"></p>
        ${prepared[script].element}
      </body>
    </html>`
}

const renderMasthead = ({at, issuer, leadsNowhere}: Pick<Page, 'at' | 'issuer' | 'leadsNowhere'>): Html =>
  html`<header class="masthead">
    <a class="wordmark" href="${issuer}/">
      <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.25" aria-hidden="true">
        <circle cx="8" cy="8" r="7.2" />
        <circle cx="8" cy="8" r="5.4" stroke-width="0.6" />
        <path d="m5.4 8.2 1.9 1.9 3.4-4" /></svg
      >Countersign</a
    >
    ${leadsNowhere === true ? '' : renderPlaces({at, issuer})}
  </header>`

const renderPlaces = ({at, issuer}: Pick<Page, 'at' | 'issuer'>): Html =>
  html`<nav aria-label="Pages">
    <ul>
      <li>${link('Ledger', {href: `${issuer}/ledger`, here: at === 'ledger'})}</li>
      <li>${link('Badges', {href: `${issuer}/badges`, here: at === 'badges'})}</li>
      <li>${link('Example receipt', {href: `${issuer}/r/demo`, here: at === 'demo'})}</li>
    </ul>
  </nav>`

const link = (words: string, {href, here}: {readonly href: string; readonly here: boolean}): Html =>
  here ? html`<a href="${href}" aria-current="page">${words}</a>` : html`<a href="${href}">${words}</a>`
