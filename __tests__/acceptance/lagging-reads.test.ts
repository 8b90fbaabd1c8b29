/** GitHub announces what its reads do not show yet: nothing that was said is lost, and nothing is decided on what was before. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository, until} from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

test('half a second: authorized, denied and revoked all the same', async () => {
  stage.world.lagBehind({seconds: 0.5})
  expect(await stage.authorize()).toContain('Authorized for')
  await stage.world.caughtUp()
  expect((await stage.deploy()).main.exitCode).toBe(0)
  expect(await stage.say('/revoke production')).toContain('Revoked')
  expect(await stage.authorize()).toContain('Authorized for')
  expect(await stage.say('/deny production broken')).toContain('Denied')
  await stage.world.caughtUp()
  expect((await stage.deploy()).main.exitCode).not.toBe(0)
})

test('five seconds: a pull request that was just opened gets its panel, and its head is the one that was pushed last', async () => {
  stage.world.lagBehind({seconds: 5})
  const opened = await stage.propose('later')
  await stage.panel('May this be deployed', opened.pullRequest)
  const head = await stage.world.push({repository, branch: 'later', pusher: 'hubot', files: {'b.txt': 'b\n'}})
  const reply = await stage.authorize({sha: head, pullRequest: opened.pullRequest})
  expect(reply).toContain(head.slice(0, 7))
  expect(reply).toContain('Authorized for')
})

test('the head of before is not authorized while the push that replaced it is not shown', async () => {
  stage.world.lagBehind({seconds: 5})
  await stage.world.push({repository, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}})
  await stage.world.settled()
  const reply = await stage.authorize({sha: stage.head})
  expect(reply).not.toMatch(/Authorized/)
  expect(stage.world.checkRuns.filter(({headSha}) => headSha === stage.head)).toEqual([])
})

test('a denial waits for no push: whoever moves the head without end does not hold it up', async () => {
  await stage.authorize()
  stage.world.lagBehind({seconds: Infinity})
  await stage.world.push({repository, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}})
  await stage.world.settled()
  stage.world.lagBehind({seconds: 0})
  expect(await stage.say('/deny production')).toContain('Denied')
  // One try: what is tried again begins with whose comment it is.
  const tries = stage.world.requests.filter(({path}) => /\/user\/\d+$/.test(path))
  expect(tries).toHaveLength(1)
})

test('a pull request that GitHub still calls open was closed: its receipts end', async () => {
  await stage.authorize()
  stage.world.lagBehind({seconds: 5})
  stage.world.closePullRequest({repository, pullRequest: stage.pullRequest, by: 'hubot'})
  await until(
    () => stage.replies().find(({body}) => body.includes('Closed without being merged')),
    'that its receipts ended',
  )
  await stage.world.caughtUp()
  expect((await stage.deploy()).main.exitCode).not.toBe(0)
})

test('a denial whose comment never shows is carried out at once, from what was announced', async () => {
  await stage.authorize()
  stage.world.lagBehind({seconds: Infinity})
  const reply = await stage.say('/deny production')
  expect(reply).toContain('Denied for `production`')
  expect(reply).toContain('GitHub does not show the comment')
  expect((await stage.deploy()).main.exitCode).not.toBe(0)
})

test('an authorization that never shows, by somebody with standing, is looked for three times more and then passed over, in the log', async () => {
  stage.world.lagBehind({seconds: Infinity})
  const {id} = stage.world.comment({
    repository,
    pullRequest: stage.pullRequest,
    by: 'octocat',
    body: `/authorize production ${stage.head}`,
  })
  await until(() => stage.issuer.output.includes('not answered: the comment is not there') || undefined, 'the log')
  const looks = stage.world.requests.filter(({path}) => path.endsWith(`/issues/comments/${id}`))
  expect(looks.map(({status}) => status)).toEqual([404, 404, 404, 404])
})

test('what a stranger said is looked for once more, and what somebody revokes who may approve no more counts at once', async () => {
  stage.world.lagBehind({seconds: Infinity})
  const ask = {repository, pullRequest: stage.pullRequest}
  const {id} = stage.world.comment({...ask, by: 'monalisa', body: `/authorize production ${stage.head}`})
  const looks = () => stage.world.requests.filter(({path}) => path.endsWith(`/issues/comments/${id}`))
  await until(() => looks()[1], 'the second look')
  stage.world.lagBehind({seconds: 0})
  await stage.authorize()
  stage.world.setPermission({repository, login: 'octocat', role: 'read'})
  stage.world.lagBehind({seconds: 5})
  expect(await stage.say('/revoke production')).toContain('Revoked')
  expect(looks()).toHaveLength(2)
})
