/** `countersign verify`, spawned: kinds told apart, options, output for people and for programs, exit codes. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {aReceipt, commit, makeKey, receiptBody} from '../protocol/builders.ts'
import {countersign, fileOf, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

interface Case {
  readonly name: string
  readonly arguments: readonly [string, ...unknown[]]
  readonly result: {readonly valid: boolean; readonly code?: string}
}

/** A published vector by its name. */
function vector(file: string, name: string): Case {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'vectors', `${file}.json`)
  const {cases} = JSON.parse(readFileSync(path, 'utf8')) as {readonly cases: readonly Case[]}
  const found = cases.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}

const {text, key} = aReceipt()
const receipt = ['--key', key.pin, '--at', 'issued']
const bundle = vector('evidence', 'a whole bundle')
const bundleKey = String(bundle.arguments[1])
const token = vector('token', 'an ALLOW')
const jwks = JSON.stringify(token.arguments[1])
const checkpoint = vector('checkpoint', 'a checkpoint')
const ledgerKey = String(checkpoint.arguments[1])
const ledger = vector('chain', 'a whole ledger and its checkpoint').arguments[0]
const note = checkpoint.arguments[0]

describe('each kind of document is told from its content', () => {
  test('a receipt', async () => {
    const {code, out, err} = await countersign(['verify', fileOf(text), ...receipt])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(': valid receipt\n')
    expect(out).toContain('octocat (maintain, comment, 2026-04-02T14:29:58Z)')
    expect(out).toMatch(/range +no earlier authorization is named\n/)
    expect(out).toContain('it authorizes nothing now')
    expect(out).toContain('Revocation not checked')
  })

  test('a receipt of canonical JSON, whose type stands last', async () => {
    const canonical = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).sort()))
    expect((await countersign(['verify', fileOf(canonical), ...receipt])).code).toBe(0)
  })

  test('a token, with the line end that its file has', async () => {
    const words = ['--jwks', fileOf(`${jwks}\n`), '--at', 'issued']
    const {code, out} = await countersign(['verify', fileOf(`${token.arguments[0]}\n`), ...words])
    expect(code).toBe(0)
    expect(out).toContain('ALLOW dec_01jdaa3x7k9m2n4p6q8r0s2t4w')
  })

  test('a valid DENY is valid, and said to be no permission', async () => {
    const denied = vector('token', 'a DENY is valid and allows nothing')
    const words = ['--jwks', fileOf(JSON.stringify(denied.arguments[1])), '--at', 'issued']
    const {code, out} = await countersign(['verify', fileOf(denied.arguments[0]), ...words])
    expect(code).toBe(0)
    expect(out).toContain('no permission')
  })

  test('a token under a PEM key', async () => {
    const other = vector('token', 'the key as PEM')
    const words = ['--public-key', fileOf(String(other.arguments[1])), '--at', '2026-04-02T14:31:00Z']
    expect((await countersign(['verify', fileOf(other.arguments[0]), ...words])).code).toBe(0)
  })

  test('an evidence bundle, with its key as digits or as bytes', async () => {
    const file = fileOf(bundle.arguments[0])
    const {code, out} = await countersign(['verify', file, '--hmac-key-file', fileOf(`${bundleKey}\n`)])
    expect(code).toBe(0)
    expect(out).toContain('intent, policyTrace, risk, agent (0 redacted)')
    const raw = fileOf(Uint8Array.from(Buffer.from(bundleKey, 'hex')))
    expect((await countersign(['verify', file, '--hmac-key-file', raw])).code).toBe(0)
  })

  test('a revocation', async () => {
    const {arguments: given} = vector('revocation', 'a revocation by a person')
    const {keys} = given[1] as {readonly keys: readonly [string]}
    const {code, out} = await countersign(['verify', fileOf(given[0]), '--key', keys[0]])
    expect(code).toBe(0)
    expect(out).toContain('by monalisa (person)')
  })

  test('a checkpoint', async () => {
    const {code, out} = await countersign(['verify', fileOf(note), '--ledger-key', ledgerKey])
    expect(code).toBe(0)
    expect(out).toContain('entries        8')
  })

  test('a ledger alone, which says that a cut tail cannot be seen', async () => {
    const {code, out} = await countersign(['verify', fileOf(ledger)])
    expect(code).toBe(0)
    expect(out).toContain('a cut tail cannot be seen')
  })

  test('a ledger and its checkpoint', async () => {
    const words = ['--checkpoint', fileOf(note), '--ledger-key', ledgerKey]
    const {code, out} = await countersign(['verify', fileOf(ledger), ...words])
    expect(code).toBe(0)
    expect(out).toContain('anchored       checkpoint')
    const cut = ledger.slice(0, ledger.lastIndexOf('\n', ledger.length - 2) + 1)
    const after = await countersign(['verify', fileOf(cut), ...words])
    expect(after.code).toBe(1)
    expect(after.err).toContain('(chain_truncated)')
  })

  test('a ledger that begins with a masked entry', async () => {
    const [first = '', ...rest] = ledger.split('\n')
    const {hash, seq} = JSON.parse(first) as {readonly hash: string; readonly seq: number}
    expect((await countersign(['verify', fileOf([JSON.stringify({seq, hash}), ...rest].join('\n'))])).code).toBe(0)
  })

  test('a ledger that is longer than the largest document', async () => {
    const {code, out} = await countersign(['verify', '-', '--json'], {input: longLedger()})
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({kind: 'chain', code: 'chain_gap'})
  })

  test('anything else is refused', async () => {
    for (const content of ['', '{}', 'hello\n', '[1]', '{"type":"countersign.keys/v1"}']) {
      const {code, err} = await countersign(['verify', fileOf(content), ...receipt])
      expect(code).toBe(1)
      expect(err).toContain('refused document (input_invalid)')
    }
  })
})

