/** A20: JSON that two readers read differently. One strict parser reads every proof; what it does not take is none. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {theRepository} from '../../sandbox/world.ts'
import {ask} from '../acceptance/answers.ts'
import {jobToken} from '../acceptance/jobs.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {startWrongIssuer} from '../acceptance/wrong-issuers.ts'
import {expectAllowed, expectNoReceipt, expectStopped, whileUnreachable} from './judge.ts'
import {sendRaw} from './raw-hook.ts'

let stage: Stage
/** Of the pull request's head, under the issuer's own signature. */
let receipt: string
let evil: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  receipt = JSON.stringify(JSON.parse(stage.receiptText()))
  ;({head: evil} = await stage.propose('evil'))
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const swap = (before: string, after: string): string => {
  expect(receipt).toContain(before)
  return receipt.replace(before, after)
}
const shaIs = (sha: string): string => `"sha":"${sha}"`
const idOf = (): string => `"repositoryId":${theRepository(stage.world, repository).id}`

/** Each is the signed receipt to one reader (a signature over what JSON.parse sees holds), and something else to another. */
const ambiguous: Readonly<Record<string, () => string>> = {
  'the commit twice, the signed one last': () => swap(shaIs(stage.head), `${shaIs(evil)},${shaIs(stage.head)}`),
  'the commit twice, the signed one first': () => swap(shaIs(stage.head), `${shaIs(stage.head)},${shaIs(evil)}`),
  'the commit twice, once with an escape': () => swap(shaIs(stage.head), `"\\u0073ha":"${evil}",${shaIs(stage.head)}`),
  'a second scope': () => swap('"scope":', `"scope":{${shaIs(evil)}},"scope":`),
  'a prototype that says more': () => swap('{"type":', `{"__proto__":{"flags":[],${shaIs(evil)}},"type":`),
  'a prototype under an escape': () => swap('{"type":', '{"\\u005f\\u005fproto__":{},"type":'),
  'half a character in a member more': () => swap('{"type":', '{"\\ud800":1,"type":'),
  'the id as a fraction': () => swap(idOf(), `${idOf()}.0`),
  'the id with an exponent': () => swap(idOf(), `${idOf()}e0`),
  'the id beyond what a number holds': () => swap(idOf(), '"repositoryId":9007199254740993'),
  'an id without end': () => swap(idOf(), `"repositoryId":${'1'.repeat(4000)}`),
  'twelve thousand brackets': () => swap('"flags":[]', `"flags":${'['.repeat(6000)}${']'.repeat(6000)}`),
  'a comment': () => swap('{"type":', '{/* */"type":'),
  'a comma too many': () => swap('"flags":[]', '"flags":[,]'),
  'a second receipt behind it': () => `${receipt}${receipt}`,
  'a NUL behind it': () => `${receipt}\u0000`,
}

const cases = Object.entries(ambiguous)
const alone = {'github-token': '', 'issuer-url': undefined}
const evilJob = () => ({trigger: {event: 'push', branch: 'evil'}}) as const

test('the receipt itself lets its commit out, in whatever layout', async () => {
  expectAllowed(await stage.gate({with: {...alone, receipt}}), stage.head)
  const spaced = JSON.stringify(JSON.parse(receipt), null, 2)
  expectAllowed(await stage.gate({with: {...alone, receipt: spaced}}), stage.head)
})

// A NUL cannot stand in a process's environment, so not in an input either.
test.each(cases.filter(([name]) => !name.includes('NUL')))('%s is no receipt', async (name, make) => {
  expectStopped(await stage.gate({with: {...alone, receipt: make()}}), 'receipt_malformed')
  if (!name.includes('commit')) return
  expectStopped(await stage.gate({job: evilJob(), with: {...alone, receipt: make()}}), 'receipt_malformed')
})

