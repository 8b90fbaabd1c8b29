/** Times and durations of signed objects: one spelling each, checked by pattern and by round trip (formats §1). */

declare const brand: unique symbol
/** `YYYY-MM-DDTHH:MM:SSZ`: receipts, statuses, revocations, key sets. */
export type SecondsTime = string & {readonly [brand]: 'SecondsTime'}
/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`: decisions, evidence, ledger. The digits claim precision, not accuracy. */
export type MicrosTime = string & {readonly [brand]: 'MicrosTime'}

const secondsPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const microsPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{3})(\d{3})Z$/
const durationPattern = /^(0|[1-9][0-9]{0,3}(?:s|m|h|d))$/

/** The runtime accepts 30 February and 24:00, and goes on to another day: that is what the round trip refuses. */
export function parseSecondsTime(value: unknown): SecondsTime | undefined {
  if (typeof value !== 'string' || !secondsPattern.test(value)) return undefined
  return new Date(value).getUTCDate() === Number(value.slice(8, 10)) ? (value as SecondsTime) : undefined
}

export function parseMicrosTime(value: unknown): MicrosTime | undefined {
  const match = typeof value === 'string' ? microsPattern.exec(value) : null
  if (match === null || parseSecondsTime(`${match[1] ?? ''}Z`) === undefined) return undefined
  return value as MicrosTime
}

/** Milliseconds since the epoch. Finite for every SecondsTime. */
export const secondsTimeToMs = (time: SecondsTime): number => Date.parse(time)

/** Whole microseconds since the epoch, exact up to the year 2255. */
export function microsTimeToMicros(time: MicrosTime): number {
  return Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26))
}

/** The whole second that `ms` (milliseconds since the epoch) lies in; throws RangeError outside the years 0 to 9999. */
export function printSecondsTime(ms: number): SecondsTime {
  const text = new Date(ms).toISOString()
  if (text.length !== 24) throw new RangeError('time outside the years 0 to 9999')
  return `${text.slice(0, 19)}Z` as SecondsTime
}

/** Throws RangeError for anything but whole microseconds in the years 0 to 9999. */
export function printMicrosTime(micros: number): MicrosTime {
  if (!Number.isSafeInteger(micros)) throw new RangeError('not whole microseconds')
  const ms = Math.floor(micros / 1000)
  const text = new Date(ms).toISOString()
  if (text.length !== 24) throw new RangeError('time outside the years 0 to 9999')
  return `${text.slice(0, 23)}${String(micros - ms * 1000).padStart(3, '0')}Z` as MicrosTime
}

const unitMs = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const

/** `90s`, `15m`, `1h`, `7d` or `0`, in milliseconds; anything else is undefined. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string' || !durationPattern.test(value)) return undefined
  if (value === '0') return 0
  return Number(value.slice(0, -1)) * unitMs[value.slice(-1) as keyof typeof unitMs]
}
