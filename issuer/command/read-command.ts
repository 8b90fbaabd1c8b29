/**
 * Reads a comment (formats §8, "What counts as a statement"). Only the first line, the bytes before the first CR or
 * LF of the body as sent, can be a command, in plain ASCII with one space between its words:
 *
 *   /authorize <environment> [<full commit SHA>] [reason…]
 *   /deny <environment> [reason…]
 *   /revoke <environment or receipt id> [reason…]
 *   /countersign status
 *   /countersign help
 */
import {type Environment, parseCommitSha, parseEnvironment, parseReceiptId} from '#protocol'
import type {Command, Reading} from '../model/command.ts'
import {describeNearMiss} from './near-miss.ts'

/** Total, and linear in the body. Exactly one command, exactly spelt, or nothing is done. */
export function readCommand(body: string): Reading {
  const end = body.search(/[\r\n]/)
  const line = end === -1 ? body : body.slice(0, end)
  const rest = end === -1 ? '' : body.slice(end)
  const word = /^\/(?:authorize|countersign|deny|revoke)(?= |$)/.exec(line)?.[0]
  if (word === undefined || !isPlain(line)) {
    const miss = describeNearMiss(line, rest)
    return miss === undefined ? {kind: 'not-for-us'} : nearMiss(miss.problem, miss.environment)
  }
  if (hasCommand(line.slice(word.length)) || hasCommand(rest)) {
    return nearMiss('A comment holds one command, and this one has a second (quotes and code blocks count).')
  }
  const words = line.slice(word.length + 1)
  switch (word) {
    case '/authorize':
      return readAuthorize(words)
    case '/deny':
      return readDeny(words)
    case '/revoke':
      return readRevoke(words)
    default:
      return readCountersign(words)
  }
}

const nearMiss = (problem: string, environment?: Environment): Extract<Reading, {kind: 'near-miss'}> => ({
  kind: 'near-miss',
  problem,
  ...(environment !== undefined && {environment}),
})

/** Printable ASCII: no tab, no invisible and no look-alike character. */
const isPlain = (line: string): boolean => /^[\x20-\x7e]*$/.test(line)

/** One of our commands in any place where a reader would take it for one; a path such as `docs/deny/` is none. */
const hasCommand = (text: string): boolean =>
  /(?<![A-Za-z0-9_./-])\/(?:authorize|countersign|deny|revoke)(?![A-Za-z0-9_])/i.test(text)

const command = (value: Command): Reading => ({kind: 'command', command: value})

/** The first word as an environment, or what is wrong with it. */
function readEnvironment(words: string, first: string): Environment | Extract<Reading, {kind: 'near-miss'}> {
  if (first === '') return nearMiss(words === '' ? 'The environment is missing.' : extraSpace)
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(first)) {
    return nearMiss('The environment is missing: it stands before the commit.')
  }
  return (
    parseEnvironment(first) ??
    nearMiss(
      'The environment is not a possible name: 1 to 63 of a-z 0-9 . _ / -, in small letters, exactly as the deploy job spells it.',
    )
  )
}

function readAuthorize(words: string): Reading {
  const [first = '', second, ...more] = words.split(' ')
  const environment = readEnvironment(words, first)
  if (typeof environment === 'object') return environment
  if (second === undefined) return command({kind: 'authorize', environment})
  if (second === '') return nearMiss(extraSpace)
  if (!/^[0-9a-f]{7,64}$/i.test(second)) {
    const reason = [second, ...more].join(' ')
    return namesCommit(reason)
      ? nearMiss(commitInReason, environment)
      : command({kind: 'authorize', environment, reason})
  }
  const sha = parseCommitSha(second)
  if (sha === undefined) return nearMiss(describeShaFault(second), environment)
  if (more[0] === '') return nearMiss(extraSpace)
  return command({kind: 'authorize', environment, sha, reason: reasonOf(more)})
}

/**
 * A commit somewhere in a reason: with the letters and digits of a SHA, or announced as one. Whoever names one that way
 * means it, and would be surprised if another were authorized.
 */
const namesCommit = (reason: string): boolean =>
  /(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}(?![0-9a-z])/i.test(reason) ||
  /(?:commits?|sha|`)[ /:=`]{0,4}[0-9a-f]{7,64}(?![0-9a-z])/i.test(reason) ||
  /[0-9a-f]{40}/i.test(reason)

const commitInReason =
  'The commit stands right behind the environment, as its full SHA: no link, no word before it, no quotes around it and nothing attached to it.'

const reasonOf = (words: readonly string[]): string | undefined => (words.length === 0 ? undefined : words.join(' '))

function readDeny(words: string): Reading {
  const [first = '', ...more] = words.split(' ')
  const environment = readEnvironment(words, first)
  return typeof environment === 'object' ? environment : command({kind: 'deny', environment, reason: reasonOf(more)})
}

/** A receipt's id is a possible name of an environment, too: it is read as the receipt. */
function readRevoke(words: string): Reading {
  const [first = '', ...more] = words.split(' ')
  const receipt = parseReceiptId(first)
  if (receipt !== undefined) return command({kind: 'revoke', target: {receipt}, reason: reasonOf(more)})
  const environment = readEnvironment(words, first)
  if (typeof environment === 'object') return environment
  return command({kind: 'revoke', target: {environment}, reason: reasonOf(more)})
}

/** Two spaces, or one at the end, would let a commit be read as part of the reason. */
const extraSpace = 'There is a space too many: one stands between the words and none at the end.'

function describeShaFault(word: string): string {
  return parseCommitSha(word.toLowerCase()) === undefined
    ? `The commit is abbreviated or cut (${word.length} digits): name it by its full SHA, all 40 digits (64 in SHA-256 repositories).`
    : 'The commit is in capital letters: write its SHA in small letters, as Git prints it.'
}

function readCountersign(words: string): Reading {
  switch (words) {
    case 'status':
      return {kind: 'command', command: {kind: 'status'}}
    case 'help':
      return {kind: 'command', command: {kind: 'help'}}
    default:
      return nearMiss('After /countersign stands one word, status or help, and nothing else.')
  }
}
