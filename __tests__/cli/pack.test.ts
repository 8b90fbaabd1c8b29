/** An audit pack on the auditor's machine: what `countersign verify` says of a whole one, and of each way to spoil it. */
import {createHash} from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Json, makeKey} from '../protocol/builders.ts'
import {type April, april, evidenceKeyLine, openApril} from '../issuer/export/stage.ts'
import {type CommandRun, countersign, fileOf, useBuiltCommand} from './command.ts'

useBuiltCommand()

let stage: April['stage']
let made: April
let whole: string
let pins: readonly string[]
beforeAll(async () => {
  made = await openApril()
  stage = made.stage
  whole = (await stage.export(...april)).folder
  pins = (await stage.pins).flatMap((pin) => ['--key', pin])
})
afterAll(() => stage.close())

const verify = (folder: string, ...more: readonly string[]): Promise<CommandRun> =>
  countersign(['verify', folder, ...pins, '--ledger-key', stage.ledgerKey, ...more])

interface Fault {
  readonly where: string
  readonly code: string
}

async function faultsOf(folder: string): Promise<readonly string[]> {
  const {code, out} = await verify(folder, '--json')
  const verdict = JSON.parse(out) as {valid: boolean; faults: readonly Fault[]}
  expect([code, verdict.valid]).toEqual(verdict.faults.length === 0 ? [0, true] : [1, false])
  return verdict.faults.map(({where, code: fault}) => `${where} ${fault}`)
}

/** A copy that a test may spoil. */
function copy(): string {
  const folder = stage.newFolder()
  cpSync(whole, folder, {recursive: true})
  return folder
}

const receiptFile = (): string => `receipts/${made.deployed.id}/receipt.json`
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')
const readOrNothing = (folder: string, path: string): string =>
  existsSync(join(folder, path)) ? read(folder, path) : ''

/** Writes a file and lists it as it is now: what somebody does who may change everything in the folder. */
function forge(folder: string, path: string, content: string): void {
  if (content === readOrNothing(folder, path)) throw new Error(`the forgery of ${path} changes nothing`)
  writeFileSync(join(folder, path), content)
  const line = JSON.stringify({
    path,
    sha256: createHash('sha256').update(content).digest('hex'),
    size: Buffer.byteLength(content),
  })
  const lines = read(folder, 'manifest.json').split('\n')
  const changed = lines.map((old) => (old.includes(`"${path}"`) ? `${line}${old.endsWith(',') ? ',' : ''}` : old))
  writeFileSync(join(folder, 'manifest.json'), changed.join('\n'))
}

/** A file more, in the manifest too. */
function add(folder: string, path: string, content: string): void {
  const manifest = read(folder, 'manifest.json')
  writeFileSync(join(folder, 'manifest.json'), manifest.replace('"files":[\n', `"files":[\n{"path":"${path}"},\n`))
  forge(folder, path, content)
}

/** A real folder of the pack becomes a link to the same folder beside the pack. */
function linkFolder(folder: string, path: string): void {
  const beside = stage.newFolder()
  renameSync(join(folder, path), beside)
  symlinkSync(beside, join(folder, path))
}

/** The index says of a receipt what it would say, were the file that somebody added a document of it. */
function rewriteIndex(folder: string, id: string, told: Readonly<Record<string, string>>): void {
  const [head = '', ...rows] = read(folder, 'index.csv').split('\r\n')
  const changed = rows.map((row) => {
    const cells = row.split(',')
    return row.includes(id)
      ? head
          .split(',')
          .map((column, i) => told[column] ?? cells[i])
          .join(',')
      : row
  })
  forge(folder, 'index.csv', [head, ...changed].join('\r\n'))
}

/** Takes a file and its line in the manifest away. */
function forget(folder: string, path: string): void {
  rmSync(join(folder, path))
  const lines = read(folder, 'manifest.json').split('\n')
  writeFileSync(join(folder, 'manifest.json'), lines.filter((line) => !line.includes(`"${path}"`)).join('\n'))
}

