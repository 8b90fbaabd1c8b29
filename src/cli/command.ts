/** What every command is given, and what it gives back. */
import type {Terminal} from './terminal.ts'

/** 0 valid, 1 refused, 2 the command line or a file is wrong, 3 the issuer did not answer. */
export type ExitCode = 0 | 1 | 2 | 3

export interface Tools {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: AsyncIterable<Uint8Array>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface Command {
  readonly help: string
  readonly run: (words: readonly string[], tools: Tools) => Promise<ExitCode>
}

/** A command line that cannot be read: says why, and where it is explained. */
export function complainOfUsage(terminal: Terminal, command: string, problems: readonly string[]): 2 {
  for (const problem of problems) terminal.complain(problem)
  terminal.complain(`countersign ${command} --help explains it.`)
  return 2
}
