/**
 * Foreign text in GitHub Markdown. Titles, logins, branch names and whatever a policy or a comment says are written by
 * others: in our words they must not mention, link, show pictures, break out of their place or speak HTML.
 */

/** Stops a mention, reference or link: GitHub looks for them after Markdown, so no backslash or entity does. */
const breaker = '\u200b'

/** Controls, line ends and format characters (direction marks, zero-width ones) would hide or move what follows. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim()

/** Foreign text inside a sentence of ours, on one line, as the reader would have seen it in plain text. */
export function escapeText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_~[\]|$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[@#]/g, `$&${breaker}`)
    .replace(/:(?=\/\/)|www(?=\.)|gh(?=-[0-9])/gi, `$&${breaker}`)
    .replace(/^[-+=]|^[0-9]+(?=[.)])/, (start) => (/[0-9]/.test(start) ? `${start}\\` : `\\${start}`))
}

/** A comment holds 65,536 characters, and paths are as long as whoever pushes likes. */
const longest = 240

/** A sentence with foreign text in it, escaped and not too long. */
export const clip = (text: string): string => escapeText(text.length > longest ? `${text.slice(0, longest)}…` : text)

/** Foreign text as code: GitHub reads no mention, link or HTML there. Longer fences than any run of backticks inside. */
export function codeSpan(text: string): string {
  const content = oneLine(text) || ' '
  const fence = '`'.repeat(longestRun(content) + 1)
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${content}${pad}${fence}`
}

/** A block of code on lines of its own; `language` is ours. */
export function fencedBlock(content: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1))
  return `${fence}${language}\n${content}\n${fence}`
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}

export const paragraphs = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join('\n\n')
