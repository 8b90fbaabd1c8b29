/**
 * A33: inputs made to be slow: commands, globs, paths, JSON, check runs, inflated bodies. Each is read in one walk and up
 * to a bound; one that was not would keep these tests from ending.
 */
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {startWrongIssuer} from '../acceptance/wrong-issuers.ts'
import {demand, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const million = 1_000_000

describe('the issuer reads', () => {
  /** As long as GitHub lets a comment be. */
  const fill = (unit: string, before = '', after = ''): string => {
    const room = 65_536 - before.length - after.length
    return `${before}${unit.repeat(Math.floor(room / unit.length))}${after}`
  }

  const comments: Readonly<Record<string, string>> = {
    slashes: fill('/'),
    'slashes and spaces': fill('/ '),
    'one command again and again': fill('/authorize '),
    'a command on every line': fill('\n/authorize'),
    'a command after every space': fill(' /authorize production'),
    'spaces before a command': fill(' ', '', '/authorize production'),
    'spaces after a command': fill(' ', '/authorize'),
    'spaces within a command': fill(' ', '/authorize', 'production'),
    'an environment without end': fill('a', '/authorize '),
    'an environment of slashes': fill('a/', '/authorize '),
    'a commit without end': fill('0', '/authorize production '),
    'a reason without end': fill('a ', '/deny qa '),
    'a reason of backticks': fill('`', '/authorize production x '),
    'a commit in a reason, again and again': fill('commit ` ', '/authorize production x '),
    'a receipt without end': fill('0', '/revoke rcpt_dg_'),
    'a near miss without end': fill('e', '/authorise'),
    backticks: fill('`'),
    quotes: fill('> '),
    'lines of nothing': fill('\r\n'),
    'marks that nobody sees': fill('\u200b\u2028'),
    'letters with many marks': fill('\u0301', '/authorize é'),
  }

  test.each(Object.entries(comments))('a comment of %s', async (_, body) => {
    stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body})
    expect(await stage.say('/countersign status')).toBeDefined()
  })

  test('globs and logins of a policy with as many stars as it takes, over paths and names made for them', async () => {
    const globs = [
      '**/a'.repeat(49),
      `${'**/'.repeat(60)}b`,
      '*a*/'.repeat(48) + 'b',
      `**/*${'a'.repeat(180)}*`,
      '?'.repeat(200),
    ]
    const list = (of: readonly string[]): string => `[${of.map((one) => JSON.stringify(one)).join(', ')}]`
    const settings = `sensitive-paths: ${list(globs)}\nagents: ${list(['*a*a*a*a*a*a*b', `${'*a'.repeat(15)}*b`])}\n`
    const policy = `version: 1\n${settings}environments: {slow: {}}\n`
    await stage.world.push({repository, branch: 'main', pusher: 'hubot', files: {'.github/countersign.yml': policy}})
    const paths = ['a/'.repeat(200) + 'c', 'a'.repeat(250), `${'a'.repeat(120)}/${'a'.repeat(120)}`]
    const files = Object.fromEntries(paths.map((path) => [path, 'x\n']))
    const {pullRequest} = await stage.propose('slow-paths', files)
    const name = 'a'.repeat(10_000)
    const author = {name, email: `${name}@example.com`}
    const more = {branch: 'slow-paths', pusher: 'hubot', author, files: {d: 'd\n'}}
    const sha = await stage.world.push({repository, ...more})
    const answer = await stage.authorize({environment: 'slow', sha, pullRequest})
    expect(answer).toContain('Authorized for `slow`')
    await demand(stage, '')
  })

  test('questions with as much in them as a line of HTTP holds', async () => {
    for (const unit of ['a/', '%2e', '-', '1', '%20', '*']) {
      const long = unit.repeat(Math.floor(12_000 / unit.length))
      for (const path of [
        `/v1/receipts?repository=${long}`,
        `/badge/${long}/x.svg`,
        `/r/${long}`,
        `/ledger?q=${long}`,
      ]) {
        expect((await ask(stage, path)).status).toBeLessThan(500)
      }
      expect((await ask(stage, '/v1/receipts', {bearer: long})).status).toBeLessThan(500)
    }
  })

  test('a body that would be a thousand times as large if it was inflated: it is not', async () => {
    const body = gzipSync(' '.repeat(100 * million))
    const headers = {'content-type': 'application/json', 'content-encoding': 'gzip'}
    const answer = await fetch(stage.issuer.hookUrl, {method: 'POST', headers, body})
    expect(answer.status).toBe(401)
    expect((await ask(stage, '/healthz')).status).toBe(200)
  })
})

describe('the gate reads', () => {
  const bodies: Readonly<Record<string, () => string>> = {
    'a million brackets': () => '['.repeat(million),
    'objects in objects': () => '{"a":'.repeat(million / 5),
    'a number without end': () => `{"receipts":[${'1'.repeat(million)}]}`,
    'a string of escapes': () => `{"receipts":["${'\\u0061'.repeat(million / 6)}"]}`,
    'a string of backslashes': () => `{"receipts":["${'\\'.repeat(million)}`,
    'a hundred thousand names': () => `{${Array.from({length: 90_000}, (_, i) => `"${i}":0`).join()}}`,
    'three hundred thousand receipts': () => `{"receipts":[${'{},'.repeat(300_000)}{}]}`,
    'nothing but spaces': () => ' '.repeat(million),
  }

  test.each(Object.entries(bodies))('an issuer’s answer of %s', async (_, make) => {
    const body = make()
    const wrong = await startWrongIssuer((response) => response.end(body))
    const step = await stage.gate({with: {'github-token': '', 'issuer-url': wrong.url}, checkout: 'nothing'})
    await wrong.close()
    expect(step.exitCode).toBe(1)
    expect(step.outputs['authorized']).toBe('false')
  })

  test('check runs of fences, of half fences and of notes that are nearly some, as large as GitHub takes them', async () => {
    const note = `\`\`\`\n${`${'a'.repeat(400)}\n`.repeat(40)}\n\u2014 ${'a'.repeat(300)} \n\`\`\``
    const texts = [
      '```\n'.repeat(16_000),
      '```a\n'.repeat(13_000),
      '`'.repeat(65_000),
      `\`\`\`json\n${'{"a":'.repeat(3000)}\n\`\`\``,
      `\`\`\`json\n${'\n'.repeat(16_000)}\n\`\`\``,
      ' '.repeat(65_000),
    ]
    for (let i = 0; i < 60; i++) {
      const app = `slow-${i}`
      stage.world.addApp({slug: app, owner: 'octo-org', permissions: {checks: 'write'}})
      const output = {title: 'Authorized', summary: note, text: texts[i % texts.length] ?? ''}
      const name = 'countersign / production'
      stage.world.addCheckRun({repository, sha: stage.head, name, app, conclusion: 'success', output})
    }
    expectStopped(await stage.gate({with: {'issuer-url': undefined}}), 'receipt_missing')
    expect(await stage.authorize()).toContain('Authorized for `production`')
    expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
  })

  test('inputs as long as a process takes them', async () => {
    for (const unit of ['a', ' ', '1', 'pp_pk_', '/', ',', '\n']) {
      const long = unit.repeat(Math.floor(100_000 / unit.length))
      const names = ['environment', 'public-key', 'issuer-url', 'sha', 'refuse-flags', 'max-ttl', 'ledger-key'] as const
      const inputs = Object.fromEntries(names.map((name) => [name, long]))
      expectStopped(await stage.gate({with: inputs, checkout: 'nothing'}), 'input_invalid')
    }
  })
})
