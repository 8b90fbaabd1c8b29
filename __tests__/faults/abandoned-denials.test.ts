/** Denials of work that nobody goes on with leave their room. The issuer's clock is moved on, so this is for one process. */
import {expect, test} from '@jest/globals'
import {Rides} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'

const days = 91

test('a denial of work that was closed long ago, and whose branch is gone, leaves; while the branch is there it stands', async () => {
  const rides = await Rides.begin()
  const {world, stage} = rides
  const first = await rides.open()
  await stage.say('/deny production', {by: 'monalisa', pullRequest: first.number})
  world.closePullRequest({repository, pullRequest: first.number, by: 'hubot'})
  await world.settled()
  const second = await rides.open({parents: [first.head]})
  world.clock.advance(days * 24 * 3600)
  await stage.issuer.stop()
  const shifted = `const now = Date.now; Date.now = () => now() + ${days * 86_400_000}`
  await stage.issuer.restart({NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shifted)}`})
  expect(await rides.authorize(second.head)).toContain(`monalisa denied #${first.number} at`)
  await world.deleteBranch({repository, branch: first.branch, by: 'hubot'})
  expect(await rides.authorize(second.head)).toContain('Authorized for production')
  expect(world.violations).toEqual([])
  await rides.close()
})