describe('a whole pack', () => {
  test('is valid, and says what was looked at and what was not', async () => {
    const {code, out, err} = await verify(whole)
    expect([code, err]).toEqual([0, ''])
    for (const words of [
      'valid pack',
      '2026-04-03T00:00:00Z to 2026-05-01T00:00:00Z',
      '10 (0 masked)',
      'receipts       3',
      'tokens         4',
      '4 bundles (0 sections redacted, MAC of 0 checked)',
      'revocations    1',
      '3 of jobs, covered by no signature',
      'policies       2',
      'The token keys are those of the pack itself',
      'The MAC of 4 bundles is not checked',
    ]) {
      expect(out).toContain(words)
    }
    expect(out).not.toContain('No ledger key')
  })

  test('gives JSON with every count', async () => {
    const verdict = JSON.parse((await verify(whole, '--json')).out) as Json
    expect(verdict).toMatchObject({
      type: 'countersign.verdict/v1',
      kind: 'pack',
      valid: true,
      faults: [],
      anchored: true,
      counts: {entries: 10, receipts: 3, tokens: 4, tokensUnsigned: 0, bundles: 4, bundlesUnsealed: 4},
    })
  })

  test('with token keys and evidence keys of the auditor says so', async () => {
    const jwks = fileOf(JSON.stringify({keys: [stage.tokenJwk]}))
    const keys = fileOf(`${evidenceKeyLine(made.waiting)}\n`)
    const {code, out} = await verify(whole, '--jwks', jwks, '--evidence-keys', keys)
    expect(code).toBe(0)
    expect(out).toContain('The MAC of 3 bundles is not checked')
    expect(out).not.toContain('those of the pack itself')
  })

  test('without a ledger key is not said to be complete', async () => {
    const {code, out} = await countersign(['verify', whole, ...pins])
    expect(code).toBe(0)
    expect(out).toContain('No ledger key is given')
  })

  test.each([
    ['--checkpoint', () => fileOf('garbage')],
    ['--hmac-key-file', () => fileOf('a'.repeat(64))],
    ['--at', () => '1999-01-01T00:00Z'],
  ])('is not judged with %s, which is for single documents', async (option, value) => {
    const given = await verify(whole, option, value())
    expect([given.code, given.out]).toEqual([2, ''])
    expect(given.err).toContain(`${option} is of no use for a pack: it is for`)
    // Not even beside a file that it is for.
    const beside = await verify(whole, join(whole, receiptFile()), option, value())
    expect([beside.code, beside.out]).toEqual([2, ''])
  })

  test('without a pinned key is not judged', async () => {
    const {code, err} = await countersign(['verify', whole, '--ledger-key', stage.ledgerKey])
    expect([code, err]).toEqual([2, expect.stringContaining('give the pinned keys with --key')])
  })

  test('of an exporter that was not shown everything verifies without, and says what is not there', async () => {
    // The receipt lies before it, so that no row of the index speaks of the reports.
    const {folder} = await stage.export('--from', '2026-04-03T09:00:01Z', '--to', '2026-05-03')
    const manifest = read(folder, 'manifest.json')
    const withheld = [...manifest.matchAll(/"path":"([^"]+)"/g)]
      .map(([, path = '']) => path)
      .filter((path) => /^policies|^keys.[0-9]|-(?:redeemed|started|finished)\.json$/.test(path))
    expect(withheld).toHaveLength(7)
    for (const path of withheld) forget(folder, path)
    expect((await faultsOf(folder)).filter((fault) => fault.endsWith('pack_file_missing')).length).toBeGreaterThan(5)
    const said = read(folder, 'manifest.json').replace('"without":[]', '"without":["keys","policies","runs"]')
    writeFileSync(join(folder, 'manifest.json'), said)
    const {code, out} = await verify(folder)
    expect(code).toBe(0)
    expect(out).toContain('7 documents are not in the pack, whose maker was not shown: keys, policies, runs.')
  })

  test('each document of it verifies alone too', async () => {
    const {code} = await countersign(['verify', join(whole, receiptFile()), ...pins, '--at', 'issued'])
    expect(code).toBe(0)
  })
})

