/** Checkpoints as signed notes: one spelling, one key, and what every other spelling and key gets. */
import {describe, expect, test} from '@jest/globals'
import {checkpointText, parseVerifierKey, printVerifierKey, verify} from '#protocol'
import {makeKey} from './builders.ts'
import {key, ledgerKey, makeLedger, origin, rootOf, sign, signText} from './ledger-builders.ts'

const entries = makeLedger(12)
const root = rootOf(entries)
const note = sign(entries)
const [name, size, base64Root] = note.split('\n')
const signatureLine = note.split('\n')[4] ?? ''
const keyId = Buffer.from(signatureLine.split(' ')[2] ?? '', 'base64').subarray(0, 4)

/** Any text, signed properly by the ledger's key. */
function signed(text: string, id: Uint8Array = keyId): string {
  const signature = Buffer.concat([id, signText(text)]).toString('base64')
  return `${text}\n\u2014 ${origin} ${signature}\n`
}

const codeOf = (text: unknown): string | undefined => {
  const verdict = verify.checkpoint(text as string, ledgerKey)
  return verdict.valid ? undefined : verdict.code
}

const rootText = base64Root ?? ''

describe('a checkpoint', () => {
  test('has the bytes of the C2SP page and says origin, size and root', () => {
    expect([name, size, base64Root]).toEqual([origin, '12', Buffer.from(root, 'hex').toString('base64')])
    expect(signatureLine).toMatch(new RegExp(`^\u2014 ${origin} [A-Za-z0-9+/]{90,}=*$`))
    expect(verify.checkpoint(note, ledgerKey)).toEqual({valid: true, origin, size: 12, root})
    expect(signed(checkpointText({origin, size: 12, root}))).toBe(note)
  })

  test('is valid beside signatures of others, known by name or not', () => {
    const others = [
      `\u2014 witness.example/w ${Buffer.alloc(80, 1).toString('base64')}`,
      // The name of our key with another id: another algorithm, or a key of the same name.
      `\u2014 ${origin} ${Buffer.alloc(68, 1).toString('base64')}`,
    ]
    expect(codeOf(`${note}${others.join('\n')}\n`)).toBeUndefined()
    expect(codeOf(note.replace(signatureLine, [...others, signatureLine].join('\n')))).toBeUndefined()
  })

  test('may have extension lines, which the signature covers', () => {
    const extended = signed(`${origin}\n12\n${rootText}\nmore\nand \u00e9ven more\n`)
    expect(verify.checkpoint(extended, ledgerKey)).toEqual({valid: true, origin, size: 12, root})
    expect(codeOf(extended.replace('more', 'mora'))).toBe('checkpoint_signature_invalid')
    expect(codeOf(extended.replace('more\n', ''))).toBe('checkpoint_signature_invalid')
    expect(codeOf(note.replace('\n\n', '\nmore\n\n'))).toBe('checkpoint_signature_invalid')
  })

  test('under another key, or a known name with another key id alone, is unsigned', () => {
    expect(codeOf(sign(entries, makeKey()))).toBe('checkpoint_unsigned')
    expect(codeOf(signed(checkpointText({origin, size: 12, root}), Buffer.alloc(4)))).toBe('checkpoint_unsigned')
    expect(codeOf(note.replace(`\u2014 ${origin}`, `\u2014 ${origin}0`))).toBe('checkpoint_unsigned')
  })

  test('with a signature of the known key that does not hold is refused, even beside one that does', () => {
    const bad = `\u2014 ${origin} ${Buffer.concat([keyId, Buffer.alloc(64, 1)]).toString('base64')}`
    const short = `\u2014 ${origin} ${Buffer.concat([keyId, Buffer.alloc(10, 1)]).toString('base64')}`
    for (const line of [bad, short]) {
      expect(codeOf(note.replace(signatureLine, line))).toBe('checkpoint_signature_invalid')
      expect(codeOf(`${note}${line}\n`)).toBe('checkpoint_signature_invalid')
      expect(codeOf(note.replace(signatureLine, `${line}\n${signatureLine}`))).toBe('checkpoint_signature_invalid')
    }
  })

  const malformed: readonly (readonly [string, string])[] = [
    ['a size with a zero before it', signed(`${origin}\n012\n${rootText}\n`)],
    ['a size of nothing', signed(`${origin}\n0\n${rootText}\n`)],
    ['a size with a sign', signed(`${origin}\n+12\n${rootText}\n`)],
    ['a size in another notation', signed(`${origin}\n1e3\n${rootText}\n`)],
    ['a size past 2^53', signed(`${origin}\n9007199254740993\n${rootText}\n`)],
    ['no size', signed(`${origin}\n\n${rootText}\n`)],
    ['a root of 31 bytes', signed(`${origin}\n12\n${Buffer.alloc(31).toString('base64')}\n`)],
    ['a root without padding', signed(`${origin}\n12\n${rootText.replace('=', '')}\n`)],
    ['a root with non-zero tail bits', signed(`${origin}\n12\n${'A'.repeat(42)}B=\n`)],
    ['a root in base64url', signed(`${origin}\n12\n${'_'.repeat(42)}8=\n`)],
    ['a root in hex', signed(`${origin}\n12\n${root}\n`)],
    ['an empty line among its extension lines', signed(`${origin}\n12\n${rootText}\nmore\n\nmore\n`)],
    ['an empty extension line', signed(`${origin}\n12\n${rootText}\n\n`)],
    ['a line too few', signed(`${origin}\n12\n`)],
    ['a space at the end of a line', signed(`${origin}\n12 \n${rootText}\n`)],
    ['CRLF', note.replaceAll('\n', '\r\n')],
    ['a control character', signed(`${origin}\n12\n${rootText}\u0000\n`)],
    ['a tab', signed(`${origin}\n12\t\n${rootText}\n`)],
    ['no empty line', note.replace('\n\n', '\n')],
    ['no signature', note.slice(0, note.indexOf('\n\n') + 2)],
    ['no line end', note.slice(0, -1)],
    ['an empty line at the end', `${note}\n`],
    ['a hyphen for a dash', note.replace('\u2014', '-')],
    ['a signature with a word more', note.replace(signatureLine, `${signatureLine} x`)],
    ['a signature of too few bytes', note.replace(signatureLine, `\u2014 ${origin} AAAA`)],
    ['a signature without padding', note.replace(/=+\n$/, '\n')],
    ['a lone surrogate', signed(`${origin}\ud800\n12\n${rootText}\n`)],
    ['too many signatures', `${note}${`${signatureLine}\n`.repeat(100)}`],
    ['too many characters', `${note}\u2014 x ${'AAAA'.repeat(20_000)}\n`],
    ['nothing', ''],
    ['only line ends', '\n\n\n'],
  ]
  test.each(malformed)('with %s is malformed', (_, text) => {
    expect(codeOf(text)).toBe('checkpoint_malformed')
  })

  test('of another origin under the same key is refused', () => {
    expect(codeOf(signed(`countersign.example/1\n12\n${rootText}\n`))).toBe('checkpoint_origin_mismatch')
  })

  test('that is no text is refused, and so is every key that is none', () => {
    for (const wrong of [undefined, null, 7, {}, [note], new Uint8Array(3)]) {
      expect(codeOf(wrong)).toBe('checkpoint_malformed')
      expect(verify.checkpoint(note, wrong as string)).toMatchObject({valid: false, code: 'checkpoint_key_invalid'})
    }
  })

  test('is not printed for a size or a root that no ledger has', () => {
    for (const head of [
      {size: 0},
      {size: 1.5},
      {size: NaN},
      {size: 2 ** 53},
      {root: 'x'},
      {root: root.toUpperCase()},
    ]) {
      expect(() => checkpointText({origin, size: 12, root, ...head})).toThrow(RangeError)
    }
  })
})

