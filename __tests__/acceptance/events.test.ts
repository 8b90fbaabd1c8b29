/** Every event of formats §7: which commit it deploys, or why it deploys none. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Trigger} from '../../sandbox/runner.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
})
afterAll(() => stage.close())

const production = {environment: 'production'}

describe('the authorized head goes out', () => {
  const triggers: Readonly<Record<string, () => Trigger>> = {
    push: () => ({event: 'push', branch: 'feature'}),
    workflow_dispatch: () => ({event: 'workflow_dispatch', branch: 'feature'}),
    release: () => ({event: 'release', tag: 'v1.0.0', sha: stage.head}),
    deployment: () => ({event: 'deployment', ref: 'feature', ...production}),
    'deployment of a bare commit': () => ({event: 'deployment', ref: stage.head, ...production}),
  }
  test.each(Object.keys(triggers))('on %s', async (name) => {
    const trigger = triggers[name]?.() ?? {event: 'schedule'}
    expectAllowed(await stage.gate({job: {trigger}}), stage.head)
  })

  test.each(['push', 'release', 'schedule', 'workflow_dispatch', 'merge_group'])(
    'on workflow_run after %s, once that commit is checked out',
    async (after) => {
      const trigger = {event: 'workflow_run', after, headBranch: 'feature', headSha: stage.head} as const
      expectAllowed(await stage.gate({job: {trigger}, checkout: {ref: stage.head}}), stage.head)
    },
  )

  test('on workflow_run with the usual checkout, which takes the default branch, it does not', async () => {
    const trigger = {event: 'workflow_run', after: 'push', headBranch: 'feature', headSha: stage.head} as const
    const words = expectRefused(await stage.gate({job: {trigger}}), 'checkout_mismatch')
    expect(words).toContain(`ref: ${stage.head}`)
  })
})

describe('on pull_request', () => {
  const trigger = (): Trigger => ({event: 'pull_request', pullRequest: stage.pullRequest})

  test('the head goes out where it is what was checked out', async () => {
    expectAllowed(await stage.gate({job: {trigger: trigger()}, checkout: {ref: stage.head}}), stage.head)
  })

  test('the test merge of the usual checkout is refused, with the line that mends it', async () => {
    const words = expectRefused(await stage.gate({job: {trigger: trigger()}}), 'checkout_mismatch')
    expect(words).toContain('`ref: ${{ github.event.pull_request.head.sha }}`')
    expect(words).toContain('second parent is the authorized commit')
  })

  test('before any checkout it passes and gives the commit to check out', async () => {
    const allowed = await stage.gate({job: {trigger: trigger()}, checkout: 'nothing'})
    expectAllowed(allowed, stage.head)
    expect(allowed.annotations.map(({level}) => level)).toEqual(['warning'])
    expect(allowed.stdout).toContain('ref: ${{ steps.gate.outputs.sha }}')
  })
})

describe('the default branch is not what was authorized', () => {
  test('on schedule', async () => {
    expectRefused(await stage.gate({job: {trigger: {event: 'schedule'}}}), 'receipt_missing')
  })

  test('on workflow_dispatch there', async () => {
    const trigger = {event: 'workflow_dispatch', branch: 'main'} as const
    expectRefused(await stage.gate({job: {trigger}}), 'receipt_missing')
  })
})

test('merge_group deploys the commit of the queue, which nobody named', async () => {
  const trigger = {event: 'merge_group', pullRequest: stage.pullRequest} as const
  const blocked = await stage.gate({job: {trigger}})
  const words = expectRefused(blocked, 'receipt_missing')
  expect(words).not.toContain(stage.head)
  expectRefused(await stage.gate({job: {trigger}, with: {receipt: stage.receiptText()}}), 'commit_mismatch')
})

test('a deployment to another environment than the input names is refused, though a receipt is there', async () => {
  await stage.authorize({environment: 'staging'})
  for (const [named, input] of [
    ['production', 'staging'],
    ['Production', 'production'],
  ] as const) {
    const trigger = {event: 'deployment', environment: named, ref: 'feature'} as const
    const words = expectRefused(await stage.gate({job: {trigger}, with: {environment: input}}), 'environment_mismatch')
    expect(words).toContain(`${named} (named by the event deployment)`)
  }
})

describe('events that do not say what is deployed', () => {
  const triggers: Readonly<Record<string, () => Trigger>> = {
    pull_request_target: () => ({event: 'pull_request_target', pullRequest: stage.pullRequest}),
    issue_comment: () => ({event: 'issue_comment', comment: [...stage.world.comments.keys()][0] ?? 0}),
    'workflow_run after pull_request': () => ({
      event: 'workflow_run',
      after: 'pull_request',
      headBranch: 'feature',
      headSha: stage.head,
    }),
  }
  test.each(Object.keys(triggers))('%s is refused, and passes with the commit as input', async (name) => {
    const trigger = triggers[name]?.() ?? {event: 'schedule'}
    const words = expectRefused(await stage.gate({job: {trigger}}), 'event_unsupported')
    expect(words).toContain('Give the inputs "sha"')
    const job = {trigger}
    expectAllowed(await stage.gate({job, with: {sha: stage.head}, checkout: {ref: stage.head}}), stage.head)
  })

  test('workflow_run after a run that failed is refused; after one that succeeded it says what was not authorized', async () => {
    const after = {event: 'workflow_run', after: 'push', headBranch: 'feature', headSha: stage.head} as const
    const trigger = {...after, conclusion: 'failure'} as const
    const words = expectRefused(await stage.gate({job: {trigger}, checkout: {ref: stage.head}}), 'event_unsupported')
    expect(words).toContain('the run before ended in failure')
    const allowed = await stage.gate({job: {trigger: after}, checkout: {ref: stage.head}})
    expectAllowed(allowed, stage.head)
    expect(allowed.summary).toContain('not what the run before built')
  })

  test("workflow_run of a fork's commit is refused, whatever triggered it", async () => {
    const {world, head} = stage
    await world.addRepository({name: 'monalisa/api-service', forkOf: repository})
    const sha = await world.push({repository: 'monalisa/api-service', branch: 'x', pusher: 'monalisa', files: {x: 'x'}})
    expect(sha).not.toBe(head)
    const from = {headBranch: 'x', headSha: sha, headRepository: 'monalisa/api-service'}
    const trigger = {event: 'workflow_run', after: 'push', ...from} as const
    const words = expectRefused(await stage.gate({job: {trigger}}), 'event_unsupported')
    expect(words).toContain('not of a commit of this repository')
  })

  test('an event that the gate has never heard of is refused', async () => {
    const words = expectRefused(await stage.gate({env: {GITHUB_EVENT_NAME: 'fork'}}), 'event_unsupported')
    expect(words).toContain('The event fork')
  })
})

test('GitHub was asked nothing that it does not know', () => {
  expect(stage.world.violations).toEqual([])
})
