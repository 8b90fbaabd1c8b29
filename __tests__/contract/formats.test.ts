/** docs/formats.md against the code that it binds: every member that it lists, every word, and examples that verify. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {
  entryEvents,
  evidenceDigest,
  digestOf,
  canonicalBytes,
  evidenceKey,
  flagWords,
  hexToBytes,
  parseClaims,
  parseEvidence,
  parseJson,
  parsePinnedKeys,
  parseStatus,
  readKeySet,
  refusalCodes,
  revocationCauses,
  sectionNames,
  statusWords,
  verify,
} from '#protocol'
import {indexColumns, packPaths} from '#pack'
import {blocksOf, codesIn, namesIn, sectionOf, tablesOf} from './document.ts'

type Json = Readonly<Record<string, unknown>>

const page = readFileSync('docs/formats.md', 'utf8')
const section = (title: string): string => sectionOf(page, title)
const tablesIn = (title: string): ReturnType<typeof tablesOf> => tablesOf(section(title))

/** The one example of a section, as text. */
function exampleIn(title: string): string {
  const [text, ...more] = blocksOf(section(title), 'json')
  if (text === undefined || more.length > 0) throw new Error(`"${title}" has not one example`)
  return text
}

const readExample = (title: string): Json => JSON.parse(exampleIn(title)) as Json

const receiptTitle = '2. Receipt v1 (layer 0: who authorized what)'
const tokenTitle = '3. Authority token (layer 1: what was decided)'
const evidenceTitle = '4. Evidence bundle (layer 2: why)'
const ledgerTitle = '5. Ledger (layer 3: in what order)'

const receipt = readExample(receiptTitle)
const claims = readExample(tokenTitle)
const bundle = readExample(evidenceTitle)
const keySet = readExample('Key set')
const keys = String(receipt['publicKey'])
const [first = '', second = ''] = (blocksOf(section(ledgerTitle), 'ndjson')[0] ?? '').split('\n')
const [note = ''] = blocksOf(section('Checkpoint'), '')
const ledgerKey = codesIn(section('Checkpoint')).find((code) => /\+[0-9a-f]{8}\+/.test(code)) ?? ''
const digestsOf = (entry: string): Json => (JSON.parse(entry) as {readonly digests: Json}).digests
const digest = (document: object): string => digestOf(canonicalBytes(document))

describe('the tables of docs/formats.md list every member, in the order of the example', () => {
  const [ofReceipt, ofScope, ofApproval, ofFlags] = tablesIn('Members of a receipt')
  const [approval] = receipt['approvals'] as readonly Json[]
  const [published] = keySet['keys'] as readonly Json[]

  test.each([
    ['a key set', tablesIn('Key set')[0], keySet],
    ['a key of it', tablesIn('Key set')[1], published],
    ['a receipt', ofReceipt, receipt],
    ['its scope', ofScope, receipt['scope']],
    ['an approval', ofApproval, approval],
    ['the claims of a token', tablesIn('Claims')[0], claims],
    ['an evidence bundle', tablesIn('Members of a bundle')[0], bundle],
    ['a revocation', tablesIn('Revocation')[0], readExample('Revocation')],
    ['a status', tablesIn('Status')[0], readExample('Status')],
    ['an execution', tablesIn('Execution')[0], readExample('Execution')],
  ])('of %s', (_, table, example) => {
    expect(namesIn(table)).toEqual(Object.keys(example as Json))
  })

  test('of an entry, whose example is canonical', () => {
    expect([...namesIn(tablesIn('Entries')[0])].sort()).toEqual(Object.keys(JSON.parse(second) as Json))
  })

  test('of the run that a status names', () => {
    const status = {...readExample('Status'), status: 'redeemed'}
    const run = {id: '9731245008', attempt: 1, at: '2026-04-02T14:32:00Z'}
    expect(parseStatus({...status, run}).ok).toBe(true)
    expect(namesIn(tablesIn('Status')[1])).toEqual(Object.keys(run))
  })

  test.each([
    ['the flags', ofFlags, flagWords],
    ['the events of the ledger', tablesIn('Entries')[1], entryEvents],
    ['the sections of evidence', tablesIn('Sections')[0], sectionNames],
    ['the causes of a revocation', tablesIn('Revocation')[1], revocationCauses],
  ])('and every word of %s', (_, table, words) => {
    expect(namesIn(table)).toEqual(words)
  })

  test('and every word of a status', () => {
    expect(codesIn(tablesIn('Status')[0]?.find(([name]) => name === '`status`')?.[1] ?? '')).toEqual(statusWords)
  })
})

