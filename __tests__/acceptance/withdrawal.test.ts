/** `/deny`, `/revoke` and a closed pull request, with the running issuer and the committed gate. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {verify} from '#protocol'
import {checkedEntries} from './ledger.ts'
import {Stage, repository, until} from './stage.ts'
import {addRepository, authorize, propose} from '../faults/statements.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const runs = (environment = 'production') =>
  stage.world.checkRuns.filter(({name}) => name === `countersign / ${environment}`)
const jsonOf = (text: string | null | undefined): string => /```json\n([\s\S]*?)\n```/.exec(text ?? '')?.[1] ?? ''
const events = async () => (await checkedEntries(stage)).map(({event}) => event)

/** The newest check run carries a revocation that verifies; gives what it says. */
function newestRevocation() {
  const verdict = verify.revocation(jsonOf(runs().at(-1)?.output.text), {keys: stage.issuer.pin})
  if (!verdict.valid) throw new Error(`${verdict.code}: ${verdict.reason}`)
  return verdict.revocation
}

describe('/deny', () => {
  test('ends the live receipt: check run, signed revocation, ledger, and the gate', async () => {
    await stage.authorize()
    const receipt = JSON.parse(stage.receiptText()) as {id: string}
    expectAllowed(await stage.gate(), stage.head)
    const reply = await stage.say('/deny production it drops a table', {by: 'monalisa'})
    expect(reply).toContain('**Denied for `production`** by `monalisa`. it drops a table')
    expect(reply).toContain(receipt.id)
    expect(runs().map(({conclusion}) => conclusion)).toEqual(['failure', 'failure'])
    expect(runs()[0]?.externalId).toBe(receipt.id)
    expect(newestRevocation()).toMatchObject({receipt: receipt.id, cause: 'denied', revokedBy: {login: 'monalisa'}})
    expect(await events()).toEqual(['ledger.created', 'receipt.issued', 'decision.made', 'receipt.revoked'])
    expectRefused(await stage.gate(), 'denied')
    expect(await stage.say('/countersign status')).toContain('nothing is authorized now')
  })

  test('stands for the pull request, whatever is pushed and whoever else approves, until the same person authorizes', async () => {
    await stage.say('/deny production', {by: 'monalisa'})
    expect(await stage.authorize()).toContain('monalisa denied #')
    const head = await stage.world.push({repository, branch: 'feature', pusher: 'hubot', files: {'more.txt': 'more'}})
    expect(await stage.authorize({sha: head})).toContain('monalisa denied #')
    expect(await stage.say(`/authorize production ${head}`, {by: 'monalisa'})).toContain('Authorized for `production`')
    expect(await stage.authorize({sha: head})).toContain('Authorized for `production`')
    // Another environment and another pull request were never denied.
    expect(await stage.authorize({environment: 'staging', sha: head})).toContain('Authorized for `staging`')
  })

  test('of somebody who may approve no more is lifted by an admin alone', async () => {
    stage.world.addUser({login: 'defunkt'})
    stage.world.setPermission({repository, login: 'defunkt', role: 'admin'})
    await stage.say('/deny production', {by: 'monalisa'})
    const line = `/authorize production ${stage.head}`
    expect(await stage.say(line, {by: 'defunkt'})).toContain('monalisa denied #')
    stage.world.setPermission({repository, login: 'monalisa', role: 'read'})
    expect(await stage.say(line, {by: 'defunkt'})).toContain('Authorized for `production`')
    expect(await stage.say(line, {by: 'octocat'})).toContain('Authorized for `production`')
  })

  test('by the author of the change and by people without standing', async () => {
    await stage.authorize()
    stage.world.addUser({login: 'stranger'})
    expect(await stage.say('/deny production', {by: 'stranger'})).toContain('does not count')
    expect(runs().map(({conclusion}) => conclusion)).toEqual(['success'])
    // Whoever may approve in general may say no to their own work.
    expect(await stage.say('/deny production', {by: 'hubot'})).toContain('Denied for `production`')
    expectRefused(await stage.gate(), 'denied')
  })

  test('of an environment that the policy does not name denies nothing', async () => {
    expect(await stage.say('/deny qa')).toContain('There is no environment `qa`')
    expect(await events()).toEqual(['ledger.created'])
  })
})

