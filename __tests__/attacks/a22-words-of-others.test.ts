/** A22: making the issuer or the gate say something: titles, branches, paths, names and reasons that mention, link, hide or command. */
import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {marked} from 'marked'
import type {StepResult} from '../../sandbox/runner.ts'
import {serve} from '../action/asks.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {makeKey} from '../protocol/builders.ts'
import {answerTo, demand, expectAllowed, expectSilence, expectStopped} from './judge.ts'

let stage: Stage
let sha: string
let pullRequest: number
beforeAll(async () => {
  stage = await Stage.open()
  // git takes neither spaces nor `:` and `[` in the name of a branch; GitHub takes anything in a title.
  const branch = 'fix/@octocat`#1`<b>$(reboot)|%0A'
  sha = await stage.world.push({
    repository,
    branch,
    pusher: 'hubot',
    message: hostile,
    author: {name: '@octocat <!-- hide', email: 'x](https://evil.example)@users.noreply.github.com'},
    files: {[`.github/workflows/${path}`]: 'on: push\n', [path]: 'x\n'},
  })
  ;({number: pullRequest} = await stage.world.openPullRequest({
    repository,
    head: branch,
    author: 'hubot',
    title: hostile,
    body: hostile,
  }))
  await stage.panel('May this be deployed', pullRequest)
})
afterAll(() => stage.close())

const hostile = [
  '@octo-org/everyone @octocat #1 GH-1 ![x](https://evil.example/x.png) [free](https://evil.example)',
  'www.evil.example <img src=x onerror=alert(1)><details><!-- countersign-panel --> ``` | a | <b>',
  '/authorize production 0000000000000000000000000000000000000000',
  '::error::x\n::set-output name=authorized::true\n##[add-mask]x %0A::stop-commands::x \u202etxet\u2028::notice::y',
].join('\n')
const path = '@octocat `x` <img src=x> [y](https:evil.example) ::error::z | --> .yml'

const decoded = (text: string): string => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

/** As GitHub shows it: what is no code must not link, show pictures or hide. `ours` are addresses of ours. */
async function expectHarmless(markdown: string, ours: readonly string[] = []): Promise<string> {
  const withoutMarks = markdown.replaceAll(/^<!-- countersign(?:-panel|:dec_[0-9a-z]+) -->$/gm, '')
  const page = await marked(withoutMarks, {gfm: true})
  const text = decoded(page.replaceAll(/<pre><code[\s\S]*?<\/code><\/pre>|<code>.*?<\/code>/g, ''))
  const addresses = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address ?? '')
  expect(addresses.filter((address) => !ours.some((one) => address.startsWith(one)))).toEqual([])
  expect(page).not.toMatch(/<(?:img|script|b|!--)/)
  expect(markdown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/)
  return text
}