describe('the examples of docs/formats.md verify', () => {
  test('the receipt, at its own time', () => {
    const verdict = verify.receipt(exampleIn(receiptTitle), {keys, now: 'issued'})
    expect(verdict).toMatchObject({valid: true})
  })

  test('the revocation and the status of that receipt', () => {
    const {id, scope} = receipt as {readonly id: string; readonly scope: {readonly repositoryId: number}}
    const expected = {receipt: id, repositoryId: scope.repositoryId}
    expect(verify.revocation(exampleIn('Revocation'), {keys, expect: expected})).toMatchObject({valid: true})
    const now = new Date('2026-04-02T14:32:00Z')
    expect(verify.status(exampleIn('Status'), {keys, now, receipt: id})).toMatchObject({valid: true})
  })

  test('the key set, and the lines of the pins', () => {
    const pins = parsePinnedKeys(blocksOf(section('Keys'), '')[0] ?? '')
    expect(pins.ok && readKeySet(exampleIn('Key set'), pins.value)).toMatchObject({ok: true})
    expect(pins.ok && [...pins.value.values()].map(({status}) => status)).toEqual(['trusted', 'until', 'revoked'])
  })

  test('the claims, which are of that receipt', () => {
    const json = parseJson(exampleIn(tokenTitle))
    expect(json.ok && parseClaims(json.value)).toMatchObject({ok: true})
    expect(claims).toMatchObject({receipt: receipt['id'], jti: receipt['decision'], evidence: receipt['evidence']})
    expect((claims['intent'] as Json)['scope']).toEqual(receipt['scope'])
  })

  test('the evidence, under the key that is derived as it says', () => {
    const parsed = parseEvidence(bundle)
    if (!parsed.ok) throw new Error(parsed.reason)
    const {organization, id} = parsed.bundle
    const key = codesIn(section('The MAC and its key')).find((code) => /^[0-9a-f]{64}$/.test(code)) ?? ''
    expect(evidenceKey(new Uint8Array(32).fill(0x11), organization, id)).toEqual(hexToBytes(key))
    expect(verify.evidence(exampleIn(evidenceTitle), key)).toMatchObject({valid: true})
    expect(evidenceDigest(parsed.bundle)).toBe(receipt['evidence'])
  })

  test('the entries, up to the checkpoint, and each names the documents of the page', () => {
    const verdict = verify.chain(`${first}\n${second}\n`, {checkpoint: note, ledgerKey})
    expect(verdict).toMatchObject({valid: true, entries: 2, anchored: 'checkpoint'})
    expect(digestsOf(first)).toEqual({keys: digest(keySet)})
    const {decision, evidence} = receipt
    expect(digestsOf(second)).toMatchObject({decision, evidence, receipt: digest(receipt)})
  })
})

test('the refusal codes of docs/formats.md are those of the gate', () => {
  const [block = ''] = blocksOf(section('Refusal codes'), '')
  expect(block.trim().split(/\s+/)).toEqual(refusalCodes)
})

test('the pack of docs/formats.md has the columns and the files that packs have', () => {
  const text = section('The audit pack')
  const columns = blocksOf(text, '').at(-1) ?? ''
  expect(columns.trim().split(/\s+/)).toEqual(indexColumns)
  const fixed = text.split('\n\n').find((paragraph) => paragraph.startsWith('Every pack has')) ?? ''
  expect([...codesIn(fixed)].sort()).toEqual(Object.values(packPaths).sort())
})
