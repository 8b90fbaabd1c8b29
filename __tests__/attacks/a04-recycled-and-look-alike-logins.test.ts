/** A4: acting under a look-alike or recycled login. Numeric ids count, and the permission that is read is that id's. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {theAccount} from '../../sandbox/world.ts'
import {answerTo, expectNoReceipt} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const command = (): string => `/authorize production ${stage.head}`
const withoutStanding = 'has the permission read in this repository, and approving needs write or more.'

test.each(['0ctocat', 'octocat-', 'octo-cat'])('%s is not octocat', async (login) => {
  stage.world.addUser({login})
  expect(await stage.say(command(), {by: login})).toContain(`${login} ${withoutStanding}`)
  await expectNoReceipt(stage)
})

test('a signed announcement in the name of a person who may approve is not believed: the comment is read', async () => {
  const comment = stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'monalisa', body: command()})
  await stage.world.settled()
  const {body} = stage.world.hooks.deliveries.findLast(({event}) => event === 'issue_comment') ?? {body: '{}'}
  // Another comment of hers, announced as octocat's.
  const {head, pullRequest} = await stage.propose('in-the-name-of')
  const {id, nodeId} = stage.world.comment({repository, pullRequest, by: 'monalisa', body: 'Looks good.'})
  const honest = JSON.parse(body) as {readonly comment: object; readonly issue: object}
  const octocat = theAccount(stage.world, 'octocat')
  const payload = {
    ...honest,
    issue: {...honest.issue, number: pullRequest},
    comment: {
      ...honest.comment,
      id,
      node_id: nodeId,
      body: `/authorize production ${head}`,
      user: {id: octocat.id, login: 'octocat', type: 'User'},
    },
  }
  const answer = await answerTo(stage, () => stage.world.deliver({event: 'issue_comment', payload}), pullRequest)
  expect(answer).toContain('The comment is no longer the one that GitHub announced (author, text or pull request).')
  expect(answer).toContain(`monalisa ${withoutStanding}`)
  await expectNoReceipt(stage, {sha: head})
  expect(comment.id).not.toBe(id)
})

test('a login that changes hands between two requests lends nobody its permission', async () => {
  const {world} = stage
  const {head, pullRequest} = await stage.propose('changing-hands')
  world.addUser({login: 'newcomer'})
  await world.settled()
  const asked = world.requests.length
  // The person who may approve takes the login over while the permission of "newcomer" is being asked.
  world.addFault({match: /collaborators\/newcomer\/permission/, times: 1, delayMs: 4000})
  const answer = await answerTo(
    stage,
    async () => {
      world.comment({repository, pullRequest, by: 'newcomer', body: `/authorize production ${head}`})
      await until(
        () => world.requests.slice(asked).find(({path}) => path.includes('/issues/comments/')),
        'the comment to be read',
      )
      world.renameUser({login: 'newcomer', to: 'newcomer-away'})
      world.renameUser({login: 'octocat', to: 'newcomer'})
    },
    pullRequest,
  )
  expect(stage.issuer.output).toContain("the commenter's permission: GitHub answered for another account")
  // Asked again, it is the commenter's own.
  expect(answer).toContain(`newcomer-away ${withoutStanding}`)
  await expectNoReceipt(stage, {sha: head})
  world.renameUser({login: 'newcomer', to: 'octocat'})
})

test('whoever takes over a freed login has none of its standing, and whoever left it keeps theirs', async () => {
  const {id} = theAccount(stage.world, 'octocat')
  stage.world.renameUser({login: 'octocat', to: 'octocat-away'})
  stage.world.addUser({login: 'octocat'})
  expect(await stage.say(command(), {by: 'octocat'})).toContain(`octocat ${withoutStanding}`)
  await expectNoReceipt(stage)
  expect(await stage.say(command(), {by: 'octocat-away'})).toContain('Authorized for `production`')
  expect(JSON.parse(stage.receiptText())).toMatchObject({authorizedBy: 'octocat-away', approvals: [{id}]})
})
