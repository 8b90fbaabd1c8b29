/** The checkpoint that came with the receipt: verified under `ledger-key`, shown, and never missing in silence. */
import {describe, expect, test} from '@jest/globals'
import {type SignedCheckpoint, checkpointText, hexToBytes, printCheckpoint, printVerifierKey} from '#protocol'
import type {GateRequest, ReceiptSource} from '../../src/gate/ports.ts'
import {publishReport} from '../../src/action/report.ts'
import {readCheckRuns} from '../../src/action/sources/check-runs.ts'
import {runGate} from '../../src/gate.ts'
import {type TestKey, aReceipt, makeKey} from '../protocol/builders.ts'
import {anAsk, someTools} from '../action/asks.ts'

const key = makeKey()
const ledger = makeKey()
const origin = 'countersign.example/0123abcd'
const {text} = aReceipt({}, key)

function aNote(size: number, signer: TestKey = ledger): string {
  const checkpoint = {origin, size, root: '5'.repeat(64)}
  const hex = signer.signBytes(new TextEncoder().encode(checkpointText(checkpoint))).slice('ed25519:'.length)
  const signed: SignedCheckpoint = {...checkpoint, publicKey: signer.pin, signature: hexToBytes(hex)}
  return printCheckpoint(signed)
}

const fence = (content: string): string => `\`\`\`\n${content.trimEnd()}\n\`\`\``

/** As the issuer renders it. */
const folded = (note: string): string =>
  ['octocat authorized.', '<details><summary>Ledger checkpoint</summary>', fence(note), '</details>'].join('\n\n')

const holding = (...summaries: readonly string[]): ReceiptSource => ({
  name: 'GitHub',
  find: () => Promise.resolve(readCheckRuns(summaries.map((summary) => ({text: fence(text), summary})))),
})

const ledgerKey = printVerifierKey(origin, ledger.pin)

async function run(source: ReceiptSource, overrides: Partial<GateRequest> = {ledgerKey}) {
  const said: string[] = []
  let summary = ''
  const exitCode = publishReport(await runGate(anAsk(key.pin, overrides), someTools([source])), {
    say: (kind, words) => said.push(`${kind}: ${words}`),
    record: () => undefined,
    summarize: (markdown) => (summary += markdown),
  })
  const warnings = said.filter((line) => line.startsWith('warning: '))
  return {exitCode, warnings, said: said.join('\n'), summary}
}

test('one that verifies is held by this run, in its log and its summary', async () => {
  const note = aNote(42)
  const {exitCode, warnings, said, summary} = await run(holding(folded(note)))
  expect([exitCode, warnings]).toEqual([0, []])
  expect(summary).toContain('Ledger checkpoint, verified and held by this run')
  expect(summary).toContain(note)
  expect(said).toContain(`Held by this run:\n${note}`)
})

test('one that verifies is found behind one that somebody else put beside the same receipt', async () => {
  const {warnings, summary} = await run(holding(folded(aNote(7, makeKey())), folded(aNote(42))))
  expect(warnings).toEqual([])
  expect(summary).toContain(aNote(42))
})

test('of those that verify the largest is held, and junk beside it is no alarm', async () => {
  const junk = [1, 2, 3, 4, 5, 6].map((size) => folded(aNote(size, makeKey())))
  const {warnings, summary} = await run(holding(...junk, folded(aNote(41)), folded(aNote(42)), folded(aNote(40))))
  expect(warnings).toEqual([])
  expect(summary).toContain('Ledger checkpoint, verified and held by this run')
  expect(summary).toContain(aNote(42))
})

describe('is a loud warning, and no refusal', () => {
  test('by another key', async () => {
    const {exitCode, warnings, summary} = await run(holding(folded(aNote(42, makeKey()))))
    expect(exitCode).toBe(0)
    expect(warnings).toEqual([expect.stringContaining('THE LEDGER CHECKPOINT DOES NOT VERIFY')])
    expect(summary).toContain('Ledger checkpoint, not verified')
  })

  test('with another size', async () => {
    const {warnings} = await run(holding(folded(aNote(42).replace('\n42\n', '\n43\n'))))
    expect(warnings).toEqual([expect.stringContaining('DOES NOT VERIFY')])
  })

  test('none at all, or nothing in the form of one', async () => {
    for (const summary of ['octocat authorized.', folded('hello'), folded('````\n</details> <b>')]) {
      const {warnings, summary: shown} = await run(holding(summary))
      expect(warnings).toEqual([expect.stringContaining('NO LEDGER CHECKPOINT')])
      expect(shown).not.toContain('<b>')
    }
  })
})

test('without the input it is shown as not verified, and its absence is no news', async () => {
  const shown = await run(holding(folded(aNote(42))), {})
  expect(shown.warnings).toEqual([])
  expect(shown.summary).toContain('Ledger checkpoint, not verified')
  expect((await run(holding('nothing'), {})).warnings).toEqual([])
})

test('after a refusal nothing is said of it', async () => {
  const {exitCode, summary} = await run(holding(folded(aNote(42))), {ledgerKey, maxTtl: 1000})
  expect(exitCode).toBe(1)
  expect(summary).not.toContain('CHECKPOINT')
})