describe('other keys', () => {
  test('a receipt under a key that is not pinned is refused, each by name', async () => {
    const {code, out} = await countersign(['verify', whole, '--key', makeKey().pin, '--json'])
    const {faults} = JSON.parse(out) as {faults: readonly Fault[]}
    expect(code).toBe(1)
    expect(faults.filter(({code: fault}) => fault === 'key_not_pinned')).toHaveLength(3)
    expect(faults.filter(({code: fault}) => fault === 'revocation_key_not_pinned')).toHaveLength(1)
  })

  test('a checkpoint under another ledger key is refused', async () => {
    const other = stage.ledgerKey.replace(/\+[^+]+\+[^+]+$/, '')
    const {code, err} = await countersign(['verify', whole, ...pins, '--ledger-key', other])
    expect([code, err]).toEqual([1, expect.stringContaining('checkpoint_key_invalid')])
  })

  test('tokens under another key are refused', async () => {
    const {publicKey} = await import('../protocol/token-builders.ts').then(({makeTokenKey}) => makeTokenKey())
    const pem = fileOf(publicKey.export({type: 'spki', format: 'pem'}))
    const {code, err} = await verify(whole, '--public-key', pem)
    expect([code, err]).toEqual([1, expect.stringContaining('token_key_unknown')])
  })

  test('a bundle under a wrong evidence key is refused', async () => {
    const line = evidenceKeyLine(made.waiting).replace(/[0-9a-f]{64}$/, 'a'.repeat(64))
    const {code, err} = await verify(whole, '--evidence-keys', fileOf(line))
    expect([code, err]).toEqual([1, expect.stringContaining('evidence_mac_invalid')])
  })

  test('a file of evidence keys with a wrong line is the mistake of who asks', async () => {
    const {code, err} = await verify(whole, '--evidence-keys', fileOf('evd_short abc\n'))
    expect([code, err]).toEqual([2, expect.stringContaining('line 1')])
  })
})

describe('files against the manifest', () => {
  test('one that is missing is named', async () => {
    const folder = copy()
    rmSync(join(folder, receiptFile()))
    expect(await faultsOf(folder)).toContain(`${receiptFile()} pack_file_missing`)
  })

  test('one that was added is named', async () => {
    const folder = copy()
    writeFileSync(join(folder, 'receipts', 'notes.txt'), 'hello')
    expect(await faultsOf(folder)).toEqual(['receipts/notes.txt pack_file_added'])
  })

  test('one that is missing and one that was added are both named', async () => {
    const folder = copy()
    renameSync(join(folder, receiptFile()), join(folder, 'receipt.json'))
    const faults = await faultsOf(folder)
    expect(faults).toContain(`${receiptFile()} pack_file_missing`)
    expect(faults).toContain('receipt.json pack_file_added')
  })

  test.each(['index.html', 'index.csv', 'keys/jwks.json', 'ledger/proofs.json'])(
    '%s changed is named',
    async (path) => {
      const folder = copy()
      writeFileSync(join(folder, path), `${read(folder, path)} `)
      expect(await faultsOf(folder)).toContain(`${path} pack_file_changed`)
    },
  )

  test('a link in the place of a file is no file', async () => {
    const folder = copy()
    renameSync(join(folder, receiptFile()), join(folder, '..', 'elsewhere.json'))
    symlinkSync(join(folder, '..', 'elsewhere.json'), join(folder, receiptFile()))
    expect(await faultsOf(folder)).toContain(`${receiptFile()} pack_file_missing`)
  })

  test('a file that is listed and belongs to no entry is named', async () => {
    const folder = copy()
    const path = `receipts/${made.deployed.id}/99-revoked.json`
    add(folder, path, '{}')
    expect(await faultsOf(folder)).toContain(`${path} pack_file_added`)
  })

  test('a link in the place of a folder is told, and what lies behind it is not looked at', async () => {
    for (const path of ['policies', 'ledger', 'keys', `receipts/${made.deployed.id}`]) {
      const folder = copy()
      linkFolder(folder, path)
      const faults = await faultsOf(folder)
      expect(faults).toContain(`${path} pack_file_added`)
      expect(faults.filter((fault) => fault.startsWith(`${path}/`) && fault.endsWith('missing')).length).not.toBe(0)
    }
  })

  test('a link to a file of the pack itself, and one that leads nowhere, are told', async () => {
    const folder = copy()
    symlinkSync(join(folder, 'index.csv'), join(folder, 'index-of-may.csv'))
    symlinkSync('nowhere', join(folder, 'receipts', 'nowhere.json'))
    expect((await faultsOf(folder)).toSorted()).toEqual([
      'index-of-may.csv pack_file_added',
      'receipts/nowhere.json pack_file_added',
    ])
  })

  test('a stranger is found though a link takes as many names away as it adds', async () => {
    const folder = copy()
    linkFolder(folder, 'policies')
    const stranger = `receipts/${made.deployed.id}/0-revoked.json`
    add(folder, stranger, JSON.stringify({type: 'countersign.revocation/v1', at: '2026-04-03T10:00:00Z'}))
    const faults = await faultsOf(folder)
    expect(faults).toContain('policies pack_file_added')
    expect(faults).toContain(`${stranger} pack_file_added`)
  })

  test('a page that somebody put beside the pack is named, listed or not', async () => {
    const folder = copy()
    add(folder, 'start.html', '<h1>All is well</h1>')
    writeFileSync(join(folder, 'begin.html'), '<h1>All is well</h1>')
    expect((await faultsOf(folder)).toSorted()).toEqual(['begin.html pack_file_added', 'start.html pack_file_added'])
  })

  test('a file that is listed twice does not hide another', async () => {
    const folder = copy()
    const [, line = ''] = read(folder, 'manifest.json').split('\n')
    writeFileSync(join(folder, 'hidden.json'), '{}')
    writeFileSync(
      join(folder, 'manifest.json'),
      read(folder, 'manifest.json').replace('"files":[\n', `"files":[\n${line}\n`),
    )
    expect(await faultsOf(folder)).toEqual(expect.arrayContaining(['hidden.json pack_file_added']))
  })

  test.each([
    ['cut off', (text: string) => text.replace(/\n\]\}\n$/, '')],
    ['of another type', (text: string) => text.replace('countersign.pack/v1', 'countersign.pack/v2')],
    ['with a path that leads out', (text: string) => text.replace('keys/jwks.json', '../jwks.json')],
    ['whose period ends before it begins', (text: string) => text.replace('"to":"2026-05', '"to":"2026-03')],
    ['that goes on after its end', (text: string) => `${text}{}\n`],
    ['that is empty', () => ''],
  ])('a manifest %s is refused', async (_, change) => {
    const folder = copy()
    writeFileSync(join(folder, 'manifest.json'), change(read(folder, 'manifest.json')))
    expect(await faultsOf(folder)).toContain('manifest.json pack_manifest_malformed')
  })

  test('a folder without a manifest is the mistake of who asks', async () => {
    const folder = stage.newFolder()
    mkdirSync(folder)
    const {code, err} = await verify(folder)
    expect([code, err]).toEqual([2, expect.stringContaining('it is a directory')])
  })
})

