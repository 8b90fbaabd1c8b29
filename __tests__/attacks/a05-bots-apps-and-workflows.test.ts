/** A5: a bot, an App or a workflow comments `/authorize`. Only people authorize, and only with their own hands. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {answerTo, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const command = (): string => `/authorize production ${stage.head}`

/** As a program does it: over the API, with a token. */
async function post(token: string): Promise<void> {
  const address = `${stage.github.url}/repos/${repository}/issues/${stage.pullRequest}/comments`
  const answer = await fetch(address, {
    method: 'POST',
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: JSON.stringify({body: command()}),
  })
  expect(answer.status).toBe(201)
}

async function expectRefused(answer: string, because: string): Promise<void> {
  expect(answer).toContain('This comment does not count as an authorization')
  expect(answer).toContain(because)
  await expectNoReceipt(stage)
}

test('a bot with the permission of a maintainer is refused', async () => {
  stage.world.addUser({login: 'release-bot', type: 'Bot'})
  stage.world.setPermission({repository, login: 'release-bot', role: 'maintain'})
  const answer = await stage.say(command(), {by: 'release-bot'})
  await expectRefused(answer, "release-bot is not a person's account (GitHub says: Bot).")
})

test("a workflow's own token is refused", async () => {
  const token = stage.world.issueWorkflowToken({repository, permissions: {issues: 'write', pull_requests: 'write'}})
  const answer = await answerTo(stage, () => post(token))
  await expectRefused(answer, "is not a person's account (GitHub says: Bot).")
  await expectRefused(answer, 'An app wrote this comment on behalf of its user.')
})

test('an App that acts with the token of a person who may approve is refused', async () => {
  stage.world.addApp({slug: 'assistant', owner: 'octo-org', permissions: {issues: 'write'}})
  const token = stage.world.issueToken({login: 'octocat', viaApp: 'assistant'})
  await expectRefused(await answerTo(stage, () => post(token)), 'An app wrote this comment on behalf of its user.')
})

test('an account that calls itself a bot is an agent, whatever its type', async () => {
  stage.world.addUser({login: 'deploy[bot]'})
  stage.world.setPermission({repository, login: 'deploy[bot]', role: 'admin'})
  const answer = await stage.say(command(), {by: 'deploy[bot]'})
  await expectRefused(answer, 'is an agent to this policy')
})

test('a mannequin, which stands for an imported account, is refused', async () => {
  stage.world.addUser({login: 'imported', type: 'Mannequin'})
  stage.world.setPermission({repository, login: 'imported', role: 'admin'})
  await expectRefused(await stage.say(command(), {by: 'imported'}), '(GitHub says: Mannequin)')
})

test('the job stays closed after all of them, and opens after the person', async () => {
  expectStopped(await stage.gate(), 'receipt_missing')
  const answer = await answerTo(stage, () => post(stage.world.issueToken({login: 'octocat'})))
  expect(answer).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
})
