/** GitHub carries a write out and answers with an error, or breaks off: it is looked up, not written a second time. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {Fault} from '../../sandbox/faults.ts'
import {Stage} from '../acceptance/stage.ts'
import {addRepository, audit, authorize, propose, settled} from './statements.ts'

const ways: readonly Omit<Fault, 'match'>[] = [
  {status: 500, carriedOut: true},
  {status: 502, carriedOut: true, times: 3},
  {status: 403, carriedOut: true},
  {cut: true},
]
const writes = [
  '^POST @/check-runs$',
  '^POST @/issues/[0-9]+/comments$',
  '^POST @/issues/comments/.*/reactions$',
  '^POST @/(check-runs|issues/[0-9]+/comments|issues/comments/[0-9]+/reactions)$',
]

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
})
afterAll(() => stage.close())

test('one check run, one reply and one reaction, whatever GitHub says of them', async () => {
  const {world} = stage
  const cases = writes.flatMap((write) => ways.map((way) => ({write, way})))
  const statements = await Promise.all(
    cases.map(async ({write, way}, index) => {
      const repository = `octo-org/service-${index}`
      await addRepository(stage, repository)
      const place = await propose(stage, repository, 'feature')
      world.addFault({times: 1, ...way, match: write.replace('@', `/repos/${repository}`)})
      return authorize(stage, place)
    }),
  )
  await settled(stage, statements)
  expect(await audit(stage, statements)).toEqual([])
  const reactions = statements.map((id) => world.comments.get(id)?.reactions.map(({content}) => content))
  expect(reactions).toEqual(statements.map(() => ['rocket']))
}, 180_000)
