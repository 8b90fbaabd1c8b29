/** What a comparison says of itself: how far it is, and what it let pass. */
import {expect, test} from '@jest/globals'
import {Tally} from '../../src/action/comparison-tally.ts'

const gibibyte = 1024 ** 3

test('a long comparison says how far it is, a short one nothing', () => {
  const lines: string[] = []
  const tally = new Tally((line) => lines.push(line))
  for (let i = 0; i < 1000; i++) tally.compared(10)
  expect(lines).toEqual([])
  for (let i = 0; i < 9; i++) tally.compared(gibibyte)
  expect(lines).toEqual(['Comparing the checkout: 1004 files so far.', 'Comparing the checkout: 1008 files so far.'])
})

test('many small files are work too', () => {
  const lines: string[] = []
  const tally = new Tally((line) => lines.push(line))
  for (let i = 0; i < 140_000; i++) tally.compared(1)
  expect(lines).toHaveLength(2)
})

test('what was let pass is counted, in the right number', () => {
  const tally = new Tally(() => undefined)
  tally.pass('untracked')
  tally.pass('left out', 2)
  tally.pass('left out')
  tally.pass('with CRLF', 0)
  expect(tally.unseen()).toEqual([
    '1 file is not of the commit (untracked or ignored), and nobody authorized it',
    '3 tracked files are left out of this checkout (sparse checkout)',
  ])
})
