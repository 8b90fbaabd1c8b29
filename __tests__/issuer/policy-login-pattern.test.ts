/** Login patterns: `*` is any text, everything else is itself. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {matchesLogin} from '../../issuer/policy/accounts.ts'

describe('a login pattern', () => {
  test.each([
    ['*[bot]', 'dependabot[bot]', true],
    ['*[bot]', 'octocat', false],
    ['*[bot]', '[bot]', true],
    ['*[bot]', 'x[bot]y', false],
    ['octocat', 'OctoCat', true],
    ['octocat', 'octocat2', false],
    ['agent-*', 'agent-7', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*b', 'ab', false],
    ['*', '', true],
    ['', 'octocat', false],
    ['.*', 'octocat', false],
    ['octoca?', 'octocat', false],
  ])('%j and %j: %j', (pattern, login, matches) => {
    expect(matchesLogin(pattern, login)).toBe(matches)
  })

  test('agrees with the regular expression it stands for', () => {
    const text = (letters: string) => fc.string({unit: fc.constantFrom(...letters.split('')), maxLength: 8})
    fc.assert(
      fc.property(text('ab*'), text('ab'), (pattern, login) => {
        expect(matchesLogin(pattern, login)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(login))
      }),
      {numRuns: 2000},
    )
  })
})
