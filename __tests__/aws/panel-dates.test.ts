/** Panels on Lambda: the schedule finds those whose time has come, and sends them to the worker through the queue. */
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {repository} from '../acceptance/stage.ts'
import {absent} from './cloud-stage.ts'
import {LambdaStage} from './lambda-stage.ts'

jest.setTimeout(300_000)

let stage: LambdaStage

if (absent !== undefined) {
  test.skip(`panels on Lambda (${absent})`, () => undefined)
} else {
  beforeAll(async () => {
    stage = await LambdaStage.open()
    await stage.order({begin: 'ledger'})
  })
  afterAll(() => stage.close())

  const panels = (): readonly string[] =>
    [...stage.github.world.comments.values()]
      .map(({body}) => body)
      .filter((body) => body.endsWith('<!-- countersign-panel -->'))

  /** Lets schedule and queue run until the panel says so. */
  async function untilPanel(says: string): Promise<void> {
    for (const end = Date.now() + 120_000; Date.now() < end;) {
      await stage.order({})
      while ((await stage.cloud.deliver()) > 0);
      if (panels()[0]?.includes(says) === true) return
    }
    throw new Error(`the panel never said ${says}: ${panels()[0] ?? 'there is none'}`)
  }

  test('a receipt that expires is said by the one panel, without anybody saying anything', async () => {
    const files = {'.github/countersign.yml': 'version: 1\nenvironments:\n  production: {ttl: 2s, checks: [build]}\n'}
    await stage.github.world.push({repository, branch: 'main', pusher: 'hubot', files})
    await stage.openPullRequest()
    await untilPanel('**waits for checks**')
    stage.github.world.addCheckRun({repository, sha: stage.head, name: 'build', conclusion: 'success'})
    await untilPanel('**needs authorization**')
    await stage.authorize()
    await untilPanel('**expired** at')
    expect(panels()).toHaveLength(1)
  })
}