test('in a check run none of them is even a candidate', async () => {
  for (const [i, [, make]] of cases.entries()) {
    const app = `ci-${i}`
    stage.world.addApp({slug: app, owner: 'octo-org', permissions: {checks: 'write'}})
    const output = {title: 'Authorized', summary: 'Authorized', text: `\`\`\`json\n${make()}\n\`\`\``}
    const name = 'countersign / production'
    stage.world.addCheckRun({repository, sha: evil, name, app, conclusion: 'success', output})
  }
  const step = await stage.gate({job: evilJob(), with: {'issuer-url': undefined}})
  expectStopped(step, 'receipt_missing')
  expect(step.stdout).toContain(`${cases.length} there that hold no receipt`)
})

test('in an issuer’s list one of them is enough that nothing of the list is read', async () => {
  for (const name of ['the commit twice, the signed one last', 'a prototype that says more', 'the id as a fraction']) {
    const bad = ambiguous[name]?.() ?? ''
    const wrong = await startWrongIssuer((response) => response.end(`{"receipts":[${receipt},${bad}]}`))
    const step = await stage.gate({with: {'github-token': '', 'issuer-url': wrong.url}, checkout: 'nothing'})
    expectStopped(step, 'source_unreachable')
    expect(step.stdout).toContain('not the JSON that was asked for')
    await wrong.close()
  }
})

test('what a job tells of its end in two ways is not recorded', async () => {
  const path = `/v1/receipts/${(JSON.parse(receipt) as {id: string}).id}/executions`
  const bodies = [
    '{"event":"finished","outcome":"failure","outcome":"success"}',
    '{"event":"started","\\u0065vent":"finished","outcome":"success"}',
    '{"event":"finished","__proto__":{"outcome":"success"}}',
    '{"event":"started"}{"event":"finished","outcome":"success"}',
    '{"event":"started","outcome":"\\ud800"}',
    `{"event":${'['.repeat(400)}${']'.repeat(400)}}`,
  ]
  for (const body of bodies) {
    const answer = await ask(stage, path, {method: 'POST', bearer: await jobToken(stage), body})
    expect([body, answer.status, answer.body]).toEqual([body, 400, expect.stringContaining('body_invalid')])
  }
})

/** GitHub's own words are read with the ordinary parser, since nothing in them counts before it is read back from GitHub. */
describe('a webhook that says two things', () => {
  const bends: Readonly<Record<string, (body: string, octocat: number) => string>> = {
    'the action twice': (body) => body.replace('"action":', '"action":"edited","action":'),
    'the comment twice': (body) => body.replace('"comment":', '"comment":{"id":1,"user":{"id":1}},"comment":'),
    'the author’s id twice': (body, octocat) => body.replace(/("login":"monalisa","id":\d+)/g, `$1,"id":${octocat}`),
    'a prototype': (body, octocat) => body.replace('{', `{"__proto__":{"comment":{"user":{"id":${octocat}}}},`),
    'its words twice': (body) => body.replace('"body":', '"body":"Looks good.","body":'),
  }

  test.each(Object.entries(bends))('%s, is answered, and believed in nothing', async (name, bend) => {
    const {head, pullRequest} = await stage.propose(name.replaceAll(/[^a-z]/g, '-'))
    const body = `/authorize production ${head}`
    const [late] = await whileUnreachable(stage, () =>
      stage.world.comment({repository, pullRequest, by: 'monalisa', body}),
    )
    const octocat = (await (await fetch(`${stage.github.url}/users/octocat`)).json()) as {readonly id: number}
    const bent = bend(late?.body ?? '', octocat.id)
    expect(bent).not.toBe(late?.body)
    expect((await sendRaw(stage, bent)).status).toBe(202)
    await stage.say('/countersign help', {pullRequest})
    await expectNoReceipt(stage, {sha: head})
  })

  test('nested without end, is none', async () => {
    const bent = `{"action":${'['.repeat(300_000)}${']'.repeat(300_000)}}`
    expect((await sendRaw(stage, bent)).status).toBeLessThan(500)
  })

  test('none of it is in the ledger, or was an error to the issuer', async () => {
    expect(stage.issuer.output).not.toContain('"level":"error"')
    expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created', 'receipt.issued'])
  })
})
