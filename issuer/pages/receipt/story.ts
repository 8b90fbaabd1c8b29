/** Why the receipt was given, as the authority token has it; and what happened to it, oldest first. */
import {html} from 'hono/html'
import type {PolicyOutcome, RevocationCause, TokenClaims} from '#protocol'
import type {Html} from '../document.ts'
import {type Tone, nothing, renderTime, section} from '../pieces.ts'
import type {Happening, ReceiptProof} from './proof.ts'

const heading = {title: 'Why', note: 'As the signed decision says, word for word.'}

export function renderWhy({token}: ReceiptProof): Html {
  return token === undefined
    ? section(heading, html`<p>No authority token came with this receipt.</p>`)
    : section(heading, renderRisk(token.claims), renderRules(token.claims), renderFactors(token.claims))
}

function renderRisk({risk, agent, intent}: TokenClaims): Html {
  const score = risk.score.toFixed(2)
  return html`<div class="stack">
    <p>${intent.summary}. Asked for by ${agent.login}${agent.kind === 'user' ? '' : `, a ${agent.kind}`}.</p>
    <div>
      <h3>Risk ${score} of 1</h3>
      <meter min="0" max="1" value="${score}" aria-label="Risk">${score} of 1</meter>
    </div>
  </div>`
}

const outcomes = {
  pass: html`<span data-tone="holds">passed</span>`,
  fail: html`<span data-tone="fails">failed</span>`,
  escalate: html`<span data-tone="care">asked a person</span>`,
} satisfies Record<PolicyOutcome, Html>

const renderRules = ({policies}: TokenClaims): Html =>
  html`<table>
    <caption>
      Every rule that was evaluated
    </caption>
    <thead class="seen-by-readers">
      <tr>
        <th scope="col">Rule</th>
        <th scope="col">Outcome</th>
        <th scope="col">Why</th>
      </tr>
    </thead>
    <tbody>
      ${policies.map(
        ({id, outcome, why}) =>
          html`<tr>
            <th scope="row">${id}</th>
            <td>${outcomes[outcome]}</td>
            <td>${why}</td>
          </tr>`,
      )}
    </tbody>
  </table>`

function renderFactors({risk: {factors}}: TokenClaims): Html {
  if (factors.length === 0) return html`<p class="note">Nothing raised the risk.</p>`
  return html`<table class="shares">
    <caption>
      What the risk is made of
    </caption>
    <thead class="seen-by-readers">
      <tr>
        <th scope="col">Factor</th>
        <th scope="col">Adds</th>
        <th scope="col">Why</th>
      </tr>
    </thead>
    <tbody>
      ${factors.map(
        ({name, weight, value, why}) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${(weight * value).toFixed(2)}</td>
            <td>${why}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

export function renderHappened({receipt, happened, state}: ReceiptProof): Html {
  const issued = step({tone: 'quiet', at: receipt.issuedAt}, html`Issued by ${receipt.issuer}`)
  const over = state === 'expired' ? step({tone: 'quiet', at: receipt.expiresAt}, html`Its life ended`) : nothing
  const isBefore = ({at}: Happening): boolean => at < receipt.expiresAt
  const wasTold = happened.some(({event}) => event === 'deploy.started' || event === 'deploy.finished')
  return section(
    {title: 'What happened after', note: 'Runs are as their jobs reported them.'},
    html`<ol class="happened">
      ${issued}${happened.filter(isBefore).map(renderHappening)}${over}${happened
        .filter((one) => !isBefore(one))
        .map(renderHappening)}
    </ol>`,
    wasTold ? nothing : html`<p class="note">No job has reported a deployment.</p>`,
  )
}

const step = ({tone, at}: {readonly tone: Tone; readonly at: string}, words: Html): Html =>
  html`<li data-tone="${tone}">${words}<span>${renderTime(at)}</span></li>`

function renderHappening(happening: Happening): Html {
  const {event, at, outcome} = happening
  switch (event) {
    case 'receipt.revoked':
      return step({tone: 'fails', at}, renderRevoked(happening))
    case 'receipt.redeemed':
      return step({tone: 'holds', at}, html`Used by ${renderRun(happening)}`)
    case 'deploy.started':
      return step({tone: 'quiet', at}, html`A deployment began in ${renderRun(happening)}`)
    case 'deploy.finished': {
      const [tone, ended] = ends.get(outcome ?? '') ?? ['quiet', `ended (${outcome ?? 'no outcome'})`]
      return step({tone, at}, html`The deployment ${ended}, ${renderRun(happening)}`)
    }
    default:
      return step({tone: 'quiet', at}, html`${event}`)
  }
}

const ends: ReadonlyMap<string, readonly [Tone, string]> = new Map([
  ['success', ['holds', 'succeeded']],
  ['failure', ['fails', 'failed']],
  ['cancelled', ['quiet', 'was cancelled']],
])

const causes = {
  person: 'by a person’s word',
  closed: 'because the pull request was closed unmerged',
  denied: 'because it was denied',
  permission: 'because a permission was lost',
} as const satisfies Record<RevocationCause, string>

const renderRevoked = ({revocation}: Happening): Html =>
  revocation === undefined
    ? html`<strong>Revoked</strong>`
    : html`<strong>Revoked</strong> by ${revocation.revokedBy.login}, ${causes[revocation.cause]}`

function renderRun({run}: Happening): Html {
  if (run === undefined) return html`a run`
  const attempt = run.attempt === undefined || run.attempt < 2 ? '' : `, attempt ${run.attempt}`
  return run.url === undefined ? html`run ${run.id}${attempt}` : html`<a href="${run.url}">run ${run.id}</a>${attempt}`
}
