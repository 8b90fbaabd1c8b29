/** One thing that `countersign doctor` looks for. */

export const severities = ['high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

export interface Rule {
  readonly severity: Severity
  /** What is so, in a few words. */
  readonly title: string
  /** What could happen, in one sentence. */
  readonly risk: string
  /** What to do, with lines to copy where there are such. */
  readonly fix: string
}
