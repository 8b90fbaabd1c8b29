/** A44: a reply to a notification mail, a review, an App's user token. Only comments that a person wrote on GitHub count. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {theAccount} from '../../sandbox/world.ts'
import {answerTo, expectAllowed, expectNoReceipt, expectSilence, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const command = (): string => `/authorize production ${stage.head}`
const by = 'octocat'

test('a comment that was sent by e-mail in the name of a person who may approve is refused', async () => {
  const {pullRequest} = stage
  const mail = {repository, pullRequest, by, body: command(), viaEmail: true}
  const answer = await answerTo(stage, () => stage.world.comment(mail))
  expect(answer).toContain('This comment came by e-mail, which proves less than a signed-in account.')
  await expectNoReceipt(stage)
})

test('a comment that an App wrote in the name of a person who may approve is refused', async () => {
  stage.world.addApp({slug: 'assistant', owner: 'octo-org', permissions: {issues: 'write'}})
  const {head, pullRequest} = await stage.propose('through-an-app')
  const body = `/authorize production ${head}`
  const written = {repository, pullRequest, by, body, viaApp: 'assistant'}
  const answer = await answerTo(stage, () => stage.world.comment(written), pullRequest)
  expect(answer).toContain('An app wrote this comment on behalf of its user.')
  await expectNoReceipt(stage, {sha: head})
})

/** What GitHub says of the repository and the person in every payload, taken from an announcement that was sent. */
function frame(): object {
  const {body} = stage.world.hooks.deliveries.find(({event}) => event === 'issue_comment') ?? {body: '{}'}
  const {repository: where, sender, installation} = JSON.parse(body) as Readonly<Record<string, unknown>>
  return {repository: where, sender, installation}
}

const words = () => {
  const {id, login} = theAccount(stage.world, by)
  return {id: 4_000_000_001, node_id: 'PRR_x', body: command(), user: {id, login, type: 'User'}}
}

const payloads: readonly [string, () => object][] = [
  [
    'pull_request_review',
    () => ({action: 'submitted', review: {...words(), state: 'approved', commit_id: stage.head}}),
  ],
  ['pull_request_review_comment', () => ({action: 'created', comment: words()})],
  ['commit_comment', () => ({action: 'created', comment: words()})],
  ['discussion_comment', () => ({action: 'created', comment: words(), discussion: {number: stage.pullRequest}})],
]

test.each(payloads)('a %s is no statement, whatever event it is announced as', async (event, payload) => {
  const pull = {number: stage.pullRequest, head: {sha: stage.head, ref: 'feature'}}
  const whole = {...payload(), pull_request: pull, ...frame()}
  await expectSilence(stage, () => {
    stage.world.deliver({event, payload: whole})
    stage.world.deliver({event: 'issue_comment', payload: whole})
  })
  await expectNoReceipt(stage)
})

test('a review that is announced in the form of a comment leads to a comment that is not there', async () => {
  const issue = {number: stage.pullRequest, pull_request: {}}
  const payload = {action: 'created', issue, comment: words(), ...frame()}
  await expectSilence(stage, () => stage.world.deliver({event: 'issue_comment', payload}))
  await expectNoReceipt(stage)
})

test('a comment on an issue is no statement', async () => {
  const {number} = stage.world.openIssue({repository, author: 'hubot'})
  await expectSilence(stage, () => stage.world.comment({repository, pullRequest: number, by, body: command()}))
  await expectNoReceipt(stage)
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('the same person, on GitHub and by hand, authorizes', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
})
