/** What is drawn on a receipt's page: its seal and its QR code, made here. */
import {html} from 'hono/html'
import {encode} from 'uqr'
import type {Signature} from '#protocol'
import type {Html} from '../document.ts'

interface Band {
  readonly radius: number
  readonly swing: number
  readonly waves: number
}

/** How many times each wave is drawn, turned. */
const turns = 8

/** A guilloche whose waves follow from a signature: no two receipts have the same. An ornament, not a proof. */
export function renderSeal(signature: Signature): Html {
  const seed = (i: number): number => Number.parseInt(signature.slice(8 + 2 * i, 10 + 2 * i), 16)
  const bands: readonly Band[] = [
    {radius: 82, swing: 12 + (seed(0) % 5), waves: 9 + (seed(1) % 9)},
    {radius: 55, swing: 9 + (seed(2) % 5), waves: 6 + (seed(3) % 8)},
    {radius: 36, swing: 4 + (seed(4) % 3), waves: 5 + (seed(5) % 6)},
  ]
  return html`<figure class="seal" id="seal">
    <svg viewBox="-100 -100 200 200" aria-hidden="true">
      ${bands.map(renderBand)}
      <text id="seal-words" y="4"></text>
    </svg>
    <figcaption>as your browser finds</figcaption>
  </figure>`
}

function renderBand({radius, swing, waves}: Band): Html {
  const steps = waves * 24
  const points = Array.from({length: steps}, (_, i) => {
    const angle = (2 * Math.PI * i) / steps
    const r = radius + swing * Math.cos(waves * angle)
    return `${(r * Math.cos(angle)).toFixed(1)} ${(r * Math.sin(angle)).toFixed(1)}`
  })
  const path = `M${points.join('L')}Z`
  const id = `band-${radius}`
  return html`<path id="${id}" d="${path}" />${Array.from(
      {length: turns - 1},
      (_, i) => html`<use href="#${id}" transform="rotate(${((360 * (i + 1)) / (waves * turns)).toFixed(2)})" />`,
    )}`
}

/** Modules of white around the code (ISO/IEC 18004). */
const quiet = 4

/** One path. Nobody else learns which page it leads to. */
export function renderQr(text: string, name: string): Html {
  const {data, size} = encode(text, {ecc: 'M', border: quiet})
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="${name}" shape-rendering="crispEdges">
    <path d="${path}" />
  </svg>`
}
