/** The page that gives a badge to copy: as it is now, in the forms that READMEs take, and what each state means. */
import type {Context} from 'hono'
import {html} from 'hono/html'
import {parseCommitSha, parseEnvironment, parseLogin, parseRepositoryName} from '#protocol'
import {type Html, givePage} from '../document.ts'
import {readLink} from '../link.ts'
import {codeBlock, nothing, section} from '../pieces.ts'
import type {PageTools} from '../tools.ts'
import {type BadgeOf, badgeHtml, badgeMarkdown, badgeUrl, shieldsMarkdown} from './addresses.ts'
import {drawBadge, sayBadge} from './draw.ts'
import {type BadgeStatus, findStatus} from './status.ts'

const description = 'A picture that says who authorized what is newest in an environment, worked out each time.'

export async function giveBadgePage(c: Context, tools: PageTools): Promise<Response> {
  const {issuer} = tools
  const asked = {
    repository: (c.req.query('repository') ?? '').trim(),
    environment: (c.req.query('environment') ?? 'production').trim(),
    link: readLink(c),
  }
  const main = html`${hero}${renderForm(asked)}${await renderAsked(c, {issuer, ...asked}, tools)}${meanings}${ofPrivate}`
  return await givePage(c, {title: 'Badges – Countersign', description, script: 'home', at: 'badges', main, issuer})
}

const hero = html`<div class="hero">
  <h1>Badges</h1>
  <p class="lead">
    A badge says who authorized what is newest in one environment. It is worked out from verified receipts each time it
    is asked for, and may be kept for 30 seconds.
  </p>
</div>`

type BadgeChoice = Omit<BadgeOf, 'issuer'>

const renderForm = ({repository, environment, link}: BadgeChoice): Html =>
  section(
    {title: 'Which badge'},
    html`<form method="get" class="two-fields">
      <div class="asking">
        <label for="repository">Repository</label>
        <input
          id="repository"
          name="repository"
          value="${repository}"
          placeholder="owner/name"
          autocapitalize="off"
          autocomplete="off"
          spellcheck="false"
          required
        />
      </div>
      <div class="asking">
        <label for="environment">Environment</label>
        <input
          id="environment"
          name="environment"
          value="${environment}"
          autocapitalize="off"
          autocomplete="off"
          spellcheck="false"
          required
        />
      </div>
      ${link === undefined ? nothing : html`<input type="hidden" name="link" value="${link}" />`}
      <button class="main" type="submit">Show the badge</button>
    </form>`,
  )

async function renderAsked(c: Context, asked: BadgeOf, tools: PageTools): Promise<Html> {
  if (asked.repository === '') return nothing
  if (parseRepositoryName(asked.repository) === undefined || parseEnvironment(asked.environment) === undefined) {
    return section(
      {title: 'The badge'},
      html`<p class="notice">
        Give a repository as <span class="mono">owner/name</span>, and an environment as the policy names it, such as
        <span class="mono">production</span> or <span class="mono">eu/production</span>.
      </p>`,
    )
  }
  return renderBadge(asked, await findStatus(c.req.raw, asked, tools))
}

/** The very picture that others will see, on white paper and on black. */
function renderBadge(asked: BadgeOf, status: BadgeStatus): Html {
  const {label, message} = sayBadge(asked.environment, status)
  const picture = html`<img src="${badgeUrl(asked, 'svg')}" alt="${label}: ${message}" height="20" />`
  return section(
    {title: 'The badge', note: html`Of ${asked.repository}, now.`},
    html`<div class="papers"><span>${picture}</span><span>${picture}</span></div>`,
    status.kind === 'unknown'
      ? html`<p>
          Nothing can be told: no receipt that you may see, or one that does not verify. It changes by itself with the
          first receipt.
        </p>`
      : nothing,
    codeBlock('markdown', {text: badgeMarkdown(asked), name: 'Markdown'}),
    codeBlock('html', {text: badgeHtml(asked), name: 'HTML'}),
    codeBlock('shields', {text: shieldsMarkdown(asked), name: 'Markdown, drawn by shields.io: minutes late'}),
    html`<p class="note">For programs: <a href="${badgeUrl(asked, 'json')}">the same as JSON</a>.</p>`,
  )
}

const meaning = {
  authorized: 'A receipt is in force: who gave it, and for which commit.',
  pending: 'Somebody approved, and the policy wants more people.',
  denied: 'Somebody who may approve said no, and that stands.',
  expired: 'The newest receipt’s life is over. What it let out may well be running.',
  revoked: 'The newest receipt was taken back.',
  emergency: 'The receipt in force was issued in an emergency.',
  unknown: 'No receipt that you may see, or one that does not verify, or an error.',
} as const satisfies Record<BadgeStatus['kind'], string>

const exampleOf = (kind: BadgeStatus['kind']): BadgeStatus => {
  if (kind !== 'authorized') return {kind}
  const [by, sha] = [parseLogin('octocat'), parseCommitSha('3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b')]
  if (by === undefined || sha === undefined) throw new TypeError('the example has no such names')
  return {kind, by, sha}
}

function renderMeaning([name, words]: readonly [string, string]): Html {
  const badge = sayBadge('production', exampleOf(name as BadgeStatus['kind']))
  const picture = `data:image/svg+xml,${encodeURIComponent(drawBadge(badge))}`
  return html`<div>
    <dt><img src="${picture}" alt="${badge.message}" height="20" /></dt>
    <dd>${words}</dd>
  </div>`
}

const meanings = section(
  {title: 'What it says'},
  html`<dl class="fields pictured">${Object.entries(meaning).map(renderMeaning)}</dl>`,
)

const ofPrivate = section(
  {title: 'Private repositories'},
  html`<p>
    To everybody else their badges are <em>unknown</em>, as for a repository that is not there. Whoever runs this issuer
    makes a link with <span class="mono">countersign-issuer links rotate</span>; with its token as
    <span class="mono">?link=</span> in a badge’s address, whoever has that address sees the badge. The next rotation
    ends it.
  </p>`,
)
