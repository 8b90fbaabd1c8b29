/** Rounds of one key follow each other, and whoever came meanwhile shares the next. */
import {expect, test} from '@jest/globals'
import {oneAfterAnother} from '../../../issuer/store/one-after-another.ts'

interface Round {
  readonly key: string
  readonly end: () => void
  readonly fail: (fault: Error) => void
}

function makeRounds() {
  const rounds: Round[] = []
  const run = oneAfterAnother<string>(
    (key) => key,
    (key) => new Promise((resolve, reject) => rounds.push({key, end: resolve, fail: reject})),
  )
  return {rounds, run}
}

/** Lets what was resolved go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('who asks while a round runs gets one that begins after it, together with all others who asked', async () => {
  const {rounds, run} = makeRounds()
  const asked = [run('a'), run('a'), run('a'), run('b')]
  expect(rounds.map(({key}) => key)).toEqual(['a', 'b'])
  rounds[0]?.end()
  rounds[1]?.end()
  await asked[0]
  await turn()
  expect(rounds.map(({key}) => key)).toEqual(['a', 'b', 'a'])
  rounds[2]?.end()
  await Promise.all(asked)
  void run('a')
  expect(rounds).toHaveLength(4)
})

test('a round that fails fails for those who shared it, and not for the next', async () => {
  const {rounds, run} = makeRounds()
  const [first, second] = [run('a'), run('a')]
  rounds[0]?.fail(new Error('GitHub is away'))
  await expect(first).rejects.toThrow('GitHub is away')
  await turn()
  rounds[1]?.end()
  await expect(second).resolves.toBeUndefined()
})
