/** What people and later steps get to see: outputs, one annotation, the summary, and text that cannot speak for us. */
import {describe, expect, test} from '@jest/globals'
import {type Refusal, type RefusalCode, refusalCodes} from '#protocol'
import {markdownCode, markdownSentence, markdownText, oneLine} from '../../src/action/escape.ts'
import {type OutputName, type Runner, outputNames, publishReport} from '../../src/action/report.ts'
import type {GateOutcome} from '../../src/gate/ports.ts'
import {runGate} from '../../src/gate.ts'
import {aReceipt, makeKey} from '../protocol/builders.ts'
import {aSource, anAsk, someTools} from './asks.ts'

const key = makeKey()
const {text} = aReceipt({}, key)
const ask = anAsk(key.pin)

interface Seen extends Runner {
  readonly said: {kind: string; text: string; title: string}[]
  readonly outputs: Partial<Record<OutputName, string>>
  readonly order: OutputName[]
  readonly summary: () => string
}

function aRunner(overrides: Partial<Runner> = {}): Seen {
  const said: Seen['said'] = []
  const outputs: Partial<Record<OutputName, string>> = {}
  const order: OutputName[] = []
  let summary = ''
  return {
    said,
    outputs,
    order,
    summary: () => summary,
    say: (kind, words, title) => said.push({kind, text: words, title}),
    record: (name, value) => {
      outputs[name] = value
      order.push(name)
    },
    summarize: (markdown) => (summary += markdown),
    ...overrides,
  }
}

const allowed = (): Promise<GateOutcome> => runGate(ask, someTools([aSource('GitHub', {candidates: [text]})]))
const refusedBy = (refusal: Refusal): GateOutcome => ({
  decision: {kind: 'deny', refusal},
  ask,
  answers: [],
  warnings: [],
})
const missing: Refusal = {
  code: 'receipt_missing',
  asked: {environment: 'production', sha: ask.deployment.sha, pullRequest: 42},
  sources: ['GitHub'],
}
const throws = (): never => {
  throw new Error('disk full')
}

describe('after an allow', () => {
  test('every output is there, and authorized is written last', async () => {
    const runner = aRunner()
    expect(publishReport(await allowed(), runner)).toBe(0)
    expect(runner.outputs).toMatchObject({
      authorized: 'true',
      sha: ask.deployment.sha,
      'receipt-id': 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
      'authorized-by': 'octocat',
      'issued-at': '2026-04-02T14:30:00Z',
      'expires-at': '2026-04-02T15:30:00Z',
      'reason-code': '',
    })
    expect(runner.order.at(-1)).toBe('authorized')
    expect(JSON.parse(runner.outputs.receipt ?? '')).toEqual(JSON.parse(text))
    expect(JSON.parse(runner.outputs.result ?? '')).toMatchObject({
      type: 'countersign.result/v1',
      authorized: true,
      code: null,
      source: 'GitHub',
    })
    expect(runner.said.filter(({kind}) => kind !== 'info')).toEqual([])
  })

  test('the summary says that revocation was not checked, and how every check came out', async () => {
    const runner = aRunner()
    publishReport(await allowed(), runner)
    expect(runner.summary()).toContain('Revocation not checked')
    expect(runner.summary()).toContain('| signature | ✅ passed |')
    expect(runner.summary()).toContain('| issuer | ➖ not asked |')
    expect(runner.summary()).toContain('| checkout | ✅ passed |')
  })

  test('outputs that cannot be written end it', async () => {
    const outcome = await allowed()
    expect(() => publishReport(outcome, aRunner({record: throws}))).toThrow('disk full')
  })

  test('a summary that cannot be written is a warning', async () => {
    const runner = aRunner({summarize: throws})
    expect(publishReport(await allowed(), runner)).toBe(0)
    expect(runner.said).toContainEqual(
      expect.objectContaining({kind: 'warning', text: 'The job summary could not be written.'}),
    )
    expect(runner.outputs.authorized).toBe('true')
  })

  test('a source that was down and a checkout that is not there are warnings', async () => {
    const sources = [
      aSource('the issuer', {candidates: [], problem: 'it answered 500'}),
      aSource('GitHub', {candidates: [text]}),
    ]
    const runner = aRunner()
    expect(publishReport(await runGate(ask, someTools(sources, {kind: 'empty', path: '/workspace'})), runner)).toBe(0)
    expect(runner.said.filter(({kind}) => kind === 'warning').map((line) => line.text)).toEqual([
      'the issuer: it answered 500.',
      expect.stringContaining('Nothing is checked out at /workspace'),
    ])
    expect(runner.summary()).toContain('ref: ${{ steps.gate.outputs.sha }}')
    expect(runner.summary()).toContain('persist-credentials: false')
  })
})

