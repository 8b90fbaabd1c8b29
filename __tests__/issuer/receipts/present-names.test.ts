/** Whether a repository still bears its name: asked of GitHub seldom, and an outage takes nothing away. */
import {expect, test} from '@jest/globals'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {createBearsName} from '../../../issuer/github/repository.ts'
import {aChange, repositoryId as id, repositoryName as name} from '../builders.ts'

function asking(answer: () => GitHubUnavailable | undefined) {
  const clock = {now: 0}
  let asked = 0
  const fetchRepository = async () => {
    asked += 1
    const fault = answer()
    return fault === undefined ? Promise.resolve({...aChange().repository, installation: 7}) : Promise.reject(fault)
  }
  return {
    bearsName: createBearsName({repositories: {fetchRepository}, now: () => clock.now}),
    clock,
    count: () => asked,
  }
}

test('GitHub is asked once a minute and name, in whatever letters', async () => {
  const {bearsName, clock, count} = asking(() => undefined)
  expect(await bearsName({id, name})).toBe(true)
  clock.now = 59_999
  expect(await bearsName({id, name: name.toUpperCase() as typeof name})).toBe(true)
  expect(count()).toBe(1)
  clock.now = 60_000
  await bearsName({id, name})
  expect(count()).toBe(2)
})

test.each([
  ['not shown, or another one\u2019s', 'permission', false],
  ['not told while GitHub is down', 'server', true],
  ['not told within the quota', 'rate-limit', true],
] as const)('%s', async (_, kind, bears) => {
  expect(await asking(() => new GitHubUnavailable(kind, 'no')).bearsName({id, name})).toBe(bears)
})
