/** `countersign-issuer export`: which entries and documents a pack holds, what is redacted and masked, what is refused. */
import {existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Entry, evidenceDigest, parseEvidence, parseJson, verifyEvidence} from '#protocol'
import type {Printed} from '../../../issuer/cli/printed.ts'
import {countersign, fileOf, useBuiltCommand} from '../../cli/command.ts'
import {type April, ExportStage, april, evidenceKeyLine, openApril} from './stage.ts'

useBuiltCommand()

let made: April
let stage: ExportStage
beforeAll(async () => {
  made = await openApril()
  stage = made.stage
})
afterAll(() => stage.close())

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')
const entriesOf = (folder: string): readonly Entry[] =>
  read(folder, 'ledger/entries.ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)
const rowsOf = (folder: string): readonly (readonly string[])[] =>
  read(folder, 'index.csv')
    .split('\r\n')
    .slice(1, -1)
    .map((row) => row.split(','))

async function verified(folder: string, ...more: readonly string[]): Promise<string> {
  const pins = (await stage.pins).flatMap((pin) => ['--key', pin])
  const {code, out, err} = await countersign(['verify', folder, ...pins, '--ledger-key', stage.ledgerKey, ...more])
  expect([code, err]).toEqual([0, ''])
  return out
}

describe('a period', () => {
  test('holds its decisions and events, and one entry on each side of it', async () => {
    const {folder, printed} = await stage.export(...april)
    expect(printed).toMatchObject({code: 0, lines: [`${folder}: 4 decisions, 10 entries of the ledger, 25 files.`]})
    const entries = entriesOf(folder)
    expect(entries.map(({seq}) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect([entries[0]?.time, entries.at(-1)?.time]).toEqual([
      '2026-04-02T13:00:00.000000Z',
      '2026-05-02T08:00:00.000000Z',
    ])
    expect(readdirSync(join(folder, 'receipts')).sort()).toEqual(
      [made.deployed.id, made.revoked.id, made.foreign.id].sort(),
    )
    expect(readdirSync(join(folder, 'decisions'))).toEqual([made.waiting.decision])
    await verified(folder)
  })

  test('shows in its index what was decided and what became of it', async () => {
    const {folder} = await stage.export(...april)
    const rows = rowsOf(folder)
    expect(rows.map(([, , decision, repository]) => [decision, repository])).toEqual([
      ['ALLOW', 'octo-org/api-service'],
      ['ALLOW', 'octo-org/api-service'],
      ['ESCALATE', 'octo-org/api-service'],
      ['ALLOW', 'octo-org/website'],
    ])
    expect(rows[0]?.join()).toContain('2026-04-03T09:10:00Z')
    expect(rows[1]?.join()).toContain('2026-04-10T12:30:00Z,octocat,closed')
  })

  test('begins with a moment and ends before one', async () => {
    const {folder} = await stage.export('--from', '2026-04-03T09:00:00Z', '--to', '2026-04-10T12:00Z')
    expect(rowsOf(folder)).toHaveLength(1)
    const {folder: later} = await stage.export('--from', '2026-04-03T09:00:01Z', '--to', '2026-04-10T12:00:01Z')
    expect(rowsOf(later)).toHaveLength(1)
    // The first decision lies before it now: what became of it is there, its documents are not.
    expect(readdirSync(join(later, 'receipts', made.deployed.id)).some((name) => name === 'receipt.json')).toBe(false)
    await verified(folder)
    await verified(later)
  })

  test('in which nothing happened is a valid pack too', async () => {
    const {folder, printed} = await stage.export('--from', '2026-04-20', '--to', '2026-04-21')
    expect(printed.lines[0]).toContain('0 decisions, 2 entries')
    expect(read(folder, 'index.html')).toContain('Nothing was decided in this period.')
    await verified(folder)
  })

  test('before the ledger began, or after its end, is empty and valid', async () => {
    const {folder: before} = await stage.export('--from', '2020-01-01', '--to', '2020-02-01')
    expect(entriesOf(before).map(({seq}) => seq)).toEqual([0])
    await verified(before)
    const {folder: after} = await stage.export('--from', '2030-01-01', '--to', '2030-02-01')
    expect(entriesOf(after)).toHaveLength(1)
    expect(await verified(after)).toContain("reaches past the ledger's signed end")
  })

  test('of all time holds the key set that was announced, and says that it has no end yet', async () => {
    const {folder} = await stage.export('--from', '2020-01-01', '--to', '2030-01-01')
    expect(readdirSync(join(folder, 'keys'))).toHaveLength(3)
    expect(await verified(folder)).toContain("reaches past the ledger's signed end")
  })

  test('exported twice gives the same bytes', async () => {
    const [one, other] = [await stage.export(...april), await stage.export(...april)]
    expect(read(one.folder, 'manifest.json')).toBe(read(other.folder, 'manifest.json'))
  })
})

describe('a repository', () => {
  test('is shown alone: entries of others stand masked, and the pack verifies', async () => {
    const {folder} = await stage.export(...april, '--repository', 'Octo-Org/website')
    expect(rowsOf(folder).map(([, , , repository]) => repository)).toEqual(['octo-org/website'])
    expect(entriesOf(folder).filter((entry) => 'type' in entry)).toHaveLength(1)
    const out = await verified(folder)
    expect(out).toContain('9 entries are masked')
    expect(out).toContain('An end of the period is masked')
    expect(read(folder, 'index.html')).toContain('Octo-Org/website')
    expect(read(folder, 'ledger/entries.ndjson')).not.toContain(made.deployed.id)
  })

  test('that the store has never seen is asked wrongly', async () => {
    const {printed} = await stage.export(...april, '--repository', 'octo-org/nothing')
    expect(printed).toEqual({code: 2, lines: [expect.stringContaining('octo-org/nothing')]})
  })
})

describe('redaction', () => {
  test('drops the named sections, and every bundle still verifies under its own key', async () => {
    const {folder} = await stage.export(...april, '--redact', 'facts,intent')
    const path = `decisions/${made.waiting.decision}/evidence.json`
    const [, key = ''] = evidenceKeyLine(made.waiting).split(' ')
    const verdict = verifyEvidence(read(folder, path), key)
    expect(verdict).toMatchObject({valid: true, redacted: 2})
    expect(Object.keys(verdict.valid ? verdict.sections : {})).not.toContain('facts')
    const [redacted, whole] = [read(folder, path), made.waiting.evidence].map((text) => {
      const json = parseJson(text)
      const parsed = parseEvidence(json.ok ? json.value : null)
      return parsed.ok ? evidenceDigest(parsed.bundle) : undefined
    })
    expect(redacted).toBe(whole)
    const out = await verified(folder, '--evidence-keys', fileOf(evidenceKeyLine(made.waiting)))
    expect(out).toContain('4 bundles (8 sections redacted, MAC of 1 checked)')
  })

  test('leaves no trace of what was redacted in any file', async () => {
    const {folder} = await stage.export(...april, '--redact', 'facts')
    const kept = JSON.parse(made.waiting.evidence) as {disclosures: readonly string[]}
    const facts = kept.disclosures.find((one) => Buffer.from(one, 'base64url').toString().includes('"facts"')) ?? ''
    expect(facts.length).toBeGreaterThan(100)
    expect(read(folder, `decisions/${made.waiting.decision}/evidence.json`)).not.toContain(facts)
    expect(read(folder, 'index.html')).not.toContain(facts)
  })
})

describe('what is refused', () => {
  test.each([
    [['--to', '2026-05-01', '--out', 'x'], '--from is'],
    [['--from', '2026-02-30', '--to', '2026-05-01', '--out', 'x'], '--from is'],
    [['--from', '2026-05-01', '--to', '2026-05-01', '--out', 'x'], '--to must be later'],
    [[...april], '--out names'],
    [[...april, '--out', 'x', '--repository', 'octo-org'], '--repository is'],
    [[...april, '--out', 'x', '--redact', 'facts,facts'], '--redact names'],
    [[...april, '--out', 'x', '--redact', 'secrets'], '--redact names'],
    [[...april, '--out', 'x', '--everything'], '--everything'],
  ])('%p', async (words, problem) => {
    const {code, lines} = await stage.command('export', ...words)
    expect([code, lines[0]]).toEqual([2, expect.stringContaining(problem)])
    expect(existsSync('x')).toBe(false)
  })

  test('a folder that holds something is left as it is', async () => {
    const folder = stage.newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const printed: Printed = await stage.command('export', ...april, '--out', folder)
    expect(printed).toEqual({code: 2, lines: [expect.stringContaining('is not empty')]})
    expect(readdirSync(folder)).toEqual(['mine.txt'])
  })

  test('a ledger that nothing signed yet', async () => {
    const fresh = await ExportStage.open()
    const {printed} = await fresh.export(...april)
    expect(printed).toEqual({code: 2, lines: [expect.stringContaining('No checkpoint of the ledger is signed yet')]})
    fresh.close()
  })

  test('what is not signed yet is not in a pack', async () => {
    const fresh = await ExportStage.open()
    await fresh.allow({at: '2026-04-03T09:00:00Z'})
    await fresh.sign()
    await fresh.allow({at: '2026-04-04T09:00:00Z'})
    const {printed} = await fresh.export(...april)
    expect(printed.lines[0]).toContain('1 decisions, 2 entries')
    fresh.close()
  })

  test('what is reported and not signed yet is not in its index either', async () => {
    const fresh = await ExportStage.open()
    const receipt = await fresh.allow({at: '2026-04-03T09:00:00Z'})
    await fresh.sign()
    await fresh.tell(receipt, 'receipt.redeemed', {at: '2026-04-03T09:01:00Z'})
    const {folder} = await fresh.export(...april)
    expect(read(folder, 'index.csv')).not.toContain('2026-04-03T09:01:00Z')
    const pins = (await fresh.pins).flatMap((pin) => ['--key', pin])
    expect((await countersign(['verify', folder, ...pins, '--ledger-key', fresh.ledgerKey])).code).toBe(0)
    fresh.close()
  })
})

test('an export that takes long says how far it is', async () => {
  const told: string[] = []
  let now = Date.now()
  stage.around = {now: () => (now += 3000), tell: (words) => void told.push(words)}
  await stage.export(...april)
  stage.around = {}
  expect(told.length).toBeGreaterThan(1)
  expect(told.length).toBeLessThan(10)
  expect(told[0]).toMatch(/^[1-9] of 10 entries\n$/)
})

test('the folder is for its owner alone', async () => {
  const {folder} = await stage.export(...april)
  const modes = [folder, join(folder, 'receipts'), join(folder, 'index.csv')].map((path) => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o700, 0o700, 0o600])
})
