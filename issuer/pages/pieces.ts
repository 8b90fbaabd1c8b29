/** Small pieces that several pages use: times, text to copy, fields, states. */
import {html} from 'hono/html'
import type {Html} from './document.ts'

/** How good or bad something is; said in words beside it, never by the colour alone. */
export type Tone = 'holds' | 'fails' | 'care' | 'quiet'

/** `2 April 2026, 14:30:00 UTC` of a time as signed objects carry it. */
export function renderTime(time: string): Html {
  return html`<time datetime="${time}">${sayTime(time)}</time>`
}

export function sayTime(time: string): string {
  const day = new Date(time).toLocaleDateString('en-GB', {dateStyle: 'long', timeZone: 'UTC'})
  return `${day}, ${time.slice(11, 19)} UTC`
}

/** Text on one line with a button that copies it; the button appears where scripts run. */
export const copyable = (id: string, {text, name}: {readonly text: string; readonly name: string}): Html =>
  html`<span class="copyable"><code id="${id}">${text}</code>${copyButton(id, name)}</span>`

const copyButton = (id: string, name: string): Html =>
  html`<button class="copy" type="button" data-copies="${id}" hidden>
    Copy<span class="seen-by-readers"> ${name}</span>
  </button>`

/** Lines to copy. */
export const codeBlock = (id: string, {text, name}: {readonly text: string; readonly name: string}): Html =>
  html`<div class="block">
    <div><span>${name}</span>${copyButton(id, name)}</div>
    <pre id="${id}">${text}</pre>
  </div>`

/** A document that can be edited where scripts run, to see that it then no longer holds. */
export const editable = (id: string, {text, name}: {readonly text: string; readonly name: string}): Html =>
  html`<div class="block">
    <div><label for="${id}">${name}</label>${copyButton(id, name)}</div>
    <textarea id="${id}" rows="${text.trimEnd().split('\n').length}" spellcheck="false" autocomplete="off" readonly>
${text}</textarea>
  </div>`

export const field = (name: string, value: Html | string): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`

/** With an id where the page's script may correct it. */
export const state = (tone: Tone, words: string, id?: string): Html =>
  id === undefined
    ? html`<span class="state" data-tone="${tone}">${words}</span>`
    : html`<span class="state" id="${id}" data-tone="${tone}">${words}</span>`

export interface Heading {
  readonly title: string
  readonly note?: Html | string
  /** A class, for the sections that stand elsewhere on paper. */
  readonly kind?: string
}

/** A part of a page under its heading. */
export const section = (heading: Heading, ...content: Html[]): Html =>
  html`<section class="${heading.kind ?? ''}">
    <div class="heading">
      <h2>${heading.title}</h2>
      ${heading.note === undefined ? '' : html`<p class="note">${heading.note}</p>`}
    </div>
    <div class="stack">${content}</div>
  </section>`

export const nothing: Html = html``

export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`
