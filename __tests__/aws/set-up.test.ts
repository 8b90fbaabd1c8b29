/** Set-up through Lambda: a stack without an App, then with one, and no function deployed or started again. */
import {generateKeyPairSync} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals'
import {Secret} from '../../issuer/keys/secret.ts'
import {openSetup} from '../../issuer/setup/on-aws.ts'
import {NotSetUp, fetchApp, isFilled, keepIn} from '../../issuer/home/aws/secrets.ts'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {repository} from '../acceptance/stage.ts'
import {Visitor, wordsOf} from '../issuer/setup/visitor.ts'
import {Cloud, setupToken} from './cloud.ts'
import {type Emulator, credentials, region, startEmulator} from './emulator.ts'
import {absent} from './cloud-stage.ts'
import {buildLambda} from './lambda-process.ts'
import {SecretsApi} from './secrets-api.ts'

jest.setTimeout(300_000)

describe('the secret of the App', () => {
  let api: SecretsApi
  let client: SecretsManagerClient
  let arn: string
  beforeAll(async () => {
    api = await SecretsApi.start(() => true)
    client = new SecretsManagerClient({endpoint: api.url, region, credentials})
    arn = api.make('App')
  })
  afterAll(async () => {
    client.destroy()
    await api.close()
  })

  const pem = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({type: 'pkcs8', format: 'pem'})
  const app = {appId: 1, privateKey: new Secret(pem.toString()), webhookSecret: new Secret('ab'.repeat(20))}
  const env = () => ({COUNTERSIGN_GITHUB_APP: `secretsmanager:${arn}`, COUNTERSIGN_LOG: 'warn'})

  test('is told as empty until set-up fills it', async () => {
    expect(await isFilled(arn, client)).toBe(false)
    await expect(fetchApp(env(), client)).rejects.toThrow(NotSetUp)
  })

  test('is filled once: the same App again is the same write, and another one comes too late', async () => {
    const keep = keepIn(arn, client)
    expect([await keep(app), await keep(app), await keep({...app, appId: 2})]).toEqual(['kept', 'kept', 'taken'])
    expect(await isFilled(arn, client)).toBe(true)
    expect(await fetchApp(env(), client)).toEqual({
      COUNTERSIGN_LOG: 'warn',
      COUNTERSIGN_GITHUB_APP_ID: '1',
      COUNTERSIGN_GITHUB_PRIVATE_KEY: pem,
      COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'ab'.repeat(20),
    })
  })

  test('that holds something else stops the start, and is not repeated', async () => {
    const other = {COUNTERSIGN_GITHUB_APP: `secretsmanager:${api.make('Other', 'hunter2 and more')}`}
    await expect(fetchApp(other, client)).rejects.toThrow('COUNTERSIGN_GITHUB_APP: the secret holds no App')
    await expect(fetchApp(other, client)).rejects.not.toThrow('hunter2')
  })

  test('is not asked for where variables give the App', async () => {
    expect(await fetchApp({COUNTERSIGN_LOG: 'warn'}, client)).toEqual({COUNTERSIGN_LOG: 'warn'})
  })

  describe('and the set-up function, where keys are secrets too', () => {
    const keys = () => ({
      COUNTERSIGN_RECEIPT_KEY: `secretsmanager:${api.make('ReceiptKey', ed25519())}`,
      COUNTERSIGN_TOKEN_KEY: `secretsmanager:${api.make('TokenKey', pem.toString())}`,
      COUNTERSIGN_LEDGER_KEY: `secretsmanager:${api.make('LedgerKey', ed25519())}`,
    })
    const given = () => ({
      ...keys(),
      SETUP_TOKEN: api.make('SetupToken', setupToken),
      COUNTERSIGN_GITHUB_APP: `secretsmanager:${api.make('NoApp')}`,
      COUNTERSIGN_STORE: 'dynamodb:countersign',
      COUNTERSIGN_PUBLIC_URL: 'https://countersign.example',
    })

    test('it opens with the keys that they hold, and does not read the App', async () => {
      const app = await openSetup(given(), '1.2.3', client)
      expect((await app.request('/setup')).status).toBe(200)
      const read = api.asked.filter(({operation}) => operation === 'GetSecretValue').map(({name}) => name)
      expect(read).toEqual(expect.arrayContaining(['ReceiptKey', 'TokenKey', 'LedgerKey', 'SetupToken']))
      expect(read).not.toContain('NoApp')
    })

    test('one that cannot be read, or holds no key, is named by its variable', async () => {
      const nowhere = {...given(), COUNTERSIGN_LEDGER_KEY: `secretsmanager:${arn}-two`}
      const unread = 'COUNTERSIGN_LEDGER_KEY: the secret cannot be read (ResourceNotFoundException)'
      await expect(openSetup(nowhere, '1.2.3', client)).rejects.toThrow(unread)
      const wrong = {...given(), COUNTERSIGN_TOKEN_KEY: `secretsmanager:${api.make('Other', 'hunter2 and more')}`}
      await expect(openSetup(wrong, '1.2.3', client)).rejects.toThrow('COUNTERSIGN_TOKEN_KEY: must be kms:<key id>')
      await expect(openSetup(wrong, '1.2.3', client)).rejects.not.toThrow('hunter2')
    })
  })
})

