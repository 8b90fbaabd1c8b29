/** A8: permission lost between review and mint. It is read live, and its role stands in the receipt. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {answerAfter, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test.each([
  ['read', 'read'],
  ['triage', 'triage'],
  [null, 'read'],
] as const)('a maintainer who is left with %s when the comment is read authorizes nothing', async (role, shown) => {
  const {head, pullRequest} = await stage.propose(`left-with-${role ?? 'nothing'}`)
  stage.world.setPermission({repository, login: 'octocat', role: 'maintain'})
  const answer = await answerAfter(stage, {body: `/authorize production ${head}`, pullRequest}, () =>
    stage.world.setPermission({repository, login: 'octocat', role}),
  )
  expect(answer).toContain(`octocat has the permission ${shown} in this repository, and approving needs write or more.`)
  await expectNoReceipt(stage, {sha: head})
})

test('a role with a grand name is worth what it can do', async () => {
  stage.world.setPermission({repository, login: 'octocat', role: 'read', roleName: 'admin'})
  const {head, pullRequest} = await stage.propose('grand-name')
  expect(await stage.authorize({sha: head, pullRequest})).toContain('octocat has the permission read')
  await expectNoReceipt(stage, {sha: head})
  const job = {trigger: {event: 'push', branch: 'grand-name', sha: head}} as const
  expectStopped(await stage.gate({job}), 'receipt_missing')
})

test('the role of the moment of the mint stands in the receipt', async () => {
  stage.world.setPermission({repository, login: 'octocat', role: 'read'})
  const answer = await answerAfter(stage, {body: `/authorize production ${stage.head}`}, () =>
    stage.world.setPermission({repository, login: 'octocat', role: 'admin'}),
  )
  expect(answer).toContain('Authorized for `production`')
  expect(JSON.parse(stage.receiptText())).toMatchObject({approvals: [{login: 'octocat', role: 'admin'}]})
})
