/** Set-up, and everything that goes wrong in it: each has its page, nothing is lost, and no secret is shown. */
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Sandbox, startSandbox} from '../../../sandbox/start.ts'
import {type SetupStage, isKept, openSetupStage, token} from './stage.ts'
import {Visitor, readDeparture, wordsOf} from './visitor.ts'

let github: Sandbox
let stage: SetupStage
let visitor: Visitor
beforeEach(async () => {
  github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  github.world.addOrganization({login: 'octo-org'})
  stage = await openSetupStage({githubUrl: github.url, timeLimitMs: 3000})
  visitor = new Visitor(stage.url)
})
afterEach(async () => {
  await stage.close()
  await github.close()
  expect(stage.log.join('\n')).not.toContain(token)
})

const conversions = 'POST /app-manifests/'

/** From GitHub's confirmation back to the issuer. */
const confirmed = async (organization = ''): Promise<string> =>
  visitor.confirm(await visitor.begin(token, organization))

describe('the way through', () => {
  test('asks for the token in a form, and for nothing else that must be given', async () => {
    const page = await visitor.open(`${stage.url}/setup`)
    expect(page.status).toBe(200)
    expect(page.text.match(/<input[^>]* required[^>]*>/g)).toHaveLength(1)
    expect(page.text).toMatch(/<input id="token" name="token" type="password"/)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${stage.url};`)
    expect(page.headers.get('set-cookie')).toBeNull()
  })

  test('sends a manifest that GitHub takes, to the account that was named', async () => {
    const page = await visitor.begin(token, 'octo-org')
    const {target, manifest} = readDeparture(page)
    expect(target).toMatch(new RegExp(`^${github.url}/organizations/octo-org/settings/apps/new\\?state=[\\w-]{43}$`))
    expect(JSON.parse(manifest)).toMatchObject({
      name: 'Countersign for octo-org',
      public: false,
      hook_attributes: {url: `${stage.url}/github/webhook`},
      redirect_url: `${stage.url}/setup/callback`,
    })
    expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${github.url} ${stage.url};`)
    expect(page.headers.get('set-cookie')).toMatch(/; Path=\/setup; HttpOnly; SameSite=Lax$/)
    expect(page.text).not.toContain(token)
  })

  test('ends with the key to pin, the link to install it, and no secret on any page', async () => {
    const last = await visitor.open(await confirmed('octo-org'))
    expect(last.status).toBe(200)
    expect(wordsOf(last)).toMatch(new RegExp(`public-key: (?:\\| )?${stage.pin}`))
    expect(last.text).toContain(`href="${github.url}/apps/countersign-for-octo-org/installations/new"`)
    expect(isKept(stage)).toBe(true)
    const {webhookSecret, privateKey} = await github.world.describeApp()
    for (const secret of [webhookSecret, token, privateKey.slice(40, 90)]) {
      expect(last.text + stage.log.join('')).not.toContain(secret)
    }
    expect(github.world.violations).toEqual([])
  })

  test('is over then: neither the token, nor the same answer of GitHub, opens anything', async () => {
    const back = await confirmed()
    const {cookie} = visitor
    await visitor.open(back)
    visitor.cookie = cookie
    for (const seen of [
      await visitor.begin(token),
      await visitor.open(back),
      await visitor.open(`${stage.url}/setup`),
    ]) {
      expect([seen.status, wordsOf(seen)]).toEqual([404, expect.stringContaining('There is nothing to set up.')])
    }
  })

  test('a page that is loaded twice while GitHub answers gets the same answer twice', async () => {
    const back = await confirmed()
    github.world.addFault({match: conversions, delayMs: 100, times: 1})
    const seen = await Promise.all([visitor.open(back), visitor.open(back)])
    expect(seen.map(({status}) => status)).toEqual([200, 200])
  })

  test('over https the cookie is for https alone', async () => {
    const secure = await openSetupStage({githubUrl: github.url, issuer: 'https://countersign.example'})
    const page = await new Visitor(secure.url).begin(token)
    expect(page.headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
    await secure.close()
  })
})

