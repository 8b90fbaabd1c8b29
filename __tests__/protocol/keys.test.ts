/** Pinned keys: one line each; a malformed one among several refuses all. */
import {describe, expect, test} from '@jest/globals'
import {type SecondsTime, parsePinnedKeys, parsePublicKey, parseSecondsTime, pinTakes} from '#protocol'
import {makeKey} from './builders.ts'

const a = makeKey().pin
const b = makeKey().pin

function pinsOf(text: string): readonly string[] {
  const pinned = parsePinnedKeys(text)
  if (!pinned.ok) throw new Error(pinned.fault.join('\n'))
  return [...pinned.value.values()].map(({key, status}) => `${key} ${status}`)
}

function problemsOf(text: string): string {
  const pinned = parsePinnedKeys(text)
  return pinned.ok ? '' : pinned.fault.join('\n')
}

function time(text: string): SecondsTime {
  const parsed = parseSecondsTime(text)
  if (parsed === undefined) throw new Error(`no time: ${text}`)
  return parsed
}

describe('lines that pin', () => {
  test('one key, several keys, keys with an end and revoked ones', () => {
    expect(pinsOf(a)).toEqual([`${a} trusted`])
    expect(pinsOf(`${a}\n${b} until=2026-04-02T15:00:00Z`)).toEqual([`${a} trusted`, `${b} until`])
    expect(pinsOf(`${a} revoked\n${b}`)).toEqual([`${a} revoked`, `${b} trusted`])
  })
  test('empty lines, indentation and Windows line ends do not matter', () => {
    expect(pinsOf(`\r\n  ${a}\r\n\r\n\t${b} revoked \r\n`)).toEqual([`${a} trusted`, `${b} revoked`])
  })
})

describe('lines that refuse, with what is wrong and where', () => {
  test.each<readonly [string, string, RegExp]>([
    ['no line at all', '', /no key is pinned/],
    ['white space alone', ' \n\t\n', /no key is pinned/],
    ['63 digits', a.slice(0, -1), /64 hex digits after pp_pk_, this one has 63/],
    ['65 digits', `${a}0`, /this one has 65/],
    ['upper-case digits', `pp_pk_${'AB'.repeat(32)}`, /lower case/],
    ['another prefix', a.replace('pp_pk_', 'pp_sk_'), /begins with pp_pk_/],
    ['no prefix', a.replace('pp_pk_', ''), /begins with pp_pk_/],
    ['two spaces before the word', `${a}  revoked`, /only one word/],
    ['a tab before the word', `${a}\trevoked`, /invisible character/],
    ['a non-breaking space before the word', `${a}\u00a0revoked`, /invisible character/],
    ['a line end that is none', `${a}\u2028${b}`, /invisible character/],
    ['a carriage return alone', `${a}\r${b} revoked`, /invisible character/],
    ['a zero-width space', `${a}\u200b`, /invisible character/],
    ['an unknown word', `${a} trusted`, /"revoked" may stand/],
    ['the word in another case', `${a} Revoked`, /"revoked" may stand/],
    ['an empty end', `${a} until=`, /until=YYYY/],
    ['an end that does not exist', `${a} until=2026-02-30T00:00:00Z`, /until=YYYY/],
    ['two words', `${a} until=2026-04-02T15:00:00Z revoked`, /only one word/],
    ['a comment', `${a} # ours`, /only one word/],
    ['two keys on one line', `${a} ${b}`, /until=YYYY/],
    ['two keys with a comma', `${a},${b}`, /this one has/],
    ['the same key twice', `${a}\n${a} revoked`, /line 2: this key stands on an earlier line/],
    ['a malformed line among good ones', `${a}\n${b}x\n`, /^line 2: /],
    ['a word on a line of its own', `${a}\n revoked`, /^line 2: /],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toMatch(problem)
  })

  test('every malformed line is named, and none is repeated', () => {
    const problems = problemsOf(`not-a-secret-but-could-be\n${a}\npp_pk_00`)
    expect(problems).toMatch(/^line 1: .*\nline 3: .*$/)
    expect(problems).not.toContain('could-be')
  })

  test.each([
    ['y = 0', '00'.repeat(32)],
    ['y = 0, sign bit set', `${'00'.repeat(31)}80`],
    ['y = 1, the neutral element', `01${'00'.repeat(31)}`],
    ['y = 1, sign bit set', `01${'00'.repeat(30)}80`],
    ['y = p - 1', `ec${'ff'.repeat(30)}7f`],
    ['y = p - 1, sign bit set', `ec${'ff'.repeat(31)}`],
    ['y = p', `ed${'ff'.repeat(30)}7f`],
    ['y = p + 1', `ee${'ff'.repeat(30)}7f`],
    ['y = 2^255 - 1', `${'ff'.repeat(31)}7f`],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, sign bit set', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['the other of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['the other of order 8, sign bit set', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
  ])('a key under which anyone can sign: %s', (_, hex) => {
    expect(parsePublicKey(`pp_pk_${hex}`)).toBeDefined()
    expect(problemsOf(`${a}\npp_pk_${hex}`)).toMatch(/^line 2: .*anyone could sign/)
  })
})

describe('what a pin takes', () => {
  const end = time('2026-04-02T15:00:00Z')
  test.each([
    ['2026-04-02T14:59:59Z', true],
    ['2026-04-02T15:00:00Z', true],
    ['2026-04-02T15:00:01Z', false],
  ])('a key with an end, a receipt issued at %s: %p', (issuedAt, taken) => {
    expect(pinTakes({key: a, status: 'until', until: end}, time(issuedAt))).toBe(taken)
  })
  test('a trusted key takes any receipt, a revoked one none', () => {
    expect(pinTakes({key: a, status: 'trusted'}, end)).toBe(true)
    expect(pinTakes({key: a, status: 'revoked'}, end)).toBe(false)
  })
})
