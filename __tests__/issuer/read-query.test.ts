/** A query's parameters: what is wrong is named with its way out, all of it at once. */
import {expect, test} from '@jest/globals'
import {parseEnvironment, parseRepositoryName} from '#protocol'
import {needed, readQuery, wholeNumber, withDefault} from '../../issuer/command/read-query.ts'

const read = (text: string) => {
  const query = new URLSearchParams(text)
  return readQuery(
    {queries: (name) => (query.has(name) ? query.getAll(name) : undefined)},
    {
      repository: needed({parse: parseRepositoryName, form: 'owner/name'}, 'repository (owner/name)'),
      environment: needed({parse: parseEnvironment, form: 'an environment name'}, 'environment'),
      count: withDefault(wholeNumber(1, 500), 100),
      seq: wholeNumber(0, 8),
    },
  )
}

test('each parameter is read in its form, and an absent one is its default', () => {
  const value = {repository: 'octo-org/api-service', environment: 'eu/production', count: 100, seq: 0}
  expect(read('repository=octo-org/api-service&environment=eu/production&seq=0')).toEqual({ok: true, value})
})

test('everything that is wrong is said at once, with what it must be', () => {
  expect(read('repository=octo-org&environment=a&environment=b&count=501')).toEqual({
    ok: false,
    fault: [
      'repository must be given once, as owner/name',
      'environment must be given once, as an environment name',
      'count must be given once, as a whole number from 1 to 500',
      'seq must be given once, as a whole number from 0 to 8',
    ].join('; '),
  })
})

test('what is missing is said once nothing is wrong', () => {
  expect(read('seq=9')).toEqual({ok: false, fault: 'seq must be given once, as a whole number from 0 to 8'})
  expect(read('seq=8')).toEqual({ok: false, fault: 'repository (owner/name) is missing; environment is missing'})
})

test.each(['01', '1.0', '+1', '1e1', ' 1', '', '9'.repeat(16), '9'.repeat(17)])('%j is no whole number', (text) => {
  expect(wholeNumber(0).parse(text)).toBeUndefined()
})
