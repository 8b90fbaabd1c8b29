/** Why the receipt was given: the risk and the rules, as the authority token has them. */
import {html} from 'hono/html'
import type {PolicyOutcome, TokenClaims} from '#protocol'
import type {Html} from '../document.ts'
import {section} from '../pieces.ts'
import type {ReceiptProof} from './proof.ts'

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
