/** What is done again and again beside the deliveries: at once, never twice at a time, and on after a fault. */
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from '@jest/globals'
import {startClock} from '../../issuer/inbox/clock.ts'

test('begins at once, goes on after a fault, and is never begun before it has ended', async () => {
  const faults: unknown[] = []
  let [begun, atOnce, most] = [0, 0, 0]
  const act = async (): Promise<void> => {
    begun += 1
    most = Math.max(most, ++atOnce)
    await sleep(5)
    atOnce -= 1
    if (begun === 1) throw new Error('not yet')
  }
  const clock = startClock({everyMs: 1, act, onFault: (fault) => faults.push(fault)})
  expect(begun).toBe(1)
  while (begun < 4) await sleep(1)
  await clock.drain()
  const ended = begun
  await sleep(20)
  expect([begun, most, atOnce, faults]).toEqual([ended, 1, 0, [new Error('not yet')]])
})
