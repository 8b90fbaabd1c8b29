/** Reads a command's words: each option is known, given at most once unless it may repeat, and never empty by accident. */
import {parseArgs} from 'node:util'
import type {Result} from '#protocol'
import {faultMember} from '../action/fault.ts'

/** `text`: one value. `texts`: may be given several times. `flag`: no value. */
export type Syntax = Readonly<Record<string, 'text' | 'texts' | 'flag'>>

export interface Words {
  /** The value; undefined when it was not given. A repeated one has a line for each time. */
  readonly text: (name: string) => string | undefined
  readonly flag: (name: string) => boolean
  readonly files: readonly string[]
}

/** What a command line says, or every problem of it. */
export type CommandLine<T> = Result<T, readonly string[]>

export function readWords(words: readonly string[], syntax: Syntax): CommandLine<Words> {
  const parsed = parse(words, syntax)
  if (typeof parsed === 'string') return {ok: false, fault: [parsed]}
  // Of two values the last would win in silence: whoever checks a receipt with --key twice means something by it.
  const problems = Object.entries(parsed.values).flatMap(([name, values]) =>
    values.length > 1 && syntax[name] !== 'texts' ? [`--${name} is given ${values.length} times; give it once`] : [],
  )
  if (problems.length > 0) return {ok: false, fault: problems}
  return {
    ok: true,
    value: {
      text: (name) => parsed.values[name]?.map(String).join('\n'),
      flag: (name) => parsed.values[name] !== undefined,
      files: parsed.positionals,
    },
  }
}

interface Parsed {
  readonly values: Readonly<Record<string, readonly (string | boolean)[]>>
  readonly positionals: readonly string[]
}

function parse(words: readonly string[], syntax: Syntax): Parsed | string {
  const options = Object.fromEntries(
    Object.entries(syntax).map(([name, kind]) => [
      name,
      {type: kind === 'flag' ? 'boolean' : 'string', multiple: true} as const,
    ]),
  )
  try {
    const {values, positionals} = parseArgs({args: [...words], options, allowPositionals: true})
    return {values: values as Parsed['values'], positionals}
  } catch (fault) {
    // Its sentences name the option and what is wrong with it.
    const message = faultMember(fault, 'message')
    return typeof message === 'string' ? message : 'the command line cannot be read'
  }
}
