/** How far the machine's clock is from GitHub's, as far as that can be told. */
import {beforeEach, expect, test} from '@jest/globals'
import {type GitHubClock, openClock} from '../../issuer/github/clock.ts'

let [wall, steady] = [0, 0]
let clock: GitHubClock
const passes = (ms: number): void => {
  wall += ms
  steady += ms
}
beforeEach(() => {
  ;[wall, steady] = [1_000_000_000, 0]
  clock = openClock(
    () => wall,
    () => steady,
  )
})

test('before GitHub was heard nothing can be told, and the machine\u2019s time counts', () => {
  expect(clock.ahead()).toBeNaN()
  expect(clock.now()).toBe(wall)
})

test('what GitHub said last is how far it is ahead, however much time passes', () => {
  clock.heard(wall - 5000)
  passes(3_600_000)
  expect(clock.ahead()).toBe(5000)
  clock.heard(wall + 7000)
  expect(clock.ahead()).toBe(-7000)
  expect(clock.now()).toBe(wall)
})

test('a clock that runs ahead is followed a minute ahead of GitHub\u2019s at most', () => {
  const github = wall
  wall += 90 * 365 * 86_400_000
  clock.heard(github)
  passes(2000)
  expect(clock.now()).toBe(github + 2000 + 60_000)
})

test('once it was set, nothing can be told until GitHub is heard again', () => {
  clock.heard(wall - 7_200_000)
  wall -= 7_200_000
  expect(clock.ahead()).toBeNaN()
  expect(clock.now()).toBe(wall)
  clock.heard(wall)
  expect(clock.ahead()).toBe(0)
})
