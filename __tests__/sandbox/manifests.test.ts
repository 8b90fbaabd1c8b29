/** Apps from a manifest: what is refused, and a code that fetches the credentials once, within an hour. */
import {createAppAuth} from '@octokit/auth-app'
import {Octokit} from '@octokit/rest'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {startListener} from './builders.ts'

let github: Sandbox
beforeEach(async () => {
  github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  github.world.addOrganization({login: 'octo-org'})
})
afterEach(async () => github.close())

const good = {
  name: 'Deploy Gate',
  url: 'https://example.com',
  hook_attributes: {url: 'https://example.com/hook'},
  redirect_url: 'https://example.com/made?x=1',
  public: false,
  default_events: ['push', 'issue_comment'],
  default_permissions: {contents: 'read', issues: 'write'},
}

const post = async (manifest: unknown, path = '/settings/apps/new?state=abc'): Promise<Response> =>
  fetch(github.url + path, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({manifest: typeof manifest === 'string' ? manifest : JSON.stringify(manifest)}),
  })

const codeOf = (answer: Response): string =>
  new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''

const convert = async (code: string): Promise<Response> =>
  fetch(`${github.url}/app-manifests/${code}/conversions`, {method: 'POST'})

test('the browser is led back with code and state, and the credentials are those of a working App', async () => {
  const answer = await post(good)
  expect(answer.headers.get('location')).toMatch(/^https:\/\/example\.com\/made\?x=1&code=[0-9a-f]{40}&state=abc$/)
  const {data} = await new Octokit({baseUrl: github.url}).rest.apps.createFromManifest({code: codeOf(answer)})
  expect(data).toMatchObject({slug: 'deploy-gate', owner: {login: 'octocat'}, permissions: good.default_permissions})
  const auth = {appId: data.id, privateKey: data.pem}
  const app = new Octokit({baseUrl: github.url, authStrategy: createAppAuth, auth})
  expect((await app.rest.apps.getAuthenticated()).data).toMatchObject({id: data.id, events: good.default_events})
  expect(github.world.violations).toEqual([])
})

test('from then on its webhook is told, signed with its own secret', async () => {
  const listener = await startListener()
  await convert(
    codeOf(await post({...good, hook_attributes: {url: listener.url}}, '/organizations/octo-org/settings/apps/new')),
  )
  expect((await github.world.describeApp()).slug).toBe('deploy-gate')
  await github.world.addRepository({name: 'octo-org/api', files: {'README.md': 'Hello\n'}})
  github.world.installApp({account: 'octo-org'})
  await github.world.push({repository: 'octo-org/api', branch: 'feature', pusher: 'octocat', files: {a: 'b'}})
  await github.world.settled()
  expect(listener.received.map(({headers}) => headers['x-github-event'])).toEqual(['push'])
  await listener.close()
})

test('an App has a key of its own: another one signs for nobody', async () => {
  const other = (await github.world.describeApp()).privateKey
  const {data} = await new Octokit({baseUrl: github.url}).rest.apps.createFromManifest({code: codeOf(await post(good))})
  const app = new Octokit({baseUrl: github.url, authStrategy: createAppAuth, auth: {appId: data.id, privateKey: other}})
  app.log.error = () => undefined
  await expect(app.rest.apps.getAuthenticated()).rejects.toThrow('could not be decoded')
})

describe('a code', () => {
  test('counts once', async () => {
    const code = codeOf(await post(good))
    expect([(await convert(code)).status, (await convert(code)).status]).toEqual([201, 404])
  })

  test('counts for an hour', async () => {
    const code = codeOf(await post(good))
    github.world.advance({seconds: 3600})
    expect((await convert(code)).status).toBe(404)
  })
})

describe('a manifest is refused', () => {
  const {name: _, url: __, ...rest} = good
  test.each([
    ['that is not JSON', 'name: gate', 'it is not JSON'],
    ['without an address', rest, '"url" wasn\'t supplied'],
    ['with a webhook without an address', {...good, hook_attributes: {active: false}}, '"url" wasn\'t supplied'],
    [
      'with a secret of its own',
      {...good, hook_attributes: {url: good.url, secret: 'x'}},
      '"secret" is not a permitted key',
    ],
    ['with too long a name', {...good, name: 'x'.repeat(35)}, 'maximum is 34'],
    ['with a name that is taken', {...good, name: 'Countersign'}, 'already taken'],
    ['with an event that comes to every App', {...good, default_events: ['installation']}, 'unsupported: installation'],
    [
      'with an event that no permission covers',
      {...good, default_permissions: {}},
      'not supported by permissions: push and issue_comment',
    ],
    [
      'with a permission that is none',
      {...good, default_permissions: {contents: 'admin'}},
      'Default permission contents',
    ],
    ['with a member that is none', {...good, homepage_url: good.url}, '"homepage_url"'],
  ])('%s', async (_title, manifest, words) => {
    const answer = await post(manifest)
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
  })

  test('for an organization that is not there', async () => {
    expect((await post(good, '/organizations/nobody/settings/apps/new')).status).toBe(422)
  })
})