describe('/revoke', () => {
  test('of an environment ends its receipts, and the next statement counts again', async () => {
    await stage.authorize()
    expect(await stage.say('/revoke production wrong version')).toContain('**Revoked for `production`** by `octocat`')
    expect(newestRevocation()).toMatchObject({cause: 'person', revokedBy: {login: 'octocat'}})
    expectRefused(await stage.gate(), 'revoked')
    await stage.authorize()
    expectAllowed(await stage.gate(), stage.head)
  })

  test('of one receipt ends that one; twice, another repository\u2019s and unknown ones are answered', async () => {
    await stage.authorize()
    const {id} = JSON.parse(stage.receiptText()) as {id: string}
    expect(await stage.say(`/revoke ${id}`)).toContain('Revoked for `production`')
    expect(await stage.say(`/revoke ${id}`)).toContain('has already ended')
    const other = 'octo-org/other-service'
    await addRepository(stage, other)
    authorize(stage, await propose(stage, other, 'feature'))
    const foreign = () => stage.world.checkRuns.find(({repository: {name}}) => name === 'other-service')?.externalId
    const theirs = await until(foreign, 'the receipt of another repository')
    expect(await stage.say(`/revoke ${theirs}`)).toContain('There is no such receipt in this repository')
    const unknown = `${id.slice(0, -4)}0000`
    expect(await stage.say(`/revoke ${unknown}`)).toContain('There is no such receipt in this repository')
    expect((await events()).filter((event) => event === 'receipt.revoked')).toHaveLength(1)
  })

  test('is for whoever gave the approval, too, when they may approve no more', async () => {
    await stage.say(`/authorize production ${stage.head}`, {by: 'monalisa'})
    stage.world.setPermission({repository, login: 'monalisa', role: 'read'})
    expect(await stage.say('/revoke production', {by: 'monalisa'})).toContain('Revoked for `production`')
    expectRefused(await stage.gate(), 'revoked')
  })

  test('takes back an approval that waits for more people', async () => {
    const policy = 'version: 1\nenvironments:\n  production: {approvals: 2}\n'
    const files = {'.github/countersign.yml': policy}
    await stage.world.push({repository, branch: 'main', pusher: 'hubot', files, message: 'Ask for two'})
    await stage.authorize()
    await stage.say('/revoke production')
    expect(await stage.say(`/authorize production ${stage.head}`, {by: 'monalisa'})).toContain(
      '1 more person is needed',
    )
  })
})

test('a statement that was made before a denial, and comes after it, mints nothing', async () => {
  const {world, pullRequest, head} = stage
  world.listDeliveriesAfter({seconds: 3600})
  world.setHook({url: 'http://127.0.0.1:9/', mode: 'app'})
  const late = world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  await world.settled()
  const missed = world.hooks.deliveries.at(-1)
  world.setHook({url: stage.issuer.hookUrl, mode: 'app'})
  await stage.say('/revoke production', {by: 'monalisa'})
  world.redeliver({id: missed?.id ?? 0})
  await until(() => world.comments.get(late.id)?.reactions[0], 'the answer to the late statement')
  expect(stage.replies().at(-1)?.body).toContain('After this was said, somebody denied or revoked')
  expectRefused(await stage.gate(), 'receipt_missing')
})

describe('a pull request that is closed', () => {
  test('without being merged takes its receipts with it, in every environment', async () => {
    await stage.authorize()
    await stage.authorize({environment: 'staging'})
    const before = stage.replies().length
    stage.world.closePullRequest({repository, pullRequest: stage.pullRequest, by: 'hubot'})
    await until(() => stage.replies()[before + 1], 'a word for each environment')
    expect(stage.replies().at(-1)?.body).toContain('Closed without being merged')
    expect(newestRevocation()).toMatchObject({cause: 'closed', revokedBy: {login: 'hubot'}, statement: null})
    expectRefused(await stage.gate(), 'revoked')
    expectRefused(await stage.gate({with: {environment: 'staging'}}), 'revoked')
    expect((await events()).slice(-2)).toEqual(['receipt.revoked', 'receipt.revoked'])
  })

  test('by being merged keeps them', async () => {
    await stage.authorize()
    await stage.world.mergePullRequest({repository, pullRequest: stage.pullRequest, by: 'octocat'})
    await stage.world.settled()
    expect(await stage.say('/countersign status')).toContain(stage.head)
    expect(await events()).toEqual(['ledger.created', 'receipt.issued'])
  })
})