describe('a verifier key', () => {
  test('is split on its first two plus signs only, since base64 has more', () => {
    const withPlus = Array.from({length: 100}, makeKey).find(
      ({pin}) => printVerifierKey(origin, pin).split('+').length > 3,
    )
    const printed = printVerifierKey(origin, (withPlus ?? key).pin)
    expect(printed.split('+').length).toBeGreaterThan(3)
    expect(parseVerifierKey(printed)).toMatchObject({name: origin})
  })

  test('of another spelling, algorithm or key id is none', () => {
    const [keyName = '', id = '', ...base64] = ledgerKey.split('+')
    const bytes = Buffer.from(base64.join('+'), 'base64')
    const weak = printVerifierKey(origin, `pp_pk_01${'00'.repeat(31)}` as typeof key.pin)
    const variant = (first: number) => Buffer.from(bytes.with(0, first)).toString('base64')
    for (const wrong of [
      '',
      keyName,
      `${keyName}+${id}`,
      `${keyName}+${id}+`,
      `+${id}+${base64.join('+')}`,
      `${keyName}x+${id}+${base64.join('+')}`,
      `${keyName}+${id.toUpperCase()}x+${base64.join('+')}`,
      `${keyName}+00000000+${base64.join('+')}`,
      `${keyName}+${id}+${variant(2)}`,
      `${keyName}+${id}+${bytes.subarray(0, 32).toString('base64')}`,
      `${ledgerKey} `,
      ` ${ledgerKey}`,
      `${ledgerKey}\n`,
      weak,
    ]) {
      expect([wrong, parseVerifierKey(wrong)]).toEqual([wrong, undefined])
    }
    expect(parseVerifierKey(ledgerKey)).toBeDefined()
  })
})
