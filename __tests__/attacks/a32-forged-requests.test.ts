/** A32: making the gate or the issuer ask an address of the attacker's, or read a file of theirs: links, ids, paths, tokens. */
import {request} from 'node:http'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Loopback, serve} from '../action/asks.ts'
import {ask} from '../acceptance/answers.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {makeKey} from '../protocol/builders.ts'
import {carryReceipt, expectAllowed, expectStopped, whileUnreachable} from './judge.ts'
import {sendRaw} from './raw-hook.ts'

let stage: Stage
/** The attacker's server. Nobody may come by. */
let trap: Loopback
beforeAll(async () => {
  trap = await serve((_, response) => response.end('{"receipts":[],"keys":[]}'))
  stage = await Stage.open()
  await stage.authorize()
})
afterAll(async () => {
  await stage.close()
  await trap.close()
  expect(trap.requests.map(({url}) => url)).toEqual([])
  expect(stage.world.violations).toEqual([])
})

describe('the gate', () => {
  test('asks no address that a receipt, true or false, names', async () => {
    const key = makeKey()
    const receipt = signedFor(stage, {issuer: trap.origin}, key)
    const withPin = {receipt, 'public-key': key.pin}
    expectAllowed(await stage.gate({with: {...withPin, 'issuer-url': undefined}}), stage.head)
    expectStopped(await stage.gate({with: withPin}), 'issuer_mismatch')
    carryReceipt(stage, {text: signedFor(stage, {issuer: trap.origin})})
    expectAllowed(await stage.gate(), stage.head)
  })

  test('goes where no redirect of an issuer leads', async () => {
    const guide = await serve((_, response) => response.writeHead(307, {location: trap.origin}).end())
    try {
      const step = await stage.gate({with: {'issuer-url': guide.origin, 'github-token': ''}, checkout: 'nothing'})
      expectStopped(step, 'source_unreachable')
    } finally {
      await guide.close()
    }
  })

  test.each([
    'http://169.254.169.254',
    'http://countersign.example',
    'http://127.0.0.1.countersign.example',
    'http://2130706433',
    'file:///etc/passwd',
    'https://octocat:secret@countersign.example',
    'https://countersign.example/../admin',
    'https://countersign.example#@127.0.0.1',
    'https://countersign.example\\@127.0.0.1',
    'javascript:1',
    '//countersign.example',
  ])('takes %s for no issuer', async (url) => {
    expectStopped(await stage.gate({with: {'issuer-url': url}, checkout: 'nothing'}), 'input_invalid')
  })

  test.each(['../../../../../../etc/passwd', '/etc/passwd', '/proc/self/environ'])(
    'reads the file %s as a receipt, which it is not, and shows nothing of it',
    async (receipt) => {
      const step = await stage.gate({
        with: {receipt, 'github-token': '', 'issuer-url': undefined},
        env: {CANARY: 'a-secret-of-the-job'},
        checkout: 'nothing',
      })
      expect(step.exitCode).toBe(1)
      expect(JSON.stringify({...step, masks: []})).not.toMatch(/root:|a-secret-of-the-job/)
    },
  )
})

/** As it is written: a URL would be put in order first. */
const raw = (path: string): Promise<{readonly status: number | undefined; readonly body: string}> =>
  new Promise((resolve, reject) => {
    const {hostname, port} = new URL(stage.issuer.url)
    const asked = request({hostname, port, path, agent: false}, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.once('end', () => resolve({status: answer.statusCode, body}))
    })
    asked.once('error', reject)
    asked.end()
  })

describe('the issuer', () => {
  const climbs = [
    '../../../../package.json',
    '..%2f..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '....//package.json',
  ]
  const places = [
    '/r/',
    '/v1/receipts/',
    '/v1/decisions/',
    '/v1/keys/',
    '/assets/',
    '/badge/',
    '/',
    '/.well-known/',
    '/setup/',
  ]

  test.each(places)('gives no file of its machine below %s', async (place) => {
    for (const climb of [...climbs, '..\\..\\package.json', 'receipt-key.pem', '%00', 'a%00.json']) {
      const {status, body} = await raw(`${place}${climb}`)
      expect([climb, status === 404 || status === 400]).toEqual([climb, true])
      expect(body).not.toMatch(/"dependencies"|PRIVATE KEY/)
    }
  })

  test('asks no address that a token of a job names', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const header = {
      alg: 'RS256',
      typ: 'JWT',
      kid: `${trap.origin}/k`,
      jku: `${trap.origin}/jwks`,
      x5u: `${trap.origin}/x`,
    }
    const bearer = `${part(header)}.${part({iss: trap.origin, aud: stage.issuer.url})}.AAAA`
    const path = `/v1/receipts/${(JSON.parse(stage.receiptText()) as {id: string}).id}/redemptions`
    expect((await ask(stage, path, {method: 'POST', bearer})).status).toBe(401)
  })

  test('asks no address that a webhook names, though it is signed: GitHub is where its operator said', async () => {
    const {head, pullRequest} = await stage.propose('links')
    const body = `/authorize production ${head}`
    const [late] = await whileUnreachable(stage, () =>
      stage.world.comment({repository, pullRequest, by: 'octocat', body}),
    )
    const bent = (late?.body ?? '').replaceAll(stage.github.url, trap.origin)
    expect(bent).not.toBe(late?.body)
    expect((await sendRaw(stage, bent)).status).toBe(202)
    await stage.say('/countersign help', {pullRequest})
    expect(stage.replies(pullRequest)[0]?.body).toContain('Authorized for `production`')
  })

  test('takes no repository of another name than one: neither a path nor an address', async () => {
    const {pullRequest} = stage
    const words = `/authorize staging ${stage.head}`
    const [late] = await whileUnreachable(stage, () =>
      stage.world.comment({repository, pullRequest, by: 'octocat', body: words}),
    )
    const asked = stage.world.requests.length
    for (const name of ['../../user', 'octo-org/api-service/../..', `${trap.origin}/x`, 'octo-org/%2e%2e']) {
      const bent = (late?.body ?? '').replaceAll(`"full_name":"${repository}"`, `"full_name":${JSON.stringify(name)}`)
      expect(bent).not.toBe(late?.body)
      expect([name, await sendRaw(stage, bent)]).toEqual([name, {status: 202, text: '{"result":"ignored"}'}])
    }
    await stage.say('/countersign help')
    const odd = stage.world.requests.slice(asked).filter(({path}) => /\/\.\.|%2e/i.test(path))
    expect(odd).toEqual([])
  })

  test('follows no link in what people say', async () => {
    for (const body of [
      `/authorize production ${trap.origin}`,
      `/revoke ${trap.origin}/r/x`,
      `/deny production ${trap.origin}`,
    ]) {
      await stage.say(body)
    }
  })
})
