/** A52: strangers comment on a public repository to cost its owners: requests, replies, entries, and time for everybody else. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {settled} from '../faults/statements.ts'
import {expectAllowed, expectNoReceipt} from './judge.ts'

const strangers = Array.from({length: 12}, (_, i) => `stranger-${i}`)

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  for (const login of strangers) stage.world.addUser({login})
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const say = (by: string, body: string, pullRequest = stage.pullRequest): number =>
  stage.world.comment({repository, pullRequest, by, body}).id

const byIssuer = ({actor}: {readonly actor: string}): boolean => /countersign/.test(actor)

/** What the issuer asks of GitHub for these comments, until each that is a statement has its outcome. */
async function costOf(comment: () => readonly number[]): Promise<readonly string[]> {
  await stage.world.settled()
  const start = stage.world.requests.length
  await settled(stage, comment(), 60)
  await stage.world.settled()
  return stage.world.requests
    .slice(start)
    .filter(byIssuer)
    .map(({method, path}) => `${method} ${path}`)
}

/** What is dear: the policy, the change, its files, its commits, who pushed them. */
const dear = /contents|\/git\/|compare|\/files|\/commits|\/pulls\/|activity/

test('ordinary comments cost nothing at all', async () => {
  const talk = ['Nice work!', 'LGTM', 'When will this be deployed?', 'see docs/authorize', '> authorize it', '👍']
  const last = await costOf(() => [say('octocat', '/countersign status')])
  const all = await costOf(() => {
    for (const login of strangers) for (const body of talk) say(login, body)
    return [say('octocat', '/countersign status')]
  })
  expect(all.length).toBeLessThan(last.length + 3)
})

test('what they command is answered once a person, and costs few requests each, whatever the policy is', async () => {
  const three = strangers.slice(0, 3)
  const before = stage.replies().length
  const first = await costOf(() => three.map((login) => say(login, `/authorize production ${stage.head}`)))
  const again = await costOf(() =>
    three.flatMap((login) =>
      ['production', 'staging', 'qa'].map((name) => say(login, `/authorize ${name} ${stage.head}`)),
    ),
  )
  expect(stage.replies()).toHaveLength(before + 3)
  expect([...first, ...again].filter((line) => dear.test(line))).toEqual([])
  expect([first.length / 3, again.length / 9].filter((each) => each > 8)).toEqual([])
})

test('forms of denial and revocation, near misses and questions are no dearer', async () => {
  const before = stage.replies().length
  const forms = [
    '/deny production',
    '/revoke production',
    '/revoke rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    '/authorise it',
  ]
  const cost = await costOf(() => strangers.slice(3, 6).flatMap((login) => forms.map((body) => say(login, body))))
  expect(stage.replies()).toHaveLength(before + 3)
  expect(cost.filter((line) => dear.test(line))).toEqual([])
  expect(cost.length / 12).toBeLessThan(9)
  // Their one answer spent, no question makes the issuer read the policy either.
  const asked = await costOf(() => strangers.slice(3, 6).map((login) => say(login, '/countersign status')))
  expect(asked.filter((line) => dear.test(line))).toEqual([])
  expect(stage.replies()).toHaveLength(before + 3)
})

test('a person with standing is answered all the while, and none of it is in the ledger', async () => {
  const {head, pullRequest} = await stage.propose('in-between')
  for (const login of strangers) say(login, `/deny production ${'x'.repeat(1000)}`)
  expect(await stage.authorize({sha: head, pullRequest})).toContain('Authorized for `production`')
  expectAllowed(await stage.gate({job: {trigger: {event: 'push', branch: 'in-between', sha: head}}}), head)
  const events = (await checkedEntries(stage)).map(({event}) => event)
  expect(events).toEqual(['ledger.created', 'receipt.issued'])
  await expectNoReceipt(stage)
})

test('on an issue, which is no pull request, nothing is read', async () => {
  const {number} = stage.world.openIssue({repository, author: 'stranger-0'})
  const last = await costOf(() => [say('octocat', '/countersign status')])
  const all = await costOf(() => {
    for (const login of strangers) say(login, `/authorize production ${stage.head}`, number)
    return [say('octocat', '/countersign status')]
  })
  expect(all.length).toBeLessThan(last.length + 3)
})

test('questions over HTTP cost GitHub nothing, whoever asks and however often', async () => {
  const before = stage.world.requests.length
  const query = new URLSearchParams({repository: 'octo-org/nothing', environment: 'production', sha: stage.head})
  const paths = [
    `/v1/receipts?${query.toString()}`,
    '/badge/octo-org/nothing/production.svg',
    '/ledger?q=octo-org/nothing',
    '/r/nothing',
  ]
  for (let i = 0; i < 20; i++) for (const path of paths) await ask(stage, path)
  expect(stage.world.requests.slice(before).filter(({path}) => path.includes('nothing'))).toEqual([])
})