describe('nobody gets in', () => {
  test.each(['', 'ab'.repeat(31), `${'ab'.repeat(31)}ac`, 'x'.repeat(2000)])('with the token %j', async (wrong) => {
    const page = await visitor.begin(wrong)
    expect([page.status, wordsOf(page)]).toEqual([403, expect.stringContaining('not the set-up token')])
    expect([visitor.cookie, readDeparture(page).target]).toEqual([undefined, ''])
  })

  test('with a form that is too large', async () => {
    expect((await visitor.begin('x'.repeat(5000))).status).toBe(413)
  })

  test('with the token in an address', async () => {
    const page = await visitor.open(`${stage.url}/setup?token=${token}`)
    expect([visitor.cookie, readDeparture(page).target]).toEqual([undefined, ''])
  })

  test.each(['octo org', '../x', 'a'.repeat(40)])('and %j is no organization', async (organization) => {
    const page = await visitor.begin(token, organization)
    expect([page.status, visitor.cookie]).toEqual([400, undefined])
    expect(readDeparture(page).target).toBe('')
  })
})

describe('an answer of GitHub counts only in the browser that asked', () => {
  const refused = async (url: string, status = 403): Promise<void> => {
    const page = await visitor.open(url)
    expect([page.status, wordsOf(page)]).toEqual([status, expect.stringContaining('Nothing was stored.')])
    expect(isKept(stage)).toBe(false)
    expect(github.world.listRequests().filter(({path}) => path.startsWith('/app-manifests'))).toEqual([])
  }

  test('not in another one, which somebody lures here with an App of his own', async () => {
    const back = await confirmed()
    visitor = new Visitor(stage.url)
    await refused(back)
    await visitor.begin(token)
    await refused(back)
  })

  test.each(['state=', 'state=x', ''])('not with %j for the state', async (wrong) => {
    const back = await confirmed()
    await refused(back.replace(/state=[\w-]+/, wrong))
  })

  test('not with a cookie that somebody wrote himself, or cut', async () => {
    const back = await confirmed()
    const whole = visitor.cookie ?? ''
    for (const cookie of [whole.slice(0, -1), whole.replace(/=\d/, '=9'), `${whole}A`, 'countersign-set-up=..']) {
      visitor.cookie = cookie
      await refused(back)
    }
  })

  test('not after an hour', async () => {
    const back = await confirmed()
    stage.skew = 3_600_000
    await refused(back)
  })

  test.each([/code=\w+&/, /code=\w+/])('not without a code', async (part) => {
    await refused((await confirmed()).replace(part, 'code=&'), 400)
  })

  test('not with a second code, once GitHub refused the first', async () => {
    const back = await confirmed()
    const {cookie} = visitor
    const page = await visitor.open(back.replace(/code=\w+/, 'code=0123456789'))
    expect([page.status, visitor.cookie]).toEqual([410, undefined])
    visitor.cookie = cookie
    const again = await visitor.open(back)
    expect([again.status, wordsOf(again)]).toEqual([403, expect.stringContaining('Already answered.')])
  })
})

