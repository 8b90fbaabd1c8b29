/** What came of one file, before a word of it is printed: options that are of no use are found out first. */
import type {ExitCode} from '../command.ts'
import type {Kind} from './kind.ts'

export interface Verdict {
  /** Undefined when it could not be told. */
  readonly kind: Kind | 'pack' | undefined
  readonly tell: () => ExitCode
}
