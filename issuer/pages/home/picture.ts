/** How it works, in one picture: four steps side by side, and one above the other on narrow paper. */
import {html} from 'hono/html'
import type {Html} from '../document.ts'

const description =
  'A deploy job meets the gate, which is shut. A reviewer comments the exact commit. The issuer reads everything back, decides, and signs a receipt. The gate verifies the receipt against the pinned key, and opens.'

export const renderPicture = (): Html =>
  html`<figure class="picture">
    ${draw('lying', {width: 1000, height: 158, place: (i) => ({x: 10 + i * 260, y: 12})})}
    ${draw('upright', {width: 240, height: 728, place: (i) => ({x: 20, y: 4 + i * 192})})}
  </figure>`

interface Paper {
  readonly width: number
  readonly height: number
  readonly place: (step: number) => {readonly x: number; readonly y: number}
}

const steps: readonly {readonly head: string; readonly lines: readonly string[]; readonly inside: Html}[] = [
  {
    head: 'A job wants to deploy',
    lines: ['The gate is its first step.', 'No receipt: it is shut.'],
    inside: html`<g data-line="shut"><path d="M70 8v50M90 8v50M110 8v50M130 8v50M58 20h84M58 46h84" /></g>`,
  },
  {
    head: 'A person says so',
    lines: ['A reviewer comments the', 'environment and full commit.'],
    inside: html`<path data-paper d="M14 10h172v40H66l-10 11-10-11H14z" />
      <text data-mono x="100" y="27" text-anchor="middle">/authorize production</text
      ><text data-mono x="100" y="43" text-anchor="middle">3f2a9c0d5b7e…</text>`,
  },
  {
    head: 'The issuer signs it',
    lines: ['It reads all of it back, decides,', 'and enters it in the ledger.'],
    inside: html`<path data-paper d="M58 4h84v58H58z" /><g data-line><path d="M68 16h42M68 26h50M68 36h34" /></g
      ><g data-seal
        ><circle cx="124" cy="46" r="11" /><circle cx="124" cy="46" r="8" /><path
          d="m119.500 46 3.200 3.200 5.600-6.600"
      /></g>`,
  },
  {
    head: 'The gate opens',
    lines: ['It verifies the receipt in the', 'runner, against your pinned key.'],
    inside: html`<g data-line="open"
      ><path d="M62 8v50M74 8v50M126 8v50M138 8v50M56 20h24M56 46h24M120 20h24M120 46h24" /><path
        d="M86 33h28m-7-6 7 6-7 6"
    /></g>`,
  },
]

function draw(kind: 'lying' | 'upright', {width, height, place}: Paper): Html {
  const arrow = kind === 'lying' ? 'M205 33h40m-6-5 6 5-6 5' : 'M100 156v24m-5-6 5 6 5-6'
  return html`<svg class="${kind}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">
    ${steps.map(({head, lines, inside}, i) => {
      const {x, y} = place(i)
      return html`<g transform="translate(${x} ${y})">
        ${inside}
        <text data-head x="100" y="100" text-anchor="middle">${head}</text>
        ${lines.map((line, n) => html`<text x="100" y="${124 + 18 * n}" text-anchor="middle">${line}</text>`)}
        ${i === steps.length - 1 ? '' : html`<g data-line><path d="${arrow}" /></g>`}
      </g>`
    })}
  </svg>`
}