describe('who changes files and the manifest alike', () => {
  test('a receipt that was changed does not hold', async () => {
    const folder = copy()
    forge(folder, receiptFile(), read(folder, receiptFile()).replace('"production"', '"staging"'))
    expect(await faultsOf(folder)).toEqual([`${receiptFile()} signature_invalid`])
  })

  test('documents that are swapped between decisions are told apart, kind by kind', async () => {
    for (const [name, expected] of [
      ['receipt.json', 'pack_entry_mismatch'],
      ['token.jwt', 'pack_entry_mismatch'],
      ['evidence.json', 'pack_entry_mismatch'],
    ] as const) {
      const folder = copy()
      const [one, other] = [`receipts/${made.deployed.id}/${name}`, `receipts/${made.revoked.id}/${name}`]
      const [first, second] = [read(folder, one), read(folder, other)]
      forge(folder, one, second)
      forge(folder, other, first)
      const faults = await faultsOf(folder)
      expect(faults).toContain(`${one} ${expected}`)
      expect(faults).toContain(`${other} ${expected}`)
    }
  })

  test('a revocation that was taken away is missed', async () => {
    const folder = copy()
    const name = readdirSync(join(folder, 'receipts', made.revoked.id)).find((one) => one.endsWith('-revoked.json'))
    const path = `receipts/${made.revoked.id}/${name ?? ''}`
    forget(folder, path)
    const faults = await faultsOf(folder)
    expect(faults).toContain(`${path} pack_file_missing`)
    expect(faults).toContain('index.csv pack_index_mismatch')
  })

  test('a report of a job that was made better is seen', async () => {
    const folder = copy()
    const name = readdirSync(join(folder, 'receipts', made.deployed.id)).find((one) => one.endsWith('-finished.json'))
    const path = `receipts/${made.deployed.id}/${name ?? ''}`
    forge(folder, path, read(folder, path).replace('"success"', '"failure"'))
    expect(await faultsOf(folder)).toContain(`${path} pack_entry_mismatch`)
  })

  test('a policy that was changed is seen, and one that was taken away', async () => {
    const [policy = ''] = readdirSync(join(whole, 'policies'))
    const changed = copy()
    forge(changed, `policies/${policy}`, read(changed, `policies/${policy}`).replace('900000', '9000000'))
    expect(await faultsOf(changed)).toEqual([`policies/${policy} pack_entry_mismatch`])
    const cut = copy()
    forget(cut, `policies/${policy}`)
    expect(await faultsOf(cut)).toContain(`policies/${policy} pack_file_missing`)
  })

  test('a disclosure that was put into the evidence is not committed', async () => {
    const folder = copy()
    const path = `receipts/${made.deployed.id}/evidence.json`
    const bundle = JSON.parse(read(folder, path)) as {disclosures: string[]}
    const extra = Buffer.from(JSON.stringify([Buffer.alloc(16).toString('base64url'), 'risk', {score: 0}]))
    forge(folder, path, JSON.stringify({...bundle, disclosures: [extra.toString('base64url')]}))
    expect(await faultsOf(folder)).toEqual([`${path} evidence_not_committed`])
  })

  test('an index made of a file that no entry names is not believed', async () => {
    for (const [name, column, value, content] of [
      ['999-finished.json', 'reported_deployed_at', '2026-04-04T10:00:00Z', {outcome: 'success'}],
      ['0-redeemed.json', 'reported_used_at', '2026-04-04T10:00:00Z', {}],
    ] as const) {
      const folder = copy()
      const path = `receipts/${made.foreign.id}/${name}`
      add(folder, path, JSON.stringify({at: '2026-04-04T10:00:00Z', receipt: made.foreign.id, ...content}))
      rewriteIndex(folder, made.foreign.id, {[column]: value})
      expect((await faultsOf(folder)).toSorted()).toEqual(['index.csv pack_index_mismatch', `${path} pack_file_added`])
    }
  })

  test('an index that says something else is not believed', async () => {
    const folder = copy()
    forge(folder, 'index.csv', read(folder, 'index.csv').replace(',octocat,', ',hubot,'))
    expect(await faultsOf(folder)).toEqual(['index.csv pack_index_mismatch'])
    forge(folder, 'index.csv', `${read(whole, 'index.csv')}more\r\n`)
    expect(await faultsOf(folder)).toEqual(['index.csv pack_index_mismatch'])
  })
})

