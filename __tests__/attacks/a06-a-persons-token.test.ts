/**
 * A6: an agent uses a person's token. To the issuer it is that person: no guarantee, and the documents say so. What a
 * job can do today is ask for a proof that a comment is not, which nothing minted here carries.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, action, repository} from '../acceptance/stage.ts'
import {answerTo, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const page = (name: string): string => readFileSync(join(action, name), 'utf8').replaceAll(/\s+/g, ' ')

test('a stolen token authorizes as its person, the receipt claims no more than a comment, and a job that asks for more stops', async () => {
  const token = stage.world.issueToken({login: 'octocat'})
  const answer = await answerTo(stage, () =>
    fetch(`${stage.github.url}/repos/${repository}/issues/${stage.pullRequest}/comments`, {
      method: 'POST',
      headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
      body: JSON.stringify({body: `/authorize production ${stage.head}`}),
    }),
  )
  expect(answer).toContain('Authorized for `production`')
  expect(JSON.parse(stage.receiptText())).toMatchObject({approvals: [{login: 'octocat', proof: 'comment'}]})
  expectStopped(await stage.gate({with: {'require-proof': 'passkey'}}), 'proof_too_weak')
})

test('both documents say that a person’s token is that person', () => {
  const security = page('SECURITY.md')
  expect(security).toContain(
    'A comment proves that an **account** authorized the deployment, not that its owner was at the keyboard.',
  )
  expect(security).toContain("To us, somebody (or an agent) with a person's token is that person.")
  expect(page('README.md')).toMatch(/someone with a person's token is that person to us/)
})
