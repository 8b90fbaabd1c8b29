/** A policy that asks for two: approvals are collected across comments, from different people, for one commit. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {verify} from '#protocol'
import {Stage, repository} from './stage.ts'
import {checkedEntries} from './ledger.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

const policy = 'version: 1\nenvironments:\n  production: {approvals: 2}\n'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
  await stage.world.push({
    repository,
    branch: 'main',
    pusher: 'hubot',
    files: {'.github/countersign.yml': policy},
    message: 'Ask for two',
  })
})
afterEach(() => stage.close())

const authorize = (by: string, sha = stage.head): Promise<string> => stage.say(`/authorize production ${sha}`, {by})

test('one is recorded and mints nothing, the same person again adds nothing, the second person mints', async () => {
  expect(await authorize('octocat')).toContain('1 more person is needed')
  expect(await authorize('octocat')).toContain('1 more person is needed')
  expectRefused(await stage.gate(), 'receipt_missing')

  expect(await authorize('monalisa')).toContain('Authorized for `production`')
  expectAllowed(await stage.gate({with: {'min-approvals': '2'}}), stage.head)
  const result = verify.receipt(stage.receiptText(), {keys: stage.issuer.pin})
  if (!result.valid) throw new Error(result.reason)
  expect(result.receipt.approvals.map(({login}) => login)).toEqual(['octocat', 'monalisa'])
  expect(result.receipt.authorizedBy).toBe('monalisa')
  const events = (await checkedEntries(stage)).map(({event}) => event)
  expect(events).toEqual(['ledger.created', 'decision.made', 'decision.made', 'receipt.issued'])
})

test('an approval ends when the commit moves', async () => {
  await authorize('octocat')
  const moved = await stage.world.push({repository, branch: 'feature', pusher: 'hubot', files: {'more.txt': 'more'}})
  expect(await authorize('monalisa', moved)).toContain('1 more person is needed')
  expect(await authorize('octocat', moved)).toContain('Authorized for `production`')
})

test('an approval is judged again when it is to count: not that of somebody who may approve no more, nor an edited one', async () => {
  await authorize('octocat')
  stage.world.setPermission({repository, login: 'octocat', role: 'read'})
  expect(await authorize('monalisa')).toContain('1 more person is needed')
  stage.world.setPermission({repository, login: 'octocat', role: 'maintain'})
  const [first] = [...stage.world.comments.values()].filter(({author}) => author.login === 'monalisa')
  stage.world.editComment({id: first?.id ?? 0, body: 'never mind', by: 'monalisa'})
  expect(await authorize('octocat')).toContain('1 more person is needed')
})

test('whoever had a hand in the change counts only as one more than are needed', async () => {
  await authorize('octocat')
  expect(await authorize('hubot')).toContain('1 more person is needed')
  expectRefused(await stage.gate(), 'receipt_missing')
  expect(await authorize('monalisa')).toContain('Authorized for `production`')
  const {approvals} = JSON.parse(stage.receiptText()) as {approvals: {login: string}[]}
  expect(approvals.map(({login}) => login)).toEqual(['octocat', 'monalisa'])
})
