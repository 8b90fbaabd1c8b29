/** A QR code as one path, made here: nobody else learns which page it leads to. */
import {html} from 'hono/html'
import {encode} from 'uqr'
import type {Html} from './document.ts'

/** Modules of white around the code (ISO/IEC 18004). */
const quiet = 4

export function renderQr(text: string, name: string): Html {
  const {data, size} = encode(text, {ecc: 'M', border: quiet})
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="${name}" shape-rendering="crispEdges">
    <path d="${path}" />
  </svg>`
}
