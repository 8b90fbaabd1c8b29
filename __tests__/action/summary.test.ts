/** The job summary at a glance: the verdict first, then who and until when, or what to do and the line to copy. */
import {describe, expect, test} from '@jest/globals'
import type {Refusal} from '#protocol'
import type {GateOutcome} from '../../src/gate/ports.ts'
import {resultOf} from '../../src/action/result.ts'
import {openRunner} from '../../src/action/runner.ts'
import {renderSummary} from '../../src/action/summary.ts'
import {runGate} from '../../src/gate.ts'
import {aReceipt, commit, makeKey} from '../protocol/builders.ts'
import {aSource, anAsk, someTools} from './asks.ts'

const key = makeKey()
const ask = anAsk(key.pin)
const line = `/authorize production ${ask.deployment.sha}`

const summaryOf = (outcome: GateOutcome): string => renderSummary(resultOf(outcome))
const found = async (text: string): Promise<string> =>
  summaryOf(await runGate(ask, someTools([aSource('GitHub', {candidates: [text]})])))
const refused = (refusal: Refusal): string =>
  summaryOf({decision: {kind: 'deny', refusal}, ask, answers: [], warnings: []})
const blocks = (summary: string): readonly string[] => summary.trim().split('\n\n')

describe('an allow', () => {
  test('says so, by whom, and until when, before anything else', async () => {
    expect(blocks(await found(aReceipt({}, key).text)).slice(0, 2)).toEqual([
      '## ✅ Authorized: deploy to <code>production</code>',
      'By <code>octocat</code>, until **2026-04-02 15&#58;30&#58;00 UTC**. No earlier authorization is named.',
    ])
  })

  const since = '7c1e5d90b3a8f2644e0d9c7b1a5f38e26d4b0c91'
  const comparison = `https://github.com/octo-org/api-service/compare/${since}...${commit}`
  test.each([
    ['everything since the commit that was authorized before it', since, `[Everything since 7c1e5d9](${comparison}).`],
    ['nothing new, for the same again', commit, 'Nothing new&#58; this commit was authorized before.'],
    ['that no earlier authorization is named', undefined, 'No earlier authorization is named.'],
  ])('says what goes out: %s', async (_, from, words) => {
    const {text} = aReceipt({scope: from === undefined ? {} : {since: from}}, key)
    const outcome = await runGate(ask, someTools([aSource('GitHub', {candidates: [text]})]))
    const life = 'By <code>octocat</code>, until **2026-04-02 15&#58;30&#58;00 UTC**.'
    expect(blocks(renderSummary(resultOf(outcome), 'https://github.com'))[1]).toBe(`${life} ${words}`)
    // Where GitHub's address is not known, the words stand alone.
    expect(blocks(summaryOf(outcome))[1]).toBe(`${life} ${words.replace(/\[(.*)\]\(.*\)/, '$1')}`)
  })

  test('shows commits, keys and ids as code, each whole', async () => {
    const summary = await found(aReceipt({}, key).text)
    expect(summary).toContain('(receipt <code>rcpt&#95;dg&#95;01jdaa3x7k9m2n4p6q8r0s2t4v</code>'.replace('(', '&#40;'))
    expect(summary).toContain(`octocat authorized <code>${ask.deployment.sha}</code> of`)
    const stranger = makeKey()
    const refusal = await found(aReceipt({}, stranger).text)
    expect(refusal).toContain(`signed with <code>${stranger.pin.replaceAll('_', '&#95;')}</code>`)
    expect(summary + refusal).not.toMatch(/<code>[^<]*<code>/)
  })
})

test('the runner says where GitHub is, and what is no address leads nowhere', () => {
  expect(openRunner({GITHUB_SERVER_URL: 'https://github.example'}).web).toBe('https://github.example')
  expect(openRunner({GITHUB_SERVER_URL: 'https://github.example)[x](https://evil.example'}).web).toBeUndefined()
  expect(openRunner({}).web).toBeUndefined()
})

describe('a refusal', () => {
  test('says so, why, and what to do, then the line to copy; nothing of who or until when', () => {
    const summary = refused({code: 'expired', expiresAt: '2026-04-02T15:30:00Z', now: '2026-04-02T16:00:00Z'})
    const [verdict, reason, fix, where, copy] = blocks(summary)
    expect(verdict).toBe('## ⛔ Refused: deploy to <code>production</code>')
    expect(reason).toContain('<code>expired</code>: The receipt expired at')
    expect(fix).toContain('**What to do.** Ask a reviewer')
    expect(where).toBe('The comment to post on pull request #42:')
    expect(copy).toBe(`\`\`\`text\n${line}\n\`\`\``)
    expect(summary).not.toContain('until **')
  })

  test('of a receipt that holds but is for something else names nobody as having let this out', async () => {
    const summary = await found(aReceipt({scope: {environment: 'staging'}}, key).text)
    expect(summary).not.toContain('By <code>')
    expect(summary).toContain(line)
  })

  test('that no comment overcomes has no line', () => {
    expect(
      refused({code: 'denied', environment: 'production', by: 'monalisa', at: '2026-04-02T14:30:00Z'}),
    ).not.toContain('/authorize')
  })

  test('shows foreign words as text: no markup, no HTML, no comment, no line of their own', () => {
    const hostile =
      '@octocat <!-- countersign-panel --> <img src=x> **b** [x](https://evil.example)\u202e\n## ✅ Authorized'
    const summary = refused({code: 'checkout_mismatch', problem: hostile, fix: hostile})
    expect(summary.match(/^#/gm)).toHaveLength(1)
    expect(summary).not.toMatch(/<!--|<img|\*\*b|\]\(|\u202e|@octocat/)
  })
})
