/** An issuer that serves one owner takes nobody else's deliveries, and says nothing to them. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {countWaiting, readClaims} from '../faults/statements.ts'
import {Stage, repository} from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open({env: {COUNTERSIGN_OWNERS: 'octocat, 7'}})
})
afterAll(() => stage.close())

test('deliveries of an owner that is not served are answered 202 and dropped', async () => {
  const {world, pullRequest, head} = stage
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  await world.settled()
  expect(world.hooks.deliveries.map(({statusCode}) => statusCode)).toEqual(world.hooks.deliveries.map(() => 202))
  expect([countWaiting(stage), await readClaims(stage)]).toEqual([0, []])
  // Nothing about the repository was asked either.
  expect(world.requests.filter(({path}) => path.startsWith('/repos/'))).toEqual([])
  expect(stage.issuer.output).not.toContain('deliveries of every owner')
})
