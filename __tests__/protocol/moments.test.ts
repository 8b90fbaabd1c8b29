/** Times as people give them in options and queries: one reader, one form that signed objects have. */
import {describe, expect, test} from '@jest/globals'
import {momentForm, parseDayOrMoment, parseMoment} from '#protocol'

describe('a moment', () => {
  test.each([
    ['2026-04-02T14:35Z', '2026-04-02T14:35:00Z'],
    ['2026-04-02T14:35:07Z', '2026-04-02T14:35:07Z'],
    ['2026-11-30T21:20+02:00', '2026-11-30T19:20:00Z'],
    ['2026-11-30T21:20:30-05:30', '2026-12-01T02:50:30Z'],
    ['2026-01-01T00:30+01:00', '2025-12-31T23:30:00Z'],
    ['2026-04-02T14:35-00:00', '2026-04-02T14:35:00Z'],
    ['2026-04-02T14:35+23:59', '2026-04-01T14:36:00Z'],
  ])('%s is %s', (text, time) => {
    expect(parseMoment(text)).toBe(time)
    expect(parseDayOrMoment(text)).toBe(time)
  })

  test.each([
    ['no zone', '2026-04-02T14:35'],
    ['a day', '2026-04-02'],
    ['a day that does not exist', '2026-02-30T14:35Z'],
    ['an hour that does not exist', '2026-04-02T24:00Z'],
    ['an offset without a colon', '2026-04-02T14:35+0200'],
    ['an offset of hours alone', '2026-04-02T14:35+02'],
    ['an offset longer than a day', '2026-04-02T14:35+24:00'],
    ['an offset of 60 minutes', '2026-04-02T14:35+01:60'],
    ['a space before the offset, as a URL makes of +', '2026-04-02T14:35 02:00'],
    ['an offset and Z', '2026-04-02T14:35+02:00Z'],
    ['a fraction', '2026-04-02T14:35:07.5Z'],
    ['lower case', '2026-04-02t14:35z'],
    ['a space for T', '2026-04-02 14:35Z'],
    ['what is before the year 0', '0000-01-01T00:00+01:00'],
    ['what is after the year 9999', '9999-12-31T23:59-01:00'],
    ['a line end', '2026-04-02T14:35Z\n'],
    ['no text', 7],
  ])('with %s is none', (_, text) => {
    expect(parseMoment(text)).toBeUndefined()
  })

  test('is described with an example of each part', () => {
    expect(momentForm).toBe('YYYY-MM-DDTHH:MM, with seconds or without, and Z or an offset such as +02:00')
  })
})

test('a day is its beginning in UTC', () => {
  expect(parseDayOrMoment('2026-04-02')).toBe('2026-04-02T00:00:00Z')
  expect(parseDayOrMoment('2026-02-30')).toBeUndefined()
})