const ed25519 = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString()

if (absent !== undefined) {
  test.skip(`set-up on Lambda (${absent})`, () => undefined)
} else {
  describe('a stack without an App', () => {
    let emulator: Emulator
    let github: Sandbox
    let cloud: Cloud
    let back: string
    beforeAll(async () => {
      await buildLambda()
      emulator = await startEmulator()
      github = await startSandbox()
      github.world.addOrganization({login: 'octo-org'})
      for (const login of ['octocat', 'hubot']) github.world.addUser({login})
      cloud = await Cloud.start({emulator, githubUrl: github.url})
    })
    afterAll(async () => {
      await cloud.close()
      await github.close()
      await emulator.close()
    })

    const statusOf = async (path: string): Promise<number> => (await fetch(cloud.url + path)).status

    test('refuses everything in words, and no round of the schedule fails', async () => {
      for (const path of ['/', '/healthz', '/v1/receipts']) {
        const answer = await fetch(cloud.url + path)
        expect([answer.status, await answer.json()]).toMatchObject([503, {error: {code: 'not_set_up'}}])
      }
      expect(await cloud.schedule.call({})).toEqual({waiting: 'for its GitHub App'})
      await expect(cloud.schedule.call({begin: 'ledger'})).rejects.toThrow('has no GitHub App yet')
    })

    test('is set up by whoever has the token, and by nobody else', async () => {
      const visitor = new Visitor(cloud.url)
      expect((await visitor.begin('aB3'.repeat(20))).status).toBe(403)
      const page = await visitor.begin(setupToken, 'octo-org')
      back = await visitor.confirm(page)
      expect((await new Visitor(cloud.url).open(back)).status).toBe(403)
      const last = await visitor.open(back)
      expect([last.status, wordsOf(last)]).toEqual([200, expect.stringContaining('The App is ready.')])
      expect(last.text).toContain(`${github.url}/apps/countersign-for-octo-org/installations/new`)
      expect(last.text).toMatch(/pp_pk_[0-9a-f]{64}/)
    })

    test('is closed from then on', async () => {
      const closed = new Visitor(cloud.url)
      const seen = [await closed.open(`${cloud.url}/setup`), await closed.begin(setupToken), await closed.open(back)]
      expect(seen.map(({status}) => status)).toEqual([404, 404, 404])
    })

    test('the functions that refused before have the App: a comment is answered', async () => {
      const {pin} = (await cloud.schedule.call({begin: 'ledger'})) as {readonly pin: string}
      expect(pin).toMatch(/^pp_pk_/)
      expect(await statusOf('/healthz')).toBe(200)
      const {world} = github
      await world.addRepository({name: repository, private: false, files: {'README.md': '# api-service\n'}})
      world.setPermission({repository, login: 'octocat', role: 'maintain'})
      world.installApp({account: 'octo-org'})
      await world.push({repository, branch: 'feature', pusher: 'hubot', message: 'Add feature', files: {a: 'b\n'}})
      const {number: pullRequest} = await world.openPullRequest({repository, head: 'feature', author: 'hubot'})
      world.comment({repository, pullRequest, by: 'octocat', body: '/countersign status'})
      const isAnswer = ({author}: {readonly author: {readonly login: string}}): boolean =>
        author.login === 'countersign-for-octo-org[bot]'
      const end = Date.now() + 120_000
      while (Date.now() < end && ![...world.comments.values()].some(isAnswer)) {
        if ((await cloud.deliver()) === 0) await sleep(50)
      }
      expect([...world.comments.values()].some(isAnswer)).toBe(true)
      expect(world.violations).toEqual([])
    })

    test('only the set-up function wrote the App, and no function showed a secret', () => {
      const writes = cloud.secrets.asked.filter(({operation}) => operation === 'PutSecretValue')
      expect(writes.filter(({name}) => name === 'App')).toEqual([
        {caller: 'setup', operation: 'PutSecretValue', name: 'App'},
      ])
      // Set-up gives the web function what it needs at once, and the schedule finds that it is so.
      expect(writes.filter(({name}) => name === 'Webhook').map(({caller}) => caller)).toEqual(['setup', 'worker'])
      expect(cloud.secrets.textOf('Webhook')).not.toContain('PRIVATE KEY')
      const {privateKey, webhookSecret} = JSON.parse(cloud.secrets.textOf('App') ?? '') as Record<string, string>
      const output = [cloud.web, cloud.receipts, cloud.worker, cloud.schedule, cloud.setup]
        .map((one) => one.output)
        .join('')
      for (const secret of [setupToken, webhookSecret, privateKey?.slice(40, 100)]) expect(output).not.toContain(secret)
    })
  })
}
