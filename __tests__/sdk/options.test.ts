/** The built library: an option that is misspelt, undefined or null is a check that would not happen, so it refuses. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {buildFor} from '../../scripts/sdk-bundles.ts'
import type * as library from '../../sdk/index.ts'
import {type Json, aReceipt, expected, makeKey, noon} from '../protocol/builders.ts'
import {ledgerKey, makeLedger, sign} from '../protocol/ledger-builders.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-library-'))
let verify: typeof library.verify

beforeAll(async () => {
  const outfile = join(folder, 'index.mjs')
  await buildFor({platform: 'node', target: 'node20', outfile})
  const built = (await import(pathToFileURL(outfile).href)) as typeof library
  verify = built.verify
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const {text, key} = aReceipt()
const entries = makeLedger(3)
const checkpoint = sign(entries)
const receipt = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const revocation = makeKey().sign({})

/** Each verifier that takes options, with options that are as they should be. */
const asked = {
  receipt: [(options: unknown) => verify.receipt(text, options as never), {keys: key.pin, now: noon, expect: expected}],
  token: [(options: unknown) => verify.token('', '', options as never), {now: noon, issuer: 'x', audience: 'y'}],
  revocation: [
    (options: unknown) => verify.revocation(revocation, options as never),
    {keys: key.pin, expect: {receipt}},
  ],
  status: [(options: unknown) => verify.status('{}', options as never), {keys: key.pin, now: noon, receipt}],
  chain: [(options: unknown) => verify.chain(entries, options as never), {checkpoint, ledgerKey}],
  inclusion: [
    (options: unknown) => verify.inclusion(entries[0], options as never),
    {checkpoint, ledgerKey, proof: [] as string[]},
  ],
  consistency: [
    (options: unknown) => verify.consistency(options as never),
    {previous: checkpoint, checkpoint, ledgerKey, proof: [] as string[]},
  ],
} as const satisfies Readonly<Record<string, readonly [(options: unknown) => unknown, Json]>>

/** What a verifier says when the question is wrong, and not the document. */
const codes: Readonly<Record<keyof typeof asked, string>> = {
  receipt: 'input_invalid',
  token: 'input_invalid',
  revocation: 'input_invalid',
  status: 'input_invalid',
  chain: 'chain_options_invalid',
  inclusion: 'inclusion_malformed',
  consistency: 'consistency_malformed',
}

describe.each(Object.keys(asked) as (keyof typeof asked)[])('verify.%s', (name) => {
  const [ask, options]: readonly [(options: unknown) => unknown, Json] = asked[name]
  const refused = {valid: false, code: codes[name]}

  test('with options as they should be looks at the document', () => {
    const verdict = ask(options) as {readonly code?: string}
    if (verdict.code !== undefined) expect(verdict.code).not.toBe(refused.code)
  })

  test.each(Object.keys(options))('with %s undefined or null refuses', (member) => {
    for (const nothing of [undefined, null]) expect(ask({...options, [member]: nothing})).toMatchObject(refused)
  })

  test.each(Object.keys(options))('with %s misspelt refuses, and says what there is', (member) => {
    const {[member]: value, ...rest} = options
    const misspelt = `${member}s`
    const verdict = ask({...rest, [misspelt]: value}) as {readonly reason: string}
    expect(verdict).toMatchObject(refused)
    expect(verdict.reason).toContain(JSON.stringify(misspelt))
    expect(verdict.reason).toContain(member)
  })

  test('with a member too many, hidden or under a symbol, refuses', () => {
    expect(ask({...options, more: true})).toMatchObject(refused)
    expect(ask({...options, [Symbol('expect')]: {}})).toMatchObject(refused)
    expect(ask(Object.defineProperty({...options}, 'more', {value: true}))).toMatchObject(refused)
  })

  test('with options that are no plain object refuses', () => {
    for (const none of [
      null,
      'keys',
      7,
      [options],
      Object.create(options) as object,
      new Map(Object.entries(options)),
    ]) {
      expect(ask(none)).toMatchObject(refused)
    }
  })
})

test.each([
  ['expected', {keys: key.pin, now: noon, expected}],
  ['maxTTL', {keys: key.pin, now: noon, maxTTL: '5m'}],
])('a receipt that would be valid is refused with the option %s', (name, options) => {
  const verdict = verify.receipt(text, options)
  expect(verdict).toMatchObject({valid: false, code: 'input_invalid'})
  if (!verdict.valid) expect(verdict.reason).toContain(`"${name}" is not one`)
})
