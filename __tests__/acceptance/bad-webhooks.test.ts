/** Webhooks that GitHub would not send, and comments that nobody should: each gets its answer, and nothing is kept of it. */
import {createHmac} from 'node:crypto'
import {request} from 'node:http'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'

let stage: Stage
let secret: string
beforeAll(async () => {
  stage = await Stage.open()
  secret = (await stage.world.describeApp()).webhookSecret
})
afterAll(() => stage.close())

const sign = (body: string, by = secret): string => `sha256=${createHmac('sha256', by).update(body).digest('hex')}`

/** On a connection of its own: one that was refused in the middle of a body is not used again. */
async function send(body: string, headers: Readonly<Record<string, string | undefined>> = {}) {
  const all: Readonly<Record<string, string | undefined>> = {
    'content-type': 'application/json',
    'x-github-delivery': crypto.randomUUID(),
    'x-github-event': 'issue_comment',
    'x-hub-signature-256': sign(body),
    ...headers,
  }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return await new Promise<{status: number | undefined; text: string}>((resolve, reject) => {
    const asked = request(stage.issuer.hookUrl, {method: 'POST', agent: false, headers: given}, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.once('end', () => resolve({status: answer.statusCode, text}))
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

/** The true delivery of a comment, to be bent. */
async function aDelivery(): Promise<string> {
  const before = stage.world.hooks.deliveries.length
  await stage.say('/countersign help')
  const body = stage.world.hooks.deliveries.slice(before).find(({event}) => event === 'issue_comment')?.body
  if (body === undefined) throw new Error('the comment was not delivered')
  return body
}

test('a body that is not signed, or not with the secret, is answered 401', async () => {
  const body = await aDelivery()
  const others = [
    undefined,
    '',
    sign(body, 'another secret'),
    sign(`${body} `),
    sign(body).toUpperCase(),
    sign(body).slice(0, -1),
    `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  ]
  for (const signature of others) {
    const {status, text} = await send(body, {'x-hub-signature-256': signature})
    expect([signature, status]).toEqual([signature, 401])
    expect(text).toContain('X-Hub-Signature-256')
  }
})

test('what is signed and no JSON is answered 400 with the fix', async () => {
  for (const body of ['payload=%7B%7D', '{"a":', 'null,']) {
    const {status, text} = await send(body)
    expect([status, text]).toEqual([400, expect.stringContaining('application/json')])
  }
})

test('a header that is missing or malformed is named', async () => {
  const wrong: readonly (readonly [header: string, value: string | undefined])[] = [
    ['X-GitHub-Delivery', undefined],
    ['X-GitHub-Delivery', '../etc'],
    ['X-GitHub-Event', undefined],
  ]
  for (const [header, value] of wrong) {
    const {status, text} = await send('{}', {[header.toLowerCase()]: value})
    expect([status, text]).toEqual([400, expect.stringContaining(header)])
  }
})

test('2 MiB are answered 413, with a signature or without', async () => {
  const body = JSON.stringify({action: 'created', filling: 'x'.repeat(2 * 1024 * 1024)})
  for (const signature of [sign(body), undefined]) {
    const {status, text} = await send(body, {'x-hub-signature-256': signature})
    expect([status, text]).toEqual([413, expect.stringContaining('at most 1048576 bytes')])
  }
})

test('an event that is not read, a ping and a payload of another shape are ignored with 202', async () => {
  const ignored = {status: 202, text: '{"result":"ignored"}'}
  expect(await send('{"zen":"Keep it logically awesome."}', {'x-github-event': 'ping'})).toEqual(ignored)
  expect(await send(await aDelivery(), {'x-github-event': 'pull_request'})).toEqual(ignored)
  for (const body of ['[]', 'null', '"text"', '{"repository":{"id":"1"}}', '{}']) {
    expect([body, await send(body)]).toEqual([body, ignored])
  }
})

test('a statement about a repository that the name does not lead to is dropped: nothing is decided, nothing said', async () => {
  const payload = JSON.parse(await aDelivery()) as {repository: {id: number}; comment: {body: string; id: number}}
  const said = stage.replies().length
  payload.repository.id = 42
  payload.comment.body = `/authorize production ${stage.head}`
  payload.comment.id += 1_000_000
  expect((await send(JSON.stringify(payload))).status).toBe(202)
  await stage.say('/countersign status')
  expect(stage.replies()).toHaveLength(said + 1)
  expect(await checkedEntries(stage)).toHaveLength(1)
})

test('a comment of 64 KiB is read like any other', async () => {
  const tail = `\n${'a'.repeat(65_000)}`
  expect(await stage.say(`/authorize qa ${stage.head}${tail}`)).toContain('no environment `qa`')
  expect(await stage.say(`/authorize production ${stage.head}${tail}`)).toContain('Authorized for `production`')
  const before = stage.world.comments.size
  const {pullRequest} = stage
  stage.world.comment({repository, pullRequest, by: 'octocat', body: '/'.repeat(65_536)})
  stage.world.comment({repository, pullRequest, by: 'octocat', body: '`'.repeat(65_536)})
  await stage.say('/countersign status')
  expect(stage.world.comments.size).toBe(before + 4)
})

test('questions with a wrong query are answered 400 with everything that is wrong', async () => {
  const answer = await fetch(`${stage.issuer.url}/v1/receipts?repository=x&environment=Production&sha=abc&sha=def`)
  expect(answer.status).toBe(400)
  const {error} = (await answer.json()) as {error: {code: string; message: string}}
  expect(error.code).toBe('query_invalid')
  for (const name of ['repository', 'environment', 'sha']) expect(error.message).toContain(`${name} must be given once`)
  expect((await fetch(`${stage.issuer.url}/v1/receipts/..%2f..%2fetc%2fpasswd`)).status).toBe(404)
  expect((await fetch(`${stage.issuer.url}/nothing`)).status).toBe(404)
})

test('none of it reached the ledger or was an error to the issuer', async () => {
  expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created', 'receipt.issued'])
  expect(stage.issuer.output).not.toContain('"level":"error"')
})

test("a repository's own webhook beside the App's is ignored, and the log says so once", async () => {
  const {installation: _, ...body} = JSON.parse(await aDelivery()) as Readonly<Record<string, unknown>>
  const asked = stage.world.requests.length
  for (const id of [1, 2]) {
    const comment = {...(body['comment'] as object), id: 990_000 + id}
    const answer = await send(JSON.stringify({...body, comment}))
    expect([answer.status, answer.text]).toEqual([202, expect.stringContaining('"ignored"')])
  }
  await stage.say('/countersign help', {by: 'hubot'})
  expect(stage.world.requests.slice(asked).filter(({path}) => path.includes('99000'))).toEqual([])
  expect(stage.issuer.output.split('names no installation')).toHaveLength(2)
})