describe('after a refusal', () => {
  const samples: {readonly [Code in RefusalCode]?: Refusal} = {receipt_missing: missing}

  test.each(refusalCodes)('%s: exit code 1, one annotation, and no output but the reason', (code) => {
    const anything = new Proxy(
      {code, problems: ['p'], sources: [], flags: [], asked: {environment: 'e', sha: 's'}},
      {
        get: (facts, name): unknown => Reflect.get(facts, name) ?? 'x',
      },
    ) as unknown as Refusal
    const runner = aRunner()
    expect(publishReport(refusedBy(samples[code] ?? anything), runner)).toBe(1)
    expect(runner.said.filter(({kind}) => kind !== 'info')).toHaveLength(1)
    expect(runner.said[0]).toMatchObject({kind: 'error', title: `Deployment refused: ${code}`})
    expect(runner.outputs).toMatchObject({
      authorized: 'false',
      'reason-code': code,
      sha: '',
      'receipt-id': '',
      receipt: '',
    })
    expect(JSON.stringify(runner.outputs)).not.toContain('true')
    expect(runner.summary()).toContain('## ⛔ Refused')
  })

  test('the exact comment and its pull request are in the annotation and, fenced, in the summary', () => {
    const comment = `/authorize production ${ask.deployment.sha}`
    for (const refusal of [missing, {code: 'expired', expiresAt: 'then', now: 'now'} as const]) {
      const runner = aRunner()
      publishReport(refusedBy(refusal), runner)
      expect(runner.said[0]?.text.split(comment)).toHaveLength(2)
      expect(runner.said[0]?.text).toContain('pull request #42')
      expect(runner.summary()).toContain(`\`\`\`text\n${comment}\n\`\`\``)
      // Said in words once at most, and nowhere else: the block is there to be copied.
      expect(runner.summary().split('The comment to post')).toHaveLength(refusal === missing ? 1 : 2)
    }
  })

  test('that stands when nothing can be written', () => {
    const runner = aRunner({record: throws, summarize: throws})
    expect(publishReport(refusedBy(missing), runner)).toBe(1)
    expect(runner.said[0]).toMatchObject({kind: 'error'})
  })

  test('the checks before the one that refused have passed, and those behind it were not reached', async () => {
    const other = aReceipt({scope: {environment: 'staging'}}, key).text
    const runner = aRunner()
    publishReport(await runGate(ask, someTools([aSource('GitHub', {candidates: [other]})])), runner)
    expect(runner.summary()).toContain('| commit | ✅ passed |')
    expect(runner.summary()).toContain('| environment | ❌ failed |')
    expect(runner.summary()).toContain('| flags | ➖ not reached |')
    expect(runner.summary()).toContain('| ❌ environment | production | staging |')
    expect(runner.summary()).toContain('<summary>Every check: 8 passed, ❌ environment, 7 not reached</summary>')
    expect(runner.summary()).toContain('found in the receipt')
  })

  test('a commit is shown as code, and once so', () => {
    const runner = aRunner()
    publishReport(refusedBy(missing), runner)
    const code = `<code>${ask.deployment.sha}</code>`
    expect(runner.summary()).toContain(`No receipt authorizes ${code} for production`)
    expect(runner.summary()).not.toMatch(/<code>[^<]*<code>/)
  })

  test('a receipt whose signature does not hold is shown as a claim only', async () => {
    const runner = aRunner()
    publishReport(await runGate(ask, someTools([aSource('GitHub', {candidates: [aReceipt().text]})])), runner)
    expect(runner.summary()).toContain('claimed by what was found')
    expect(runner.outputs.receipt).toBe('')
    expect(JSON.parse(runner.outputs.result ?? '')).toMatchObject({standing: 'claimed', authorized: false})
  })
})

describe('foreign text', () => {
  const hostile =
    '::set-output name=authorized::true\r\n::error::x\u2028##[add-path]/tmp <img src=x onerror=1> | `a` **b** [c](//d) @octocat #1 \u202e&lt;'

  test('stays on one line and issues no command to the runner', () => {
    const line = oneLine(hostile)
    expect(line).not.toMatch(/[\r\n\u2028\u202e]/)
    expect(line).not.toContain('##[')
    expect(line.startsWith('::')).toBe(false)
    expect(oneLine('x'.repeat(10_000)).length).toBeLessThan(4100)
  })

  test('is no markup in Markdown', () => {
    for (const shown of [markdownText(hostile), markdownCode(hostile), markdownSentence(hostile)]) {
      expect(shown.replaceAll(/&#\d+;|<\/?code>/g, '')).not.toMatch(/[<>|`*_[\]()@#&:/\\~!\n]/)
    }
  })

  test('in a path or an event changes neither the table nor the annotation', () => {
    const problem = `a tracked file differs: "${hostile}" has other content`
    const runner = aRunner()
    publishReport(refusedBy({code: 'checkout_mismatch', problem, fix: 'Check it out.'}), runner)
    expect(runner.summary()).not.toContain('<img')
    expect(runner.summary()).not.toContain('**b**')
    expect(runner.said[0]?.text.split('\n')).toHaveLength(2)
  })
})

test('every output name is written exactly once', async () => {
  const runner = aRunner()
  publishReport(await allowed(), runner)
  expect([...runner.order].sort()).toEqual([...outputNames].sort())
})