describe('when GitHub fails', () => {
  test('a code that is over is told, with what to do', async () => {
    const back = await confirmed()
    github.world.advance({seconds: 3601})
    const page = await visitor.open(back)
    expect([page.status, wordsOf(page)]).toEqual([410, expect.stringContaining('Delete the App')])
    expect(page.text).toContain(`href="${github.url}/settings/apps"`)
  })

  test.each([
    ['500', {status: 500}],
    ['a page of HTML', {html: true}],
    ['silence', {delayMs: 6000}],
    ['its rate limit', {rateLimit: 'secondary'}],
    ['403', {status: 403}],
  ] as const)('with %s nothing is lost: the same page, loaded again, goes on', async (_, fault) => {
    const back = await confirmed()
    github.world.addFault({match: conversions, times: 1, ...fault})
    const page = await visitor.open(back)
    expect([page.status, wordsOf(page)]).toEqual([503, expect.stringContaining('Load this page again')])
    github.world.clearFaults()
    // What GitHub was asked and never answered may still be on its way there.
    const again = await visitor.open(back)
    if (_ === 'silence') expect([200, 410]).toContain(again.status)
    else expect(again.status).toBe(200)
  })

  test('an answer that is cut off was the only one: the page says so, and how to begin again', async () => {
    const back = await confirmed()
    github.world.addFault({match: conversions, times: 1, cut: true})
    expect((await visitor.open(back)).status).toBe(503)
    const again = await visitor.open(back)
    expect([again.status, wordsOf(again)]).toEqual([410, expect.stringContaining('Begin again.')])
    expect((await visitor.open(await confirmed('octo-org'))).status).toBe(200)
  })

  const answers: Readonly<Record<string, object | string>> = {
    'something else than JSON': 'unicorn',
    'no webhook secret': {webhook_secret: null},
    'a webhook secret that could be guessed': {webhook_secret: 'short'},
    'the path of a file for a key': {pem: '/etc/passwd'},
    'a damaged key': {pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n'},
    'no id': {id: 'one'},
    'a name that leads elsewhere': {slug: '../..'},
    422: {status: 422},
  }
  test.each(Object.entries(answers))('%s is told as an answer that cannot be used', async (_, answer) => {
    const other = await openOddGitHub(answer)
    const odd = await openSetupStage({githubUrl: other.url})
    visitor = new Visitor(odd.url)
    const {target} = readDeparture(await visitor.begin(token))
    const state = new URL(target).searchParams.get('state') ?? ''
    const page = await visitor.open(`${odd.url}/setup/callback?code=0123&state=${state}`)
    expect([page.status, wordsOf(page)]).toEqual([502, expect.stringContaining('GitHub’s answer cannot be used.')])
    expect(page.text).not.toMatch(/PRIVATE KEY|passwd|short/)
    expect(isKept(odd)).toBe(false)
    await odd.close()
    await other.close()
  })
})

test('an outage of what keeps the token is told as one, and opens nothing', async () => {
  stage.outage = new Error('the secret cannot be read')
  for (const page of [await visitor.begin(token), await visitor.open(`${stage.url}/setup`)]) {
    expect([page.status, wordsOf(page)]).toEqual([500, expect.stringContaining('Load this page again')])
  }
  expect(visitor.cookie).toBeUndefined()
})

describe('keeping the App', () => {
  test('fails, and the same page loaded again tries only that again', async () => {
    const {keep} = stage
    stage.keep = async () => Promise.reject(new Error('the disk is full'))
    const back = await confirmed()
    const page = await visitor.open(back)
    expect([page.status, wordsOf(page)]).toEqual([500, expect.stringContaining('still has what GitHub gave it')])
    stage.keep = keep
    expect((await visitor.open(back)).status).toBe(200)
    expect(isKept(stage)).toBe(true)
  })

  test('is refused when another App came first; that one stays, and the page names the one to delete', async () => {
    const back = await confirmed('octo-org')
    const {keep} = stage
    stage.keep = async (app) => {
      await keep(app)
      return await keep(app)
    }
    const page = await visitor.open(back)
    expect([page.status, wordsOf(page)]).toEqual([409, expect.stringContaining('Another App was first.')])
    expect(page.text).toContain(`${github.url}/organizations/octo-org/settings/apps/countersign-for-octo-org/advanced`)
    expect(page.text).not.toContain('installations/new')
  })
})

test('an address that GitHub cannot reach is told before anything is asked', async () => {
  const lonely = await openSetupStage({githubUrl: 'https://api.github.com'})
  const page = await new Visitor(lonely.url).open(`${lonely.url}/setup`)
  expect(page.text).not.toContain('<form')
  expect(wordsOf(page)).toContain('COUNTERSIGN_PUBLIC_URL')
  await lonely.close()
})

/** Answers every conversion with that, put over what is right as far as it is an object. */
async function openOddGitHub(answer: object | string): Promise<{url: string; close: () => Promise<void>}> {
  const right = {
    id: 1,
    slug: 'countersign',
    name: 'countersign',
    owner: {login: 'octocat', type: 'User'},
    html_url: 'https://github.com/apps/countersign',
    webhook_secret: 'ab'.repeat(20),
    pem: (await github.world.describeApp()).privateKey,
  }
  const body = typeof answer === 'string' ? answer : JSON.stringify({...right, ...answer})
  const status = typeof answer === 'object' && 'status' in answer ? 422 : 201
  const server = createServer((_, response) => {
    response
      .writeHead(status, {'content-type': typeof answer === 'string' ? 'text/html' : 'application/json'})
      .end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