/** 400 KB, of which the last line does not follow. */
function longLedger(): string {
  const masked = Array.from({length: 4500}, (_, seq) => JSON.stringify({seq, hash: 'a'.repeat(64)}))
  return [...masked, JSON.stringify({seq: 9999, hash: 'a'.repeat(64)})].join('\n')
}

describe('what is refused', () => {
  test('a changed receipt, with the reason and what to do, on standard error alone', async () => {
    const {code, out, err} = await countersign(['verify', fileOf(text.replace('maintain', 'admin')), ...receipt])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('refused receipt (signature_invalid)')
    expect(err).toContain('Fetch the receipt again')
  })

  test('broken JSON is refused as what it claims to be', async () => {
    const {err} = await countersign(['verify', fileOf(text.slice(0, -2)), ...receipt])
    expect(err).toContain('refused receipt (receipt_malformed)')
  })

  const saved: readonly (readonly [string, Buffer])[] = [
    ['as PowerShell saves it', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['without a mark', Buffer.from(text, 'utf16le')],
    ['big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ]
  test.each(saved)('a receipt in UTF-16, %s, in the words of the gate', async (how, bytes) => {
    const words = 'the file is UTF-16 text; save it as UTF-8 without a byte-order mark'
    const {code, err} = await countersign(['verify', fileOf(bytes), ...receipt])
    expect(code).toBe(1)
    expect(err).toContain('refused receipt (receipt_malformed)')
    expect(err).toContain(words)
    if (how === 'without a mark') return
    const deployment = ['--repository', 'octo-org/api-service', '--repository-id', '1296269', '--sha', commit]
    const gate = ['gate', '--environment', 'production', '--public-key', key.pin, ...deployment]
    expect((await countersign([...gate, '--receipt', fileOf(bytes)])).err).toContain(words)
  })

  test('anything else in UTF-16 is told so too', async () => {
    const {code, err} = await countersign(['verify', fileOf(Buffer.from('\ufeffhello', 'utf16le')), ...receipt])
    expect(code).toBe(1)
    expect(err).toContain('refused document (input_invalid)')
    expect(err).toContain('the file is UTF-16 text')
  })

  test('a receipt of another key, an expired one, one with a name twice', async () => {
    const other = await countersign(['verify', fileOf(text), '--key', makeKey().pin, '--at', 'issued'])
    expect(other.err).toContain('(key_not_pinned)')
    expect((await countersign(['verify', fileOf(text), '--key', key.pin])).err).toContain('(expired)')
    const twice = text.replace('"action"', '"action":"deploy","action"')
    expect((await countersign(['verify', fileOf(twice), ...receipt])).err).toContain('(receipt_malformed)')
  })

  test('one refused file among several decides the exit code, and the others are still told', async () => {
    const {code, out, err} = await countersign(['verify', fileOf(text), fileOf('{}'), fileOf(text), ...receipt])
    expect(code).toBe(1)
    expect(out.match(/valid receipt/g)).toHaveLength(2)
    expect(err).toContain('refused document')
  })

  test('foreign text moves no cursor of a terminal', async () => {
    const claims = JSON.stringify(makeKey().sign(receiptBody({'\u001b[2J\u202e': 1})))
    const {err} = await countersign(['verify', fileOf(claims), ...receipt])
    expect(err).not.toMatch(/[\u001b\u202e]/) // eslint-disable-line no-control-regex -- what must not be there
  })
})

describe('for programs', () => {
  test('--json prints one object a file', async () => {
    const changed = text.replace('maintain', 'admin')
    const {code, out} = await countersign(['verify', '--json', fileOf(text), fileOf(changed), ...receipt])
    expect(code).toBe(1)
    const [valid, refused] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(valid).toMatchObject({type: 'countersign.verdict/v1', kind: 'receipt', valid: true, expired: true})
    expect(refused).toMatchObject({kind: 'receipt', valid: false, code: 'signature_invalid'})
  })

  test('--json is ASCII and loses nothing', async () => {
    const {out} = await countersign([
      'verify',
      '--json',
      fileOf(bundle.arguments[0]),
      '--hmac-key-file',
      fileOf(bundleKey),
    ])
    expect(out.trimEnd()).toMatch(/^[\x20-\x7e]+$/)
    expect((JSON.parse(out) as {sections: {intent: {comment: string}}}).sections.intent.comment).toContain(
      'caf\u00e9 \u{1f680}',
    )
  })

  test('an option is for the files that need it, and the others are judged without', async () => {
    const words = [fileOf(text), fileOf(ledger), ...receipt, '--checkpoint', fileOf(note), '--ledger-key', ledgerKey]
    const {code, out, err} = await countersign(['verify', '--json', ...words])
    expect([code, err, out.trim().split('\n').length]).toEqual([0, '', 2])
  })

  test('a time is taken as people write it', async () => {
    const at = (time: string) => countersign(['verify', fileOf(text), '--key', key.pin, '--at', time])
    expect((await at('2026-04-02T16:35+02:00')).code).toBe(0)
    expect((await at('2026-04-02T16:35Z')).err).toContain('refused receipt (expired)')
  })

  test('standard input', async () => {
    expect((await countersign(['verify', '-', ...receipt], {input: text})).code).toBe(0)
    expect((await countersign(['verify', '-'], {input: ledger})).code).toBe(0)
  })
})

describe('a command line that is wrong exits with 2', () => {
  const of = (option: string): string => `--${option} is of no use here`
  const usage: readonly (readonly [string, readonly string[], string])[] = [
    ['no file', receipt, 'Name at least one file'],
    ['a file that is not there', [noFile(), ...receipt], 'there is no such file'],
    ['a folder', ['/', ...receipt], 'it is a directory'],
    ['a receipt without a pinned key', [fileOf(text)], 'give the pinned keys with --key'],
    ['a key that is none', [fileOf(text), '--key', 'pp_pk_1'], '--key: line 1:'],
    ['a token without a key', [fileOf(token.arguments[0])], '--jwks or --public-key'],
    ['evidence without its key', [fileOf(bundle.arguments[0])], '--hmac-key-file'],
    ['a checkpoint without its key', [fileOf(note)], '--ledger-key'],
    ['a key and no checkpoint for a ledger', [fileOf(ledger), '--ledger-key', ledgerKey], '--checkpoint'],
    ['a checkpoint and no key for a ledger', [fileOf(ledger), '--checkpoint', fileOf(note)], '--ledger-key'],
    ['a time that is none', [fileOf(text), '--key', key.pin, '--at', '2026-02-30T00:00:00Z'], '--at: give a time'],
    ['two times', [fileOf(text), ...receipt, '--at', 'issued'], '--at is given 2 times'],
    [
      'a checkpoint for a receipt',
      [fileOf(text), ...receipt, '--checkpoint', fileOf(note), '--ledger-key', ledgerKey],
      of('checkpoint'),
    ],
    ['a time for a ledger', [fileOf(ledger), '--at', 'issued'], of('at')],
    [
      'an HMAC key for a receipt',
      [fileOf(text), ...receipt, '--hmac-key-file', fileOf(bundleKey)],
      of('hmac-key-file'),
    ],
    ['keys of bundles for a receipt', [fileOf(text), ...receipt, '--evidence-keys', fileOf('')], '--evidence-keys'],
    ['a ledger key for a receipt', [fileOf(text), ...receipt, '--ledger-key', 'garbage'], of('ledger-key')],
    ['two keys for tokens', [fileOf(text), '--jwks', 'a', '--public-key', 'b'], 'not both'],
    ['an option that there is not', [fileOf(text), '--pubkey', 'x'], "Unknown option '--pubkey'"],
    ['standard input twice', ['-', '-', ...receipt], 'read once'],
  ]
  test.each(usage)('%s', async (_, words, problem) => {
    const {code, out, err} = await countersign(['verify', ...words])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(problem)
  })

  test('an HMAC key that is none is not printed', async () => {
    const words = ['--hmac-key-file', fileOf('secret-but-short')]
    const {code, err} = await countersign(['verify', fileOf(bundle.arguments[0]), ...words])
    expect(code).toBe(2)
    expect(err).not.toContain('secret-but')
  })
})

describe('help', () => {
  test.each([['--help'], ['verify'], ['gate'], ['keygen'], ['ledger follow']])('%s --help', async (words) => {
    const {code, out, err} = await countersign([...words.split(' '), '--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/Exit codes: 0/)
  })

  test('a command that there is not', async () => {
    const {code, err} = await countersign(['verfy', 'x'])
    expect(code).toBe(2)
    expect(err).toContain('There is no command "verfy"')
  })
})
