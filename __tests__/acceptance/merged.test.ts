/** Scenario: a merged pull request is authorized on its merge commit, and the push to main deploys it. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

describe.each(['merge', 'squash'] as const)('after a %s', (method) => {
  let stage: Stage
  let merged: string
  beforeAll(async () => {
    stage = await Stage.open()
    await stage.authorize()
    const {pullRequest} = stage
    merged = (await stage.world.mergePullRequest({repository, pullRequest, by: 'octocat', method})).sha
  })
  afterAll(() => stage.close())
  const job = {trigger: {event: 'push', branch: 'main'}} as const

  test('the receipt of the head does not let out the merge commit', async () => {
    const words = expectRefused(await stage.gate({job}), 'receipt_missing')
    expect(words).toContain(`/authorize production ${merged}`)
    expectRefused(await stage.gate({job, with: {receipt: stage.receiptText()}}), 'commit_mismatch')
  })

  test('the head is not authorized any more, and the answer names the merge commit', async () => {
    const reply = await stage.authorize()
    expect(reply).toContain('**Not authorized for `production`.**')
    expect(reply).toContain(`\n/authorize production ${merged}\n`)
  })

  test('the merge commit, once authorized, goes out on the push to main', async () => {
    const reply = await stage.authorize({sha: merged})
    expect(reply).toContain(`since \`${stage.head}\``)
    expectAllowed(await stage.gate({job}), merged)
  })

  test('what is pushed to main afterwards does not', async () => {
    await stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {'late.txt': 'late\n'}})
    expectRefused(await stage.gate({job}), 'receipt_missing')
    expect(stage.world.violations).toEqual([])
  })
})
