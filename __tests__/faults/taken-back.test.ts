/** An issuer that was killed in the middle of a delivery takes it up again at once: nobody waits for the lease of the dead. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {DatabaseSync} from 'node:sqlite'
import {databasePath} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

interface Held {
  readonly attempt: number
  readonly leased_until: number
}

/** What is in somebody's hands. */
function readHeld(): Held | undefined {
  const db = new DatabaseSync(databasePath(stage.issuer), {timeout: 5000})
  try {
    const sql = 'SELECT attempt, leased_until FROM deliveries WHERE done = 0 AND leased_until IS NOT NULL'
    const row = db.prepare(sql).get()
    return row && {attempt: Number(row['attempt']), leased_until: Number(row['leased_until'])}
  } finally {
    db.close()
  }
}

const readsComment = '^GET /repos/[^/]+/[^/]+/issues/comments/\\d+'

test('what was in hand is taken the second time before its first lease would have ended', async () => {
  const {world, issuer, pullRequest, head} = stage
  world.addFault({match: readsComment, delayMs: 9000})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  const first = await until(readHeld, 'a delivery in hand')
  expect(first.attempt).toBe(1)
  await issuer.kill()
  expect(readHeld()).toEqual(first)
  await issuer.restart()
  const second = await until(() => (readHeld()?.attempt === 2 ? readHeld() : undefined), 'the second try', 30)
  // A lease is as long as the first: it began before that one ended.
  expect(second.leased_until - 60_000).toBeLessThan(first.leased_until)
  world.clearFaults()
  expect(await until(() => stage.replies()[0]?.body, 'the answer')).toContain('Authorized for')
})

test('beside another issuer on the same store nothing is taken out of its hands', async () => {
  const {world, issuer, pullRequest, head} = stage
  world.addFault({match: readsComment, delayMs: 9000})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  const first = await until(readHeld, 'a delivery in hand')
  const other = new DatabaseSync(`${databasePath(issuer)}-worker`, {timeout: 5000})
  await issuer.kill()
  other.exec('BEGIN EXCLUSIVE')
  await issuer.restart()
  expect(issuer.output).toContain('another issuer works on this store')
  expect(readHeld()).toEqual(first)
  other.close()
})
