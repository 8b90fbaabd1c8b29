/** The first day of an issuer: started without a variable of GitHub's, set up at /setup, and at work without a restart. */
import {existsSync, readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {IssuerProcess, type ProcessOptions} from '../../sandbox/issuer-process.ts'
import {startSandbox} from '../../sandbox/start.ts'
import {Visitor, setUp, tokenOf, wordsOf} from '../issuer/setup/visitor.ts'
import {Stage} from './stage.ts'

let stage: Stage
beforeAll(async () => {
  const start = async (options: ProcessOptions): Promise<IssuerProcess> => {
    const issuer = await IssuerProcess.start(options)
    await setUp(issuer)
    return issuer
  }
  stage = await Stage.open({start})
})
afterAll(async () => stage.close())

test('after set-up a comment becomes a receipt that the gate accepts', async () => {
  expect(await stage.gate()).toMatchObject({exitCode: 1, outputs: {authorized: 'false'}})
  expect(await stage.authorize()).toContain('Authorized for')
  expect(await stage.gate()).toMatchObject({exitCode: 0, outputs: {authorized: 'true'}})
  expect(stage.world.violations).toEqual([])
})

test('a later start finds the App, and a denial ends what was allowed', async () => {
  const {pin} = stage.issuer
  await stage.issuer.stop()
  await stage.issuer.restart()
  expect(stage.issuer.pin).toBe(pin)
  expect(await stage.gate()).toMatchObject({exitCode: 0, outputs: {authorized: 'true'}})
  await stage.say('/deny production not today')
  expect(await stage.gate()).toMatchObject({exitCode: 1, outputs: {authorized: 'false'}})
})

test('the credentials lie in one file for their owner alone, the token is gone, and neither is in any output', async () => {
  const data = join(stage.issuer.folder, 'data')
  const modes = readdirSync(data).map((name) => statSync(join(data, name)).mode & 0o077)
  expect(modes).toEqual(modes.map(() => 0))
  const {privateKey, webhookSecret} = JSON.parse(readFileSync(join(data, 'github-app.json'), 'utf8')) as {
    readonly privateKey: string
    readonly webhookSecret: string
  }
  expect(existsSync(join(data, 'set-up-token'))).toBe(false)
  expect(webhookSecret).toBe((await stage.world.describeApp()).webhookSecret)
  for (const secret of [webhookSecret, ...privateKey.split('\n').filter((line) => line.length === 64)]) {
    expect(stage.issuer.output).not.toContain(secret)
  }
})

test('set-up is closed: to whoever asks, in the same words', async () => {
  const {url} = stage.issuer
  const pages = await Promise.all([
    fetch(`${url}/setup`),
    fetch(`${url}/setup`, {method: 'POST', body: new URLSearchParams({token: 'ab'.repeat(32)})}),
  ])
  expect(pages.map(({status}) => status)).toEqual([404, 404])
  const [one, other] = await Promise.all(pages.map(async (page) => page.text()))
  expect(one).toBe(other)
  expect(one).toContain('There is nothing to set up.')
})

test('before set-up everything else is refused, and a restart keeps keys and token', async () => {
  const github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  const issuer = await IssuerProcess.start({githubUrl: github.url})
  try {
    expect((await fetch(`${issuer.url}/healthz`)).status).toBe(200)
    for (const path of ['/', '/ledger', '/v1/receipts', '/.well-known/countersign-keys.json', '/github/webhook']) {
      const answer = await fetch(issuer.url + path, {method: path.endsWith('webhook') ? 'POST' : 'GET'})
      expect([path, answer.status]).toEqual([path, 503])
      expect(await answer.json()).toMatchObject({error: {code: 'not_set_up'}})
    }
    const {pin} = issuer
    const token = tokenOf(issuer)
    expect(issuer.output).toContain(
      `${issuer.url}/setup with the token in ${join(issuer.folder, 'data', 'set-up-token')}`,
    )
    expect(issuer.output).not.toContain(token)
    await issuer.kill()
    await issuer.restart()
    expect([issuer.pin, tokenOf(issuer)]).toEqual([pin, token])
  } finally {
    await issuer.close()
    await github.close()
  }
})

test('a set-up that a restart cuts in two goes on where it was', async () => {
  const github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  const issuer = await IssuerProcess.start({githubUrl: github.url})
  try {
    const visitor = new Visitor(issuer.url)
    const back = await visitor.confirm(await visitor.begin(tokenOf(issuer)))
    await issuer.kill()
    await issuer.restart()
    expect(wordsOf(await visitor.open(back))).toContain('The App is ready.')
    expect((await fetch(`${issuer.url}/ledger`)).status).toBe(200)
  } finally {
    await issuer.close()
    await github.close()
  }
})

test('when two browsers finish at once one App is kept, and the other person is told to delete theirs', async () => {
  const github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  github.world.addOrganization({login: 'octo-org'})
  const issuer = await IssuerProcess.start({githubUrl: github.url})
  try {
    const visitors = [new Visitor(issuer.url), new Visitor(issuer.url)] as const
    const ways = await Promise.all(
      visitors.map(async (visitor, i) => visitor.confirm(await visitor.begin(tokenOf(issuer), ['', 'octo-org'][i]))),
    )
    const ends = await Promise.all(visitors.map(async (visitor, i) => visitor.open(ways[i] ?? '')))
    const [winner] = ends.filter(({status}) => status === 200)
    const [loser] = ends.filter(({status}) => status !== 200)
    if (winner === undefined || loser === undefined) throw new Error(ends.map(wordsOf).join('\n'))
    expect(wordsOf(winner)).toContain('The App is ready.')
    expect(wordsOf(loser)).toMatch(/Delete the App/)
    expect((await fetch(`${issuer.url}/healthz`)).status).toBe(200)
  } finally {
    await issuer.close()
    await github.close()
  }
})

test('an App by variables goes before the one that set-up kept; half of one stops the start', async () => {
  const github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  const {id, privateKey, webhookSecret} = await github.world.describeApp()
  const issuer = await IssuerProcess.start({githubUrl: github.url})
  await setUp(issuer, '')
  await issuer.stop()
  const given = {COUNTERSIGN_GITHUB_APP_ID: String(id), COUNTERSIGN_GITHUB_PRIVATE_KEY: privateKey}
  try {
    await expect(issuer.restart(given)).rejects.toThrow('COUNTERSIGN_GITHUB_WEBHOOK_SECRET: is not set')
    await issuer.restart({...given, COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret})
    const ping = await fetch(issuer.hookUrl, {method: 'POST', body: '{}'})
    expect(ping.status).toBe(401)
  } finally {
    await issuer.close()
    await github.close()
  }
})