describe('the part of the ledger', () => {
  const entries = (folder: string): string[] => read(folder, 'ledger/entries.ndjson').trimEnd().split('\n')
  const write = (folder: string, lines: readonly string[]): void =>
    forge(folder, 'ledger/entries.ndjson', lines.map((line) => `${line}\n`).join(''))

  test('without its first entry, or its last, is not anchored', async () => {
    for (const cut of [(lines: string[]) => lines.slice(1), (lines: string[]) => lines.slice(0, -1)]) {
      const folder = copy()
      write(folder, cut(entries(folder)))
      expect(await faultsOf(folder)).toEqual(expect.arrayContaining([expect.stringMatching(/^ledger chain_/)]))
    }
  })

  test('with a decision cut out is broken', async () => {
    const folder = copy()
    write(
      folder,
      entries(folder).filter((_, i) => i !== 4),
    )
    expect(await faultsOf(folder)).toContain('ledger chain_gap')
  })

  test('with an entry masked by somebody keeps its proofs, and the documents of it are strangers', async () => {
    const folder = copy()
    const lines = entries(folder)
    const masked = lines.map((line) => {
      const {seq, hash, subject} = JSON.parse(line) as {seq: number; hash: string; subject: string; event: string}
      return subject === made.foreign.id ? JSON.stringify({seq, hash}) : line
    })
    write(folder, masked)
    const faults = await faultsOf(folder)
    expect(faults).toContain(`receipts/${made.foreign.id}/receipt.json pack_file_added`)
    expect(faults.filter((fault) => fault.startsWith('ledger'))).toEqual([])
  })

  test('whose period was made longer than what is there is incomplete', async () => {
    const folder = copy()
    const manifest = read(folder, 'manifest.json').replace('"from":"2026-04-03', '"from":"2026-04-01')
    writeFileSync(join(folder, 'manifest.json'), manifest.replace('"to":"2026-05-01', '"to":"2026-06-01'))
    const faults = await faultsOf(folder)
    expect(faults.filter((fault) => fault === 'ledger pack_incomplete')).toHaveLength(2)
  })

  test('with proofs of other entries is refused', async () => {
    const folder = copy()
    forge(folder, 'ledger/proofs.json', read(folder, 'ledger/proofs.json').replace('"seq":1}', '"seq":2}'))
    expect(await faultsOf(folder)).toEqual(expect.arrayContaining([expect.stringContaining('inclusion_mismatch')]))
  })
})
