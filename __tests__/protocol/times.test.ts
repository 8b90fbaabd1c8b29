/** Times and durations: one spelling, checked by pattern and by round trip. */
import {describe, expect, test} from '@jest/globals'
import {
  microsTimeToMicros,
  parseDuration,
  parseMicrosTime,
  parseSecondsTime,
  printMicrosTime,
  printSecondsTime,
  secondsTimeToMs,
} from '#protocol'

const notTimes = [
  ...['2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z'],
  ...['2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T23:59:60Z'],
  '9999-12-31T24:00:00Z',
  ...['2026-01-01T00:60:00Z', '2026-01-01T00:00:00', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00z'],
  ...['2026-01-01t00:00:00Z', '2026-01-01 00:00:00Z', '2026-1-1T0:0:0Z', ' 2026-01-01T00:00:00Z', '2026-01-01'],
  ...['2026-01-01T00:00:00Z\n', '+002026-01-01T00:00:00Z', '\u0662026-01-01T00:00:00Z', 'garbage', ''],
]
const neverTimes = [undefined, null, 0, 1775140200000, {}, [], new Date(0), ['2026-01-01T00:00:00Z']]

describe('a time to the second', () => {
  test.each(['2026-04-02T14:30:00Z', '2024-02-29T23:59:59Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'is taken as it is: %s',
    (text) => {
      const time = parseSecondsTime(text)
      if (time === undefined) throw new Error('refused')
      expect(printSecondsTime(secondsTimeToMs(time))).toBe(text)
    },
  )
  test.each([...notTimes, ...neverTimes, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000000Z'].map((v) => [v]))(
    'is refused: %p',
    (value) => {
      expect(parseSecondsTime(value)).toBeUndefined()
    },
  )
  test('is printed as the whole second that it lies in', () => {
    expect(printSecondsTime(Date.UTC(2026, 3, 2, 14, 30, 0, 999))).toBe('2026-04-02T14:30:00Z')
  })
  test.each([NaN, Infinity, -1e15, 8.7e15])('cannot be printed from %p', (ms) => {
    expect(() => printSecondsTime(ms)).toThrow(RangeError)
  })
})

describe('a time to the microsecond', () => {
  test.each([
    ['1970-01-01T00:00:00.000000Z', 0],
    ['1970-01-01T00:00:01.000001Z', 1_000_001],
    ['2026-04-02T14:30:00.123456Z', 1_775_140_200_123_456],
    ['2255-01-01T00:00:00.000009Z', 8_993_721_600_000_009],
  ])('%s is %d', (text, micros) => {
    const time = parseMicrosTime(text)
    if (time === undefined) throw new Error('refused')
    expect(microsTimeToMicros(time)).toBe(micros)
    expect(printMicrosTime(micros)).toBe(text)
  })
  test.each(
    [
      ...notTimes.map((text) => text.replace('Z', '.000000Z')),
      ...neverTimes,
      ...['2026-04-02T14:30:00Z', '2026-04-02T14:30:00.123Z', '2026-04-02T14:30:00.1234567Z'],
    ].map((v) => [v]),
  )('is refused: %p', (value) => {
    expect(parseMicrosTime(value)).toBeUndefined()
  })
  test.each([NaN, Infinity, 0.5, -1e18, Number.MAX_SAFE_INTEGER + 1])('cannot be printed from %p', (micros) => {
    expect(() => printMicrosTime(micros)).toThrow(RangeError)
  })
})

describe('a duration', () => {
  test.each([
    ['0', 0],
    ['1s', 1000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['9999d', 863_913_600_000],
  ])('%s is %d milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
  test.each(
    ['', '00', '01h', '0s', '1', '1.5h', '-1h', '1H', '10000s', '1 h', '1h ', '1h\n', '1w', 'h', 3600, null].map(
      (v) => [v],
    ),
  )('is refused: %p', (value) => {
    expect(parseDuration(value)).toBeUndefined()
  })
})
