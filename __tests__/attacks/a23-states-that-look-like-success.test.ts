/** A23: states that look like success: a check run of the right name, green, neutral or skipped. Nothing but a verified receipt is. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {conclusions} from '../../sandbox/state.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const name = 'countersign / production'

test('check runs of the gate’s name in every conclusion, by twenty Apps and a commit status, let nothing through', async () => {
  const {world, head: sha} = stage
  for (const conclusion of conclusions) {
    const app = `ci-${conclusion}`
    world.addApp({slug: app, owner: 'octo-org', permissions: {checks: 'write'}})
    world.addCheckRun({repository, sha, name, app, conclusion})
  }
  world.addCheckRun({repository, sha, name, status: 'in_progress'})
  world.addStatus({repository, sha, state: 'success', context: name, by: 'hubot'})
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('the issuer’s own check run without a receipt in it is none, however green', async () => {
  stage.world.addCheckRun({repository, sha: stage.head, name, app: 'countersign', conclusion: 'success'})
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('whatever state its check run is shown in, the receipt decides', async () => {
  await stage.authorize()
  const run = stage.world.checkRuns.findLast(({app}) => app.slug === 'countersign')
  if (run === undefined) throw new Error('no check run was made')
  for (const conclusion of ['cancelled', 'skipped'] as const) {
    run.conclusion = conclusion
    expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
  }
  run.conclusion = 'success'
  run.output = {...run.output, text: run.output.text?.replaceAll(stage.head, 'f'.repeat(40)) ?? ''}
  expectStopped(await stage.gate({with: {'issuer-url': undefined}}), 'signature_invalid')
})

describe('a check that the policy asks for', () => {
  beforeAll(() => demand(stage, 'checks: [build]'))

  test.each(conclusions.filter((word) => word !== 'success'))(
    'and that ended in %s has not passed',
    async (conclusion) => {
      const {head: sha, pullRequest} = await stage.propose(`build-${conclusion.replace('_', '-')}`)
      stage.world.addCheckRun({repository, sha, name: 'build', conclusion})
      expect((await stage.authorize({sha, pullRequest})).replaceAll('\\', '')).toContain(
        `a run of build is ${conclusion}`,
      )
      await expectNoReceipt(stage, {sha})
    },
  )

  test('and that never ran, or is still running, has not passed either; one that succeeded has', async () => {
    const {head: sha, pullRequest} = await stage.propose('build')
    expect(await stage.authorize({sha, pullRequest})).toContain('build has no run on this commit')
    stage.world.addStatus({repository, sha, state: 'success', context: 'build', by: 'hubot'})
    expect(await stage.authorize({sha, pullRequest})).toContain('build has no run on this commit')
    const {id} = stage.world.addCheckRun({repository, sha, name: 'build', status: 'queued'})
    expect(await stage.authorize({sha, pullRequest})).toContain('a run of build is queued')
    await expectNoReceipt(stage, {sha})
    const run = stage.world.checkRuns.find((one) => one.id === id)
    Object.assign(run ?? {}, {status: 'completed', conclusion: 'success'})
    expect(await stage.authorize({sha, pullRequest})).toContain('Authorized for `production`')
  })
})
