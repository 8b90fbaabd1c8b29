/** Standard output for what was found, standard error for what is wrong; colours and progress only where a person looks. */

export type Tone = 'good' | 'bad' | 'faint' | 'plain'

/** Promise: foreign text that is printed moves no cursor and hides no line. */
export interface Terminal {
  readonly print: (text: string, tone?: Tone) => void
  readonly complain: (text: string, tone?: Tone) => void
  /** A row of CSV on standard output, with the line end of RFC 4180. */
  readonly printRow: (row: string) => void
  /** One line that the next one replaces; the empty text takes it away. Nothing where no person looks. */
  readonly showProgress: (text: string) => void
}

interface Stream {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
}

const escape = '\u001b['
const codes = {good: '32', bad: '31', faint: '2', plain: ''} as const

/** A control or a direction-changing character of foreign text could hide or forge what is shown. */
const harmless = (line: string): string => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')

/** One line of JSON in ASCII: what a terminal must not see is escaped, and nothing is lost. */
export const printJson = (value: object): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export function openTerminal({stdout, stderr, env}: Streams): Terminal {
  const mayColour = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  const write = (stream: Stream, text: string, tone: Tone): void => {
    const line = text.split('\n').map(harmless).join('\n')
    const painted = stream.isTTY === true && mayColour && tone !== 'plain'
    stream.write(painted ? `${escape}${codes[tone]}m${line}${escape}0m\n` : `${line}\n`)
  }
  return {
    print: (text, tone = 'plain') => write(stdout, text, tone),
    complain: (text, tone = 'plain') => write(stderr, text, tone),
    printRow: (row) => stdout.write(`${harmless(row)}\r\n`),
    showProgress: (text) => {
      if (stderr.isTTY === true) stderr.write(`\r${escape}K${harmless(text)}`)
    },
  }
}
