/** A57: a range is made unreadable, so that nothing goes out any more. What cannot be read costs one more person, once. */
import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals'
import {Rides} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'

let rides: Rides
let base: string
beforeAll(async () => {
  rides = await Rides.begin()
})
afterAll(() => rides.close())
beforeEach(async () => {
  base = await rides.settle()
})

/** One person is not enough, two are, and the next change needs one again. */
async function expectOnce(sha: string, because: string): Promise<void> {
  await rides.expectOneMore(sha, because)
  expect(await rides.authorize(sha, 'monalisa')).toContain('Authorized for production')
  expect(await rides.authorize(await rides.ride())).toContain('Authorized for production')
}

test('more commits than are read', async () => {
  const commits = Array.from({length: 1001}, (_, i) => ({files: {'many.txt': `${base} ${i}\n`}}))
  const {number} = await rides.open({commits})
  await expectOnce(await rides.merge(number), 'it has more than 1000 commits')
})

test('more pull requests than are asked for', async () => {
  for (let i = 0; i < 51; i += 1) await rides.ride()
  await expectOnce(await rides.ride(), 'it holds more than 50 pull requests')
})

test('more files than GitHub lists: the risk is that of every path', async () => {
  const files = Object.fromEntries(Array.from({length: 301}, (_, i) => [`many/${i}.txt`, base]))
  const {number} = await rides.open({files})
  const reply = await rides.authorize(await rides.merge(number))
  expect(reply).toContain('Authorized for production')
  expect(reply).toContain('at least 300 files')
})

test('the default branch is pushed back beneath what was authorized', async () => {
  const commit = {files: {'README.md': `${base}\n`, 'deploy.sh': 'echo\n'}}
  await rides.world.push({repository, branch: 'main', pusher: 'hubot', parents: [], force: true, ...commit})
  await expectOnce(await rides.ride(), 'anybody may have a hand in it')
})
