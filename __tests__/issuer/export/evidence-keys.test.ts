/** `countersign-issuer evidence-keys`: what an auditor is given to check the MACs of a pack, and what is kept from him. */
import {existsSync, readFileSync, statSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Printed} from '../../../issuer/cli/printed.ts'
import {type CommandRun, countersign, fileOf, useBuiltCommand} from '../../cli/command.ts'
import {evidenceSecret} from '../builders.ts'
import {type April, april, evidenceKeyLine, openApril} from './stage.ts'

useBuiltCommand()

const secret = Buffer.from(evidenceSecret).toString('hex')

let made: April
let pack: string
beforeAll(async () => {
  made = await openApril()
  pack = (await made.stage.export(...april)).folder
})
afterAll(() => made.stage.close())

interface Written {
  readonly file: string
  readonly printed: Printed
}

/** With the secret that sealed the evidence of these tests, unless another is given. */
async function write(words: readonly string[] = april, evidence: string = secret): Promise<Written> {
  const {stage} = made
  const file = `${stage.newFolder()}.keys`
  stage.around = {env: {...stage.env, COUNTERSIGN_EVIDENCE_SECRET: evidence}}
  const printed = await stage.command('evidence-keys', ...words, '--out', file)
  stage.around = {}
  return {file, printed}
}

async function verify(file: string, ...more: readonly string[]): Promise<CommandRun> {
  const pins = (await made.stage.pins).flatMap((pin) => ['--key', pin])
  return await countersign([
    'verify',
    pack,
    ...pins,
    '--ledger-key',
    made.stage.ledgerKey,
    '--evidence-keys',
    file,
    ...more,
  ])
}

const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n')

describe('the keys of a period', () => {
  test('are what its pack needs: every MAC of it is checked', async () => {
    const {file, printed} = await write()
    expect(printed).toMatchObject({code: 0, lines: ['4 keys']})
    const {code, out, err} = await verify(file)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('4 bundles (0 sections redacted, MAC of 4 checked)')
    expect(out).not.toContain('is not checked')
  })

  test('are one of each bundle, in a file for its owner alone, and neither is the secret', async () => {
    const {file, printed} = await write()
    expect(linesOf(file)).toHaveLength(4)
    for (const line of linesOf(file)) expect(line).toMatch(/^evd_[0-9a-hjkmnp-tv-z]{26} [0-9a-f]{64}$/)
    expect(linesOf(file)).toContain(evidenceKeyLine(made.waiting))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const [key = ''] = linesOf(file).map((line) => line.split(' ')[1])
    const said = [...printed.lines, ...(printed.notes ?? [])].join('\n')
    expect(said).not.toContain(key)
    expect(`${said}${readFileSync(file, 'utf8')}`).not.toContain(secret)
  })

  test('of one repository are those of its bundles', async () => {
    const {file, printed} = await write([...april, '--repository', 'octo-org/website'])
    expect(printed).toMatchObject({code: 0, lines: ['1 key']})
    expect(linesOf(file)[0]).toMatch(`${made.foreign.decision.replace('dec_', 'evd_')} `)
    expect((await verify(file)).out).toContain('4 bundles (0 sections redacted, MAC of 1 checked)')
  })

  test('check bundles of which sections were redacted too', async () => {
    const {file} = await write()
    const whole = pack
    pack = (await made.stage.export(...april, '--redact', 'facts')).folder
    expect((await verify(file)).out).toContain('4 bundles (4 sections redacted, MAC of 4 checked)')
    pack = whole
  })
})

describe('what is refused', () => {
  test('a pack, with the key of another bundle in the place of one', async () => {
    const [first = '', second = ''] = linesOf((await write()).file)
    const swapped = fileOf(`${first.split(' ')[0] ?? ''} ${second.split(' ')[1] ?? ''}\n`)
    const {code, out} = await verify(swapped, '--json')
    const {faults} = JSON.parse(out) as {faults: readonly {code: string; where: string}[]}
    expect([code, faults.map((fault) => fault.code)]).toEqual([1, ['evidence_mac_invalid']])
    expect(faults[0]?.where).toMatch(/evidence\.json$/)
  })

  test('a secret that did not seal the evidence: no file is written', async () => {
    const {file, printed} = await write(april, 'ab'.repeat(32))
    expect(printed).toEqual({code: 2, lines: [expect.stringContaining('did not seal the evidence of entry 2')]})
    expect(existsSync(file)).toBe(false)
    expect(printed.lines.join()).not.toContain('abab')
  })

  test('a file that is there already, which is left as it is', async () => {
    const file = fileOf('mine')
    const printed = await made.stage.command('evidence-keys', ...april, '--out', file)
    expect(printed).toEqual({code: 2, lines: [expect.stringContaining('already exists')]})
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  test('a period in which nothing was decided', async () => {
    const {file, printed} = await write(['--from', '2026-04-20', '--to', '2026-04-21'])
    expect([printed.code, printed.lines[0], existsSync(file)]).toEqual([
      1,
      expect.stringContaining('Nothing was decided'),
      false,
    ])
  })

  test.each([
    [['--to', '2026-05-01', '--out', 'x'], '--from is'],
    [['--from', '2026-05-01', '--to', '2026-04-01', '--out', 'x'], '--to must be later'],
    [[...april], '--out names a new file'],
    [[...april, '--out', 'x', '--repository', 'octo-org'], '--repository is'],
    [[...april, '--out', 'x', '--redact', 'facts'], '--redact'],
  ])('%p', async (words, problem) => {
    const {code, lines} = await made.stage.command('evidence-keys', ...words)
    expect([code, lines[0]]).toEqual([2, expect.stringContaining(problem)])
    expect(existsSync('x')).toBe(false)
  })
})
