/** Tells a mistyped command, whose author waits for an answer, from a comment that was never meant for us. */

import {type Environment, parseEnvironment} from '#protocol'

/** How much of a line nearness is judged on. */
const window = 200

export interface NearMiss {
  readonly problem: string
  /** What it was to authorize for. */
  readonly environment?: Environment | undefined
}

/**
 * What is wrong with a comment that was meant as a command but is none; undefined for one that was not meant so.
 * Called only for a first line that does not begin with an exact command in plain ASCII.
 */
export function describeNearMiss(firstLine: string, rest: string): NearMiss | undefined {
  const folded = fold(firstLine.slice(0, window))
  const text = folded.trimStart()
  const environment = readMeant(text)
  if (isNearCommand(text)) return {problem: describeFault(firstLine, folded), environment}
  if (isWithoutSlash(text)) return {problem: 'A command begins with a slash: /authorize.', environment}
  if (isOtherWord(text)) return {problem: 'The word for it is /authorize.', environment}
  if (!hasLaterCommand(rest)) return undefined
  return {problem: 'A command stands on the first line of a comment, before anything else.'}
}

/** The word behind one that stands for /authorize, as an environment. */
function readMeant(text: string): Environment | undefined {
  const [, word = '', next = ''] = /^[`*"']{0,3}\/? ?([^\s/:`*"']+):? +([^\s`*"']+)/.exec(text) ?? []
  return isNear(word, 'authorize') || /^approved?$/.test(word) ? parseEnvironment(next) : undefined
}

/**
 * As a reader sees it: full-width and styled letters as plain ones (NFKC), accents and invisible characters gone,
 * small letters, and every kind of slash a slash.
 */
function fold(line: string): string {
  return line
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}]/gu, (character) => (character === '\t' ? ' ' : ''))
    .replace(/[\u2044\u2215\u29f8\u2571\\]/g, '/')
    .toLowerCase()
}

/** `/authorise production`, `/ authorize`, `` `/authorize …` ``: a slash and a word as good as ours. */
function isNearCommand(text: string): boolean {
  const word = /^[`*"']{0,3}\/ ?([^\s/:,.;!?`*"']+)(?![^\s:,.;!?`*"'])/.exec(text)?.[1]
  if (word === undefined || word.length > 16) return false
  return ['authorize', 'countersign', 'deny', 'revoke'].some((command) => isNear(word, command))
}

/** Two mistakes in a long word, none in a short one; a letter of another script counts half, as it may look alike. */
function isNear(word: string, command: string): boolean {
  return distance(word, command) <= (command.length > 6 ? 4 : 0)
}

/** Edit distance with 2 for a changed, missing or added letter, and 1 for one changed into another script's. */
function distance(word: string, command: string): number {
  let row = Array.from({length: command.length + 1}, (_, i) => 2 * i)
  for (const [i, letter] of Array.from(word).entries()) {
    const next = [2 * (i + 1)]
    for (let j = 1; j <= command.length; j++) {
      const change = letter === command[j - 1] ? 0 : letter > '\x7e' ? 1 : 2
      next.push(Math.min((row[j] ?? 0) + 2, (next[j - 1] ?? 0) + 2, (row[j - 1] ?? 0) + change))
    }
    row = next
  }
  return row[command.length] ?? Infinity
}

function describeFault(line: string, folded: string): string {
  if (/[^\x20-\x7e]/.test(line)) {
    return 'The first line has a character that is not plain ASCII (a tab, an invisible or a look-alike letter, an accent). Type it anew; a reason in other letters can stand on the next lines.'
  }
  if (line.startsWith(' ')) return 'A command is the very first thing in a comment: there is a space before it.'
  if (!line.startsWith('/')) return 'A command stands bare: without quotes or code marks around it.'
  if (/^\/[a-z]*[A-Z]/.test(line) && /^\/(?:authorize|countersign|deny|revoke)(?= |$)/.test(folded)) {
    return 'A command is written in small letters: /authorize.'
  }
  return 'There is no such command. Did you mean /authorize or /countersign?'
}

/** Environments that people name without being told to; only to tell a slip from prose. */
const usualEnvironments = 'production|prod|staging'

/** `authorize production`, or with a commit; a sentence that goes on is prose. */
const isWithoutSlash = (text: string): boolean =>
  new RegExp(`^authori[sz]e (?:(?:${usualEnvironments})[.!]?$|[^ ]+ [0-9a-f]{7,64}(?: |$))`).test(text)

/** `/approve` belongs to other bots too, so it is ours only with an environment or a commit behind it. */
const isOtherWord = (text: string): boolean =>
  new RegExp(`^/approved? (?:(?:${usualEnvironments})(?: |$)|[^ ]+ [0-9a-f]{7,64}(?: |$))`).test(text)

/** An exact command at the start of a later line, not in a code block: someone explained first and commanded then. */
function hasLaterCommand(rest: string): boolean {
  let fenced = false
  for (const line of rest.split(/\r\n|\r|\n/)) {
    if (/^ {0,3}(?:```|~~~)/.test(line)) fenced = !fenced
    else if (!fenced && /^\/(?:authorize|countersign) [a-z0-9]/.test(line)) return true
  }
  return false
}
