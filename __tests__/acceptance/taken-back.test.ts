/** Comments that are deleted, edited and moved, and pull requests that are closed: what allows ends with them, what forbids does not. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {verify} from '#protocol'
import {checkedEntries} from './ledger.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const askForTwo = (): Promise<string> =>
  stage.world.push({
    repository,
    branch: 'main',
    pusher: 'hubot',
    files: {'.github/countersign.yml': 'version: 1\nenvironments:\n  production: {approvals: 2}\n'},
    message: 'Ask for two',
  })
const comment = (by: string, body: string) =>
  stage.world.comment({repository, pullRequest: stage.pullRequest, by, body})
const saidBy = (login: string, begins: string): number => {
  const found = [...stage.world.comments.values()].findLast(
    ({author, body}) => author.login === login && body.startsWith(begins),
  )
  if (found === undefined) throw new Error(`${login} said no ${begins}`)
  return found.id
}
const reply = (says: string) => until(() => stage.replies().find(({body}) => body.includes(says))?.body, says)
const events = async () => (await checkedEntries(stage)).map(({event}) => event)

describe('a denial', () => {
  test.each(['deleted', 'edited'])(
    'that somebody else has %s before it is handled is carried out, and the reply says so',
    async (how) => {
      // Forty answers are more than GitHub takes in a minute.
      stage.world.liftSecondaryLimits()
      await stage.authorize()
      for (let n = 0; n < 40; n += 1) comment('octocat', '/countersign status')
      const {id} = comment('monalisa', '/deny production it drops a table')
      if (how === 'deleted') stage.world.deleteComment({id, by: 'hubot'})
      else stage.world.editComment({id, body: 'Looks good!', by: 'hubot'})
      const said = await reply('**Denied for `production`** by `monalisa`. it drops a table')
      expect(said).toContain(how === 'deleted' ? 'GitHub does not show the comment' : 'The comment was edited since')
      expectRefused(await stage.gate(), 'denied')
      comment('octocat', `/authorize production ${stage.head}`)
      await reply('monalisa denied #')
    },
  )

  test('that its author makes of an ordinary comment counts, and of somebody else’s comment nobody can', async () => {
    await stage.authorize()
    const remark = comment('monalisa', 'Hm.')
    stage.world.editComment({id: remark.id, body: '/deny production', by: 'hubot'})
    await stage.world.settled()
    await stage.say('/countersign status')
    expectAllowed(await stage.gate(), stage.head)
    stage.world.editComment({id: remark.id, body: '/deny production after all', by: 'monalisa'})
    expect(await reply('**Denied for')).toContain('after all')
    expectRefused(await stage.gate(), 'denied')
    expect(await events()).toContain('receipt.revoked')
  })

  test('stays when its author deletes it, and is lifted by a new word alone', async () => {
    await stage.say('/deny production', {by: 'monalisa'})
    stage.world.deleteComment({id: saidBy('monalisa', '/deny')})
    await stage.world.settled()
    expect(await stage.authorize()).toContain('monalisa denied #')
  })
})

describe('an authorization', () => {
  test('that its author deletes ends the receipt that rests on it', async () => {
    await stage.authorize()
    const id = saidBy('octocat', '/authorize')
    stage.world.deleteComment({id})
    expect(await reply('**Taken back for `production`** by `octocat`')).toContain('These receipts no longer count')
    expectRefused(await stage.gate(), 'revoked')
    const run = stage.world.checkRuns.findLast(({name}) => name === 'countersign / production')
    const text = /```json\n([\s\S]*?)\n```/.exec(run?.output.text ?? '')?.[1] ?? ''
    const verdict = verify.revocation(text, {keys: stage.issuer.pin})
    expect(verdict).toMatchObject({
      valid: true,
      revocation: {cause: 'person', revokedBy: {login: 'octocat'}, statement: {id}},
    })
    expect(await stage.authorize()).toContain('Authorized for')
  })

  test('that somebody else deletes lets its receipt stand', async () => {
    await stage.authorize()
    stage.world.deleteComment({id: saidBy('octocat', '/authorize'), by: 'hubot'})
    await stage.world.settled()
    await stage.say('/countersign status')
    expectAllowed(await stage.gate(), stage.head)
  })

  test('that waits counts no more when it is deleted, and the panel says by whom', async () => {
    await askForTwo()
    await stage.authorize()
    stage.world.deleteComment({id: saidBy('octocat', '/authorize'), by: 'hubot'})
    await stage.panel('the approval of `octocat`, whose comment `hubot` deleted')
    expect(await stage.say(`/authorize production ${stage.head}`, {by: 'monalisa'})).toContain(
      '1 more person is needed',
    )
  })

  test('that waits ends when its author deletes it, or the pull request is closed, and opening it again brings nothing back', async () => {
    await askForTwo()
    const line = `/authorize production ${stage.head}`
    await stage.authorize()
    stage.world.deleteComment({id: saidBy('octocat', '/authorize')})
    await stage.panel('needs authorization')
    expect(await stage.say(line, {by: 'monalisa'})).toContain('1 more person is needed')
    const {pullRequest} = stage
    stage.world.closePullRequest({repository, pullRequest, by: 'hubot'})
    await stage.world.settled()
    stage.world.reopenPullRequest({repository, pullRequest, by: 'hubot'})
    // A tie of seconds would go to the close.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await stage.authorize()).toContain('1 more person is needed')
    expectRefused(await stage.gate(), 'receipt_missing')
  })
})