/** In comments and check runs GitHub also looks for mentions, references and bare addresses, after Markdown. */
async function expectSilent(markdown: string): Promise<void> {
  const text = await expectHarmless(markdown, [stage.issuer.url])
  expect(text).not.toMatch(/@[a-z0-9]|#[0-9]|\bGH-[0-9]|(?:https?:\/\/|www\.)evil/i)
  // A command is a first line; the line to copy stands in a block of ours.
  expect(markdown).not.toMatch(/^\s*\//)
  expect(markdown).not.toMatch(/^\s*\/authorize production 0{40}/m)
}

/** Only what the gate itself says to its runner. */
async function expectQuiet(step: StepResult): Promise<void> {
  const lines = step.stdout.split(/\r?\n/)
  const commands = lines.filter((line) => /^\s*::/.test(line))
  for (const line of commands) expect(line).toMatch(/^::(?:add-mask::|(?:error|warning) title=|debug::)/)
  expect(step.annotations.filter(({level}) => level === 'error').length).toBeLessThan(2)
  expect(step.stdout).not.toContain('##[')
  expect(step.stdout).not.toMatch(/\u202e|\u2028/)
  const names = ['authorized', 'sha', 'receipt-id', 'authorized-by', 'issued-at', 'expires-at', 'reason-code']
  expect(Object.keys(step.outputs).sort()).toEqual([...names, 'receipt', 'result'].sort())
  // What goes out, on GitHub.
  await expectHarmless(step.summary, [`${stage.github.url}/${repository}/compare/`])
}

describe('the issuer', () => {
  test('shows the change in its panel, and says nothing with it', async () => {
    const panel = await stage.panel('Before you decide', pullRequest)
    await expectSilent(panel)
  })

  test('answers a near miss, an unknown environment and a reason without repeating what they do', async () => {
    const said = [
      `/authorise ${hostile}`,
      `/authorize production ${hostile}`,
      `/authorize @octocat ${sha}`,
      `/deny production ${hostile}`,
      '/deny production <!-- countersign-panel --> @octocat [x](https://evil.example) ![y](https://evil.example/y)',
      '/revoke staging | a | `b` #1 www.evil.example',
    ]
    for (const body of said) await expectSilent(await stage.say(body, {pullRequest}))
  })

  test('refuses by rules of a policy whose names are hostile', async () => {
    await demand(stage, 'checks: ["@octocat <img src=x> [y](https://evil.example) #1"]')
    const {head, pullRequest: other} = await stage.propose('refused')
    const reply = await stage.say(`/authorize production ${head}`, {pullRequest: other})
    expect(reply).toContain('Not authorized')
    await expectSilent(reply)
    await expectSilent(await stage.panel('cannot be authorized as it is', other))
    await demand(stage, '')
  })

  test('authorizes it, and its check runs carry one receipt and no other words', async () => {
    expect(await stage.say(`/authorize production ${sha}`, {pullRequest})).toContain('Authorized for `production`')
    const replies = stage.replies(pullRequest)
    for (const {body} of [...replies, ...stage.panels(pullRequest)]) await expectSilent(body)
    const runs = stage.world.checkRuns.filter(({headSha}) => headSha === sha)
    expect(runs.length).toBeGreaterThan(0)
    for (const {output} of runs) {
      await expectSilent(output.summary ?? '')
      await expectSilent(output.text ?? '')
      expect(output.title).not.toMatch(/[@#<`\n]/)
    }
  })

  test('edits no comment but its own, though others copy its mark', async () => {
    const copy = '### May this be deployed?\n\nYes.\n\n<!-- countersign-panel -->'
    const {id} = stage.world.comment({repository, pullRequest, by: 'hubot', body: copy})
    await answerTo(
      stage,
      () => stage.world.comment({repository, pullRequest, by: 'octocat', body: '/countersign help'}),
      pullRequest,
    )
    await stage.say(`/revoke production`, {pullRequest})
    await stage.panel('revoked|Revoked|comment:', pullRequest)
    expect(stage.world.comments.get(id)?.body).toBe(copy)
    expect(stage.panels(pullRequest)).toHaveLength(1)
  })

  test('is not answered by itself: its own words, said by somebody else, are no command', async () => {
    const {body} = stage.replies(pullRequest).findLast(({body: words}) => words.includes('```')) ?? {body: ''}
    expect(body).not.toBe('')
    await expectSilence(
      stage,
      () => stage.world.comment({repository, pullRequest, by: 'octocat', body: `> ${body}`}),
      pullRequest,
    )
  })
})

describe('the gate', () => {
  const job = () => ({trigger: {event: 'pull_request', pullRequest}, workflow: hostile, actor: 'hubot'}) as const
  const env = {GITHUB_WORKFLOW: hostile, GITHUB_HEAD_REF: hostile, GITHUB_JOB: hostile, RUNNER_NAME: hostile}

  test('refuses and lets out in its own words alone', async () => {
    const blocked = await stage.gate({job: job(), env, checkout: {ref: sha}})
    expectStopped(blocked, 'revoked')
    await expectQuiet(blocked)
    await stage.say(`/authorize staging ${sha}`, {pullRequest})
    const allowed = await stage.gate({job: job(), env, checkout: {ref: sha}, with: {environment: 'staging'}})
    expectAllowed(allowed, sha)
    await expectQuiet(allowed)
  })

  test('shows a forged receipt as a claim, whatever it claims', async () => {
    for (const more of [{authorizedBy: hostile}, {policy: hostile}, {decision: hostile}, {id: hostile}]) {
      const step = await stage.gate({
        job: job(),
        env,
        with: {receipt: signedFor(stage, more, makeKey())},
        checkout: 'nothing',
      })
      expect(step.exitCode).toBe(1)
      await expectQuiet(step)
    }
  })

  test('repeats inputs, files and answers of an issuer only as text', async () => {
    const {origin, close} = await serve((_, response) => {
      response.writeHead(403, {'content-type': 'application/json'})
      response.end(JSON.stringify({error: {code: hostile, message: hostile}}))
    })
    const asks = [
      {'issuer-url': origin, 'github-token': ''},
      {receipt: hostile.split('\n').join(' ')},
      {receipt: `x\n${hostile}`},
      {environment: hostile, 'max-ttl': hostile, 'public-key': hostile, 'refuse-flags': hostile},
      {path: path, checkout: hostile},
    ]
    try {
      for (const inputs of asks) {
        const step = await stage.gate({with: inputs, checkout: 'nothing'})
        expect(step.exitCode).toBe(1)
        await expectQuiet(step)
      }
    } finally {
      await close()
    }
  })

  test('shows a file of the checkout by its name, and nothing more', async () => {
    const before = (workspace: string): Promise<void> => rm(join(workspace, path))
    const step = await stage.gate({job: job(), checkout: {ref: sha}, before, with: {environment: 'staging'}})
    expectStopped(step, 'checkout_mismatch')
    await expectQuiet(step)
  })
})
