/** What commands about a period are asked for: from when until when, of which repository, and where it is to be written. */
import {type RepositoryName, type SecondsTime, parseDayOrMoment, parseRepositoryName} from '#protocol'

export interface PeriodWords {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly repository?: string | undefined
  readonly out?: string | undefined
}

export interface Period {
  readonly from: SecondsTime
  /** The period ends before it. */
  readonly to: SecondsTime
  /** Null: of all. */
  readonly repository: RepositoryName | null
  readonly out: string
}

export interface PeriodRead {
  /** Undefined with a problem. */
  readonly period: Period | undefined
  readonly problems: readonly string[]
}

/** `made`: what `--out` names. */
export function readPeriod(words: PeriodWords, made: 'folder' | 'file'): PeriodRead {
  const [from, to, {out}] = [parseDayOrMoment(words.from), parseDayOrMoment(words.to), words]
  const repository = words.repository === undefined ? null : parseRepositoryName(words.repository)
  const problems = [
    ...(from === undefined ? ['--from is the first day or moment, such as 2026-04-01 or 2026-04-01T08:00Z'] : []),
    ...(to === undefined ? ['--to is the day or moment after the last, such as 2026-05-01'] : []),
    ...(from !== undefined && to !== undefined && !(from < to) ? ['--to must be later than --from'] : []),
    ...(repository === undefined ? ['--repository is owner/name'] : []),
    ...(out === undefined || out === '' ? [`--out names a new ${made}`] : []),
  ]
  if (from === undefined || to === undefined || repository === undefined || out === undefined || problems.length > 0) {
    return {period: undefined, problems}
  }
  return {period: {from, to, repository, out}, problems}
}
