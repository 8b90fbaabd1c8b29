/** Work takes its turn: one queue a key, in order of arrival, and whoever may share a turn does. */
import {expect, test} from '@jest/globals'
import {shareTurns, takeTurns} from '../../issuer/store/turns.ts'

interface Piece {
  readonly name: string
  readonly end: () => void
  readonly fail: (fault: Error) => void
}

/** Work that ends when the test says so; `begun` is what has begun, in that order. */
function makeWork() {
  const begun: Piece[] = []
  const work = (name: string) => () =>
    new Promise<void>((resolve, reject) => begun.push({name, end: resolve, fail: reject}))
  return {begun, work, names: () => begun.map(({name}) => name)}
}

/** Lets what was resolved go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('of one key work begins in order of arrival, each when the one before has ended, and no key waits for another', async () => {
  const takeTurn = takeTurns()
  const {begun, work, names} = makeWork()
  const all = [
    takeTurn('a', work('a1')),
    takeTurn('a', work('a2')),
    takeTurn('b', work('b1')),
    takeTurn('a', work('a3')),
  ]
  await settle()
  expect(names()).toEqual(['a1', 'b1'])
  begun[0]?.end()
  await settle()
  expect(names()).toEqual(['a1', 'b1', 'a2'])
  begun[2]?.end()
  await settle()
  expect(names()).toEqual(['a1', 'b1', 'a2', 'a3'])
  begun[1]?.end()
  begun[3]?.end()
  await Promise.all(all)
})

test('work gives its result to whoever asked, and what fails holds up nothing behind it', async () => {
  const takeTurn = takeTurns()
  const thrown = new Error('the disk is full')
  const results = await Promise.allSettled([
    takeTurn('a', () => Promise.resolve(1)),
    takeTurn('a', () => Promise.reject(thrown)),
    takeTurn('a', () => {
      throw thrown
    }),
    takeTurn('a', () => Promise.resolve(4)),
  ])
  const failed = {status: 'rejected', reason: thrown}
  expect(results).toEqual([{status: 'fulfilled', value: 1}, failed, failed, {status: 'fulfilled', value: 4}])
  expect(await takeTurn('a', () => Promise.resolve(5))).toBe(5)
})

test('who asks while a shared piece runs gets one that begins after it, together with all others who asked', async () => {
  const shareTurn = shareTurns('begun')
  const {begun, work, names} = makeWork()
  const first = [shareTurn('a', work('a1')), shareTurn('b', work('b1'))]
  await settle()
  const asked = [shareTurn('a', work('a2')), shareTurn('a', work('a3'))]
  await settle()
  expect(names()).toEqual(['a1', 'b1'])
  for (const {end} of begun.slice()) end()
  await Promise.all(first)
  await settle()
  expect(names()).toEqual(['a1', 'b1', 'a2'])
  begun[2]?.end()
  await Promise.all(asked)
})

test('what is shared until it is done is not begun again before, and can be afterwards', async () => {
  const shareTurn = shareTurns('done')
  const {begun, work, names} = makeWork()
  const first = shareTurn('a', work('a1'))
  await settle()
  const second = shareTurn('a', work('a2'))
  begun[0]?.end()
  await Promise.all([first, second])
  const third = shareTurn('a', work('a3'))
  await settle()
  expect(names()).toEqual(['a1', 'a3'])
  begun[1]?.end()
  await third
})

test.each(['begun', 'done'] as const)(
  'a piece that is shared until it is %s fails for those who shared it, and not for the next',
  async (until) => {
    const shareTurn = shareTurns(until)
    const {begun, work} = makeWork()
    const shared = [shareTurn('a', work('a1')), shareTurn('a', work('a2'))]
    await settle()
    begun[0]?.fail(new Error('GitHub is away'))
    const results = await Promise.allSettled(shared)
    expect(results.map(({status}) => status)).toEqual(['rejected', 'rejected'])
    const next = shareTurn('a', work('a3'))
    await settle()
    begun[1]?.end()
    await expect(next).resolves.toBeUndefined()
  },
)
