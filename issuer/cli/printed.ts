/** What a command says, and the code that it ends with: 0 yes, 1 no, 2 it was asked wrongly. */
export interface Printed {
  readonly code: 0 | 1 | 2
  readonly lines: readonly string[]
  /** For the person beside a pipe: on standard error, whatever the code. */
  readonly notes?: readonly string[]
}

/** What was wrong, if that can be said, and how the command is given instead. */
export const askedWrongly = (usage: readonly string[], problems: readonly string[] = []): Printed => ({
  code: 2,
  lines: [...problems, 'Usage:', ...usage.map((line) => `  ${line}`)],
})
