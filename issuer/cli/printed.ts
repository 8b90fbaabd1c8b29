/** What a command says, and the code that it ends with: 0 yes, 1 no, 2 it was asked wrongly. */
export interface Printed {
  readonly code: 0 | 1 | 2
  readonly lines: readonly string[]
  /** For the person beside a pipe: on standard error, whatever the code. */
  readonly notes?: readonly string[]
}
