/** Foreign text made harmless where it is shown: one line of a log, a cell or a sentence of Markdown. */

const maxShown = 4000

/**
 * One line without control or direction-changing characters. The runner takes `::command::` at the start of a line and
 * the old `##[command]` anywhere in one: a title or a login must not be able to say either.
 */
export function oneLine(text: string): string {
  const clipped = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
  return clipped
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll('##[', '## [')
    .replace(/^\s*::/, ': :')
}

/** Inside a sentence or a table cell: every sign that means something to Markdown or HTML becomes its number. */
export const markdownText = (text: string): string =>
  oneLine(text).replace(/[!-&(-+./:<->@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The same as code: GitHub makes no mention, link or issue reference of what stands there. */
export const markdownCode = (text: string): string => `<code>${markdownText(text)}</code>`

/** A sentence of ours: what stands between its own backticks is shown as code. */
export const markdownSentence = (text: string): string =>
  markdownText(text).replace(/&#96;(.*?)&#96;/g, (_, inner: string) => `<code>${inner}</code>`)
