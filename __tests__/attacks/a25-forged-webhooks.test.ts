/** A25: webhooks forged, replayed, bent, huge and slow. The HMAC is over the bytes, and each statement has one outcome. */
import {createHmac, randomUUID} from 'node:crypto'
import {type IncomingMessage, request} from 'node:http'
import {type Socket, connect} from 'node:net'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {expectNoReceipt, expectSilence, receiptsFor, whileUnreachable} from './judge.ts'
import {announced, sendRaw} from './raw-hook.ts'

let stage: Stage
/** Whoever never finishes: they are there from the first test to the last. */
let slow: readonly Socket[]
beforeAll(async () => {
  stage = await Stage.open()
  const head = 'POST /github/webhook HTTP/1.1\r\nhost: issuer\r\n'
  const openings = [head, `${head}content-length: 100000\r\n\r\n{"a`, `${head}transfer-encoding: chunked\r\n\r\n1\r\n{`]
  slow = await Promise.all(Array.from({length: 200}, (_, i) => begin(openings[i % openings.length] ?? '')))
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const kept = {status: 202, text: '{"result":"kept"}'}
const known = {status: 202, text: '{"result":"known"}'}
const by = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** A true statement of octocat's that the issuer has not heard of: only its delivery is missing. */
async function unheard(branch: string): Promise<{readonly body: string; readonly head: string}> {
  const {head, pullRequest} = await stage.propose(branch)
  const words = `/authorize production ${head}`
  const [late] = await whileUnreachable(stage, () =>
    stage.world.comment({repository, pullRequest, by: 'octocat', body: words}),
  )
  return {body: late?.body ?? '', head}
}

/** Sends these bytes and leaves the connection open. */
async function begin(text: string): Promise<Socket> {
  const {hostname, port} = new URL(stage.issuer.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined).resume()
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(text)
  return socket
}

describe('forged', () => {
  test.each<readonly [string, (body: string, secret: string) => string]>([
    ['not signed', () => ''],
    ['signed with a guessed secret', (body) => by('secret', body)],
    ['signed with no secret', (body) => by('', body)],
    ['signed for other bytes', (body, secret) => by(secret, `${body}\n`)],
    ['signed in capitals', (body, secret) => by(secret, body).toUpperCase()],
    ['signed in half', (body, secret) => by(secret, body).slice(0, 39)],
    ['signed in a list', (body) => `${by('a', body)}, ${by('b', body)}`],
  ])('%s, it is not read at all', async (name, signature) => {
    const {body, head} = await unheard(name.replaceAll(' ', '-'))
    const {webhookSecret} = await stage.world.describeApp()
    const answer = await sendRaw(stage, body, {signature: signature(body, webhookSecret)})
    expect([answer.status, answer.text]).toEqual([401, expect.stringContaining('X-Hub-Signature-256')])
    await expectNoReceipt(stage, {sha: head})
  })

  test('signed, and then changed by one byte, it is not read either', async () => {
    const {body, head} = await unheard('changed')
    const {webhookSecret} = await stage.world.describeApp()
    const signature = by(webhookSecret, body)
    for (const changed of [`${body} `, body.replace('created', 'Created'), `\ufeff${body}`]) {
      expect((await sendRaw(stage, changed, {signature})).status).toBe(401)
    }
    await expectNoReceipt(stage, {sha: head})
    // Nothing of it was kept: the true one is new.
    expect(await sendRaw(stage, body, {signature})).toEqual(kept)
    await until(async () => (await receiptsFor(stage, {sha: head}))[0], 'the receipt')
  })

  test('under the name of another event, which no signature covers, it is nothing', async () => {
    const {body, head} = await unheard('renamed')
    for (const event of ['push', 'pull_request', 'check_run', 'issues', 'pull_request_review', 'ISSUE_COMMENT']) {
      expect(await sendRaw(stage, body, {event})).toEqual({status: 202, text: '{"result":"ignored"}'})
    }
    await expectNoReceipt(stage, {sha: head})
  })
})

describe('replayed', () => {
  test('under its id it is known, and under others it is the statement that was decided', async () => {
    const {head, pullRequest} = stage
    expect(await stage.authorize()).toContain('Authorized for `production`')
    await stage.world.settled()
    const {body, guid} = announced(stage, `/authorize production ${head}`)
    expect(await sendRaw(stage, body, {delivery: guid})).toEqual(known)
    const [receipt] = await receiptsFor(stage)
    const entries = (await checkedEntries(stage)).length
    await expectSilence(stage, async () => {
      const answers = await Promise.all(Array.from({length: 6}, () => sendRaw(stage, body, {delivery: randomUUID()})))
      expect(new Set(answers.map(({status}) => status))).toEqual(new Set([202]))
    })
    expect(await receiptsFor(stage)).toEqual([receipt])
    expect(await checkedEntries(stage)).toHaveLength(entries)
    expect(stage.world.checkRuns.filter(({headSha}) => headSha === head)).toHaveLength(1)
    expect(stage.replies(pullRequest)).toHaveLength(2)
  })

  test('after the word was taken back, it gives nothing back', async () => {
    const {body} = announced(stage, `/authorize production ${stage.head}`)
    expect(await stage.say('/revoke production')).toContain('Revoked')
    await expectSilence(stage, () => sendRaw(stage, body))
    expect(stage.world.checkRuns.findLast(({headSha}) => headSha === stage.head)?.conclusion).toBe('failure')
  })
})

describe('too much, or too slowly', () => {
  test('a body without end is answered when it is too much, not when it ends', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const endless = request(stage.issuer.hookUrl, {method: 'POST', agent: false})
      endless.once('response', (response) => {
        resolve(response)
        endless.destroy()
      })
      endless.once('error', reject)
      for (let i = 0; i < 17; i++) endless.write('x'.repeat(65_536))
    })
    expect(answer.statusCode).toBe(413)
  })

  test('two hundred senders who never finish have kept nobody waiting, and are let go', async () => {
    await until(() => slow.every(({destroyed}) => destroyed) || undefined, 'the end of every connection')
    expect(await stage.authorize()).toContain('Authorized for `production`')
  })

  test('the issuer goes on after all of it, without an error', async () => {
    expect(await stage.say('/countersign status')).toContain(stage.head)
    expect(stage.issuer.output).not.toContain('"level":"error"')
  })
})
