/** Scenario: the issuer was down when somebody commented, and hears of it later: in time it counts, too late it does not. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** octocat authorizes while the issuer is down; this many seconds later it is back and GitHub is asked to deliver again. */
async function hearLater(seconds: number): Promise<string> {
  const {world, issuer, pullRequest, head} = stage
  const said = stage.replies().length
  await issuer.stop()
  // Said so long ago; by now GitHub's clock and the issuer's agree.
  world.advance({seconds: -seconds})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  await world.settled()
  const missed = world.hooks.deliveries.at(-1)
  expect(missed).toMatchObject({event: 'issue_comment', statusCode: 502})
  world.advance({seconds})
  await issuer.restart()
  world.redeliver({id: missed?.id ?? 0})
  return await until(() => stage.replies()[said]?.body, 'a reply')
}

test('after a quarter of an hour a statement mints nothing, and the answer asks to say it again', async () => {
  const reply = await hearLater(15 * 60)
  expect(reply).toContain('**Not authorized for `production`.**')
  expect(reply).toContain('A statement counts for 15 minutes, and this one is older. Say it again.')
  expect(reply).toContain(`\n/authorize production ${stage.head}\n`)
  expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created', 'decision.made'])
  expectRefused(await stage.gate(), 'receipt_missing')
})

test('a minute before that it counts', async () => {
  expect(await hearLater(14 * 60)).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
  expect(stage.world.violations).toEqual([])
})
