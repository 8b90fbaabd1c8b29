/** Attacks on a ledger, one a sentence: which of them a chain shows, and which only a checkpoint does. */
import {describe, expect, test} from '@jest/globals'
import {type Entry, type EntryBody, type ProofFaultCode, printMicrosTime, verify} from '#protocol'
import {makeKey} from './builders.ts'
import {
  bodyAfter,
  entryAfter,
  key,
  ledgerKey,
  makeLedger,
  mask,
  ndjson,
  origin,
  proveConsistency,
  rewrite,
  rootOf,
  sign,
  signHead,
  streamOf,
} from './ledger-builders.ts'

const entries = makeLedger(23)
const text = ndjson(entries)
const checkpoint = sign(entries)
const anchored = {checkpoint, ledgerKey}
const at = (seq: number): Entry => {
  const entry = entries[seq]
  if (entry === undefined) throw new RangeError('no such entry')
  return entry
}
const replaced = (seq: number, entry: object): readonly object[] => entries.with(seq, entry as Entry)
const changed = {digests: {keys: `sha256:${'0'.repeat(64)}`}}
const other = {digests: {...at(9).digests, evidence: `sha256:${'0'.repeat(64)}`}}
const codeOf = (verdict: Verdict): string | undefined => verdict.code

type Verdict = Readonly<{valid: boolean; code?: string}>
const whole = {valid: true, entries: 23, continuous: true, masked: 0}

describe('a whole ledger', () => {
  test('holds as an array of objects, an array of texts, NDJSON, bytes, and in any layout', () => {
    const result = {...whole, anchored: 'none', unanchored: 23}
    const spread = entries.map((entry) => JSON.stringify(entry).replaceAll(',"', ' ,\t"'))
    for (const segment of [
      entries,
      entries.map((entry) => JSON.stringify(entry)),
      text,
      text.trimEnd(),
      text.replaceAll('\n', '\r\n'),
      new TextEncoder().encode(text),
      spread.join('\n'),
    ]) {
      expect(verify.chain(segment)).toMatchObject(result)
    }
  })

  test('holds as a stream cut anywhere, of bytes, texts or objects', async () => {
    const result = {...whole, anchored: 'checkpoint', unanchored: 0}
    for (const length of [1, 7, 599, 600, 1_000_000]) {
      expect(await verify.chain(streamOf(text, length), anchored)).toEqual(result)
    }
    const textPieces = new Blob([text]).stream().pipeThrough(new TextDecoderStream())
    expect(await verify.chain(textPieces, anchored)).toEqual(result)
    const objects = async function* () {
      for (const entry of entries) yield Promise.resolve(entry)
    }
    expect(await verify.chain(objects(), anchored)).toEqual(result)
  })

  test('says without a checkpoint that a cut tail cannot be seen, and with one has nothing to add', () => {
    expect(verify.chain(entries)).toMatchObject({
      anchored: 'none',
      caution: expect.stringContaining('cut tail') as unknown as string,
    })
    expect(verify.chain(entries, anchored)).toEqual({...whole, anchored: 'checkpoint', unanchored: 0})
  })

  test('that is longer than the checkpoint says how many entries nothing was signed over', () => {
    const early = {checkpoint: sign(entries.slice(0, 20)), ledgerKey}
    expect(verify.chain(entries, early)).toMatchObject({
      anchored: 'checkpoint',
      unanchored: 3,
      caution: expect.stringContaining('covers 3 entries') as unknown as string,
    })
  })

  test('is consistent with every checkpoint that was ever signed over it', () => {
    for (let size = 1; size <= entries.length; size++) {
      const previous = sign(entries.slice(0, size))
      const result = {...whole, anchored: 'consistent', unanchored: 0}
      expect(verify.chain(entries, {...anchored, previous})).toEqual(result)
      const proof = proveConsistency(entries, {from: size, to: entries.length})
      expect(verify.chain(entries, {...anchored, previous, proof})).toEqual(result)
    }
  })

  test('holds from where a kept checkpoint ends, with the consistency proof', () => {
    for (let size = 1; size < entries.length; size++) {
      const options = {
        ...anchored,
        previous: sign(entries.slice(0, size)),
        proof: proveConsistency(entries, {from: size, to: entries.length}),
      }
      expect(verify.chain(entries.slice(size), options)).toMatchObject({anchored: 'consistent', unanchored: 0})
      expect(codeOf(verify.chain(rewrite(entries, size, {digests: {}}).slice(size), options))).toBe(
        'chain_root_mismatch',
      )
    }
  })
})

describe('masked entries', () => {
  const masked = entries.map((entry) => (entry.seq % 3 === 1 ? mask(entry) : entry))

  test('keep the chain and the tree, and are counted', () => {
    expect(verify.chain(masked, anchored)).toEqual({...whole, anchored: 'checkpoint', masked: 8, unanchored: 0})
    expect(verify.chain(ndjson(masked), anchored)).toMatchObject({masked: 8})
    expect(verify.chain(entries.map(mask), anchored)).toMatchObject({masked: 23, continuous: true})
  })

  test('without a checkpoint hide a link, so the result is not called continuous', () => {
    const edited = rewrite(entries, 3, {digests: {}}).slice(0, 4)
    const forged = [...edited, mask(at(4)), ...entries.slice(5)]
    expect(verify.chain(forged)).toMatchObject({valid: true, continuous: false, masked: 1})
    expect(codeOf(verify.chain(forged, anchored))).toBe('chain_root_mismatch')
    expect(verify.chain([mask(at(4)), ...entries.slice(5)])).toMatchObject({continuous: true})
  })

  test('whose hash is another do not fit the entry that follows', () => {
    const forged = replaced(4, {...mask(at(4)), hash: at(3).hash})
    expect(codeOf(verify.chain(forged))).toBe('chain_broken')
    const end = replaced(22, {...mask(at(22)), hash: at(3).hash})
    expect(verify.chain(end).valid).toBe(true)
    expect(codeOf(verify.chain(end, anchored))).toBe('chain_root_mismatch')
  })
})

describe('what only a checkpoint shows', () => {
  const rewritten = rewrite(entries, 9, other)

  test('a cut tail', () => {
    expect(verify.chain(entries.slice(0, 20))).toMatchObject({valid: true, anchored: 'none'})
    expect(codeOf(verify.chain(entries.slice(0, 20), anchored))).toBe('chain_truncated')
  })

  test('an entry rewritten with everything after it', () => {
    expect(verify.chain(rewritten)).toMatchObject({valid: true, anchored: 'none'})
    expect(codeOf(verify.chain(rewritten, anchored))).toBe('chain_root_mismatch')
  })

  test('a history rewritten and signed anew, to whoever kept the old checkpoint', () => {
    const anew = {checkpoint: sign(rewritten), ledgerKey}
    expect(verify.chain(rewritten, anew)).toMatchObject({anchored: 'checkpoint'})
    const previous = sign(entries.slice(0, 15))
    expect(codeOf(verify.chain(rewritten, {...anew, previous}))).toBe('chain_root_mismatch')
    const proof = proveConsistency(rewritten, {from: 15, to: 23})
    expect(codeOf(verify.chain(rewritten, {...anew, previous, proof}))).toBe('consistency_mismatch')
    expect(codeOf(verify.chain(rewritten, {...anew, previous: checkpoint}))).toBe('checkpoint_conflict')
  })
})

type LedgerFaultCode = Extract<
  ProofFaultCode,
  `chain_${string}` | `entry_${string}` | `checkpoint_${string}` | `consistency_${string}`
>
type Attack = () => Verdict

const sealedWith = (overrides: Partial<EntryBody>, seq = 9): readonly object[] =>
  replaced(seq, entryAfter(entries[seq - 1], overrides))

/** Every code of a chain, and the attacks that end in it. */
const attacks: Readonly<Record<LedgerFaultCode, Readonly<Record<string, Attack>>>> = {
  entry_hash_mismatch: {
    'an edit': () => verify.chain(replaced(9, {...at(9), ...other})),
    'an edit in a line': () => verify.chain(text.replace(`"time":"${at(9).time}"`, `"time":"${at(8).time}"`)),
    'an edit of the first entry': () => verify.chain(replaced(0, {...at(0), ...changed})),
    "another entry's hash": () => verify.chain(replaced(9, {...at(9), hash: at(8).hash})),
  },
  entry_malformed: {
    'a hash in upper case': () => verify.chain(replaced(9, {...at(9), hash: at(9).hash.toUpperCase()})),
    'another type': () => verify.chain(sealedWith({type: 'countersign.entry/v2' as EntryBody['type']})),
    'a member more': () => verify.chain(replaced(9, {...at(9), note: 'x'})),
    'a digest of another event': () => verify.chain(sealedWith({digests: {revocation: `sha256:${'0'.repeat(64)}`}})),
    'a subject of another event': () => verify.chain(sealedWith({subject: `dec_${'0'.repeat(26)}`})),
    'an unknown event': () => verify.chain(sealedWith({event: 'receipt.eaten' as EntryBody['event']})),
    'a time that does not exist': () =>
      verify.chain(sealedWith({time: '2026-02-30T00:00:00.000000Z' as EntryBody['time']})),
    'a number that is none': () => verify.chain(text.replace('"seq":9,', '"seq":9.0,')),
    'a number with a zero before it': () => verify.chain(text.replace('"seq":9,', '"seq":09,')),
    'a number past 2^53': () => verify.chain(text.replace('"seq":9,', '"seq":9007199254740993,')),
    'a name twice': () => verify.chain(text.replace('"seq":9,', '"seq":9,"seq":9,')),
    'a second ledger.created': () => verify.chain(sealedWith({event: 'ledger.created', subject: origin, digests: {}})),
    'a first entry that follows something': () =>
      verify.chain([entryAfter(undefined, {prev: 'a'.repeat(64)}), ...entries.slice(1)]),
    'a first entry that creates nothing': () => verify.chain([entryAfter(undefined, eventOf(1))]),
    'an empty line': () => verify.chain(text.replace('\n', '\n\n')),
    'a line cut off': () => verify.chain(text.slice(0, -40)),
    'a byte-order mark': () => verify.chain(`\ufeff${text}`),
    'bytes that are not UTF-8': () => verify.chain(new Uint8Array([...new TextEncoder().encode(text), 0xc3])),
    'a line without end': () => verify.chain('['.repeat(1_000_000)),
    'a masked entry with more': () => verify.chain(replaced(9, {...mask(at(9)), event: 'decision.made'})),
    'something else': () => verify.chain([...entries, null]),
  },
  chain_broken: {
    'an entry put in the place of another': () => verify.chain(sealedWith(other)),
    'an entry that names no predecessor': () => verify.chain(sealedWith({prev: '0'.repeat(64)})),
  },
  chain_gap: {
    'an entry taken out': () => verify.chain(entries.toSpliced(9, 1)),
    'an entry twice': () => verify.chain(entries.toSpliced(9, 0, at(9))),
    'two entries exchanged': () => verify.chain(entries.with(9, at(10)).with(10, at(9))),
    'a masked entry taken out': () => verify.chain(entries.map(mask).toSpliced(9, 1)),
    'a second beginning': () => verify.chain([...entries, ...entries]),
  },
  chain_time_backwards: {
    'a time before': () => verify.chain(sealedWith({time: at(7).time})),
    'the same time': () => verify.chain(sealedWith({time: at(8).time})),
    'a time before that of an entry behind a masked one': () =>
      verify.chain(rewrite(entries, 9, {time: at(7).time}).with(8, mask(at(8)) as Entry)),
    'a time before the first': () => verify.chain(sealedWith({time: printMicrosTime(0)})),
  },
  chain_ledger_mismatch: {
    'an entry of another ledger': () => verify.chain(sealedWith({ledger: `${origin}0`})),
    'another ledger than the checkpoint is of': () => {
      const foreign = entryAfter(undefined, {ledger: `${origin}0`, subject: `${origin}0`})
      return verify.chain([foreign], {checkpoint: sign([foreign]), ledgerKey})
    },
  },
  chain_empty: {
    'an empty array': () => verify.chain([]),
    'an empty text': () => verify.chain('', anchored),
  },
  chain_truncated: {
    'a cut tail': () => verify.chain(entries.slice(0, -1), anchored),
    'a cut tail of a later part': () =>
      verify.chain(entries.slice(9, -1), {
        ...anchored,
        previous: sign(entries.slice(0, 9)),
        proof: proveConsistency(entries, {from: 9, to: 23}),
      }),
  },
  chain_root_mismatch: {
    'a rewritten history': () => verify.chain(rewrite(entries, 9, other), anchored),
    'a rewritten last entry': () => verify.chain(rewrite(entries, 22, {digests: {}}), anchored),
  },
  chain_unanchored: {
    'a head that is left out': () => verify.chain(entries.slice(1), anchored),
    'a part from the middle with no proof': () =>
      verify.chain(entries.slice(9), {...anchored, previous: sign(entries.slice(0, 9))}),
    'a part that begins elsewhere than the previous checkpoint ends': () =>
      verify.chain(entries.slice(10), {
        ...anchored,
        previous: sign(entries.slice(0, 9)),
        proof: proveConsistency(entries, {from: 9, to: 23}),
      }),
    'a part after the checkpoint': () =>
      verify.chain(entries.slice(9), {checkpoint: sign(entries.slice(0, 9)), ledgerKey}),
  },
  chain_options_invalid: {
    'a checkpoint without a key': () => verify.chain(entries, {checkpoint}),
    'a key without a checkpoint': () => verify.chain(entries, {ledgerKey}),
    'a previous checkpoint alone': () => verify.chain(entries, {previous: checkpoint}),
    'a proof alone': () => verify.chain(entries, {...anchored, proof: []}),
    'a misspelt option': () => verify.chain(entries, {...anchored, chekpoint: ''} as object),
    'an undefined option': () => verify.chain(entries, {checkpoint: undefined} as object),
    'no object': () => verify.chain(entries, null as never),
  },
  chain_unreadable: {
    'a number': () => verify.chain(7 as unknown as string),
    'an object': () => verify.chain({entries} as unknown as string),
  },
  checkpoint_malformed: {
    'no note': () => verify.chain(entries, {checkpoint: 'x', ledgerKey}),
    'no text': () => verify.chain(entries, {checkpoint: 7 as never, ledgerKey}),
  },
  checkpoint_key_invalid: {'a key that is none': () => verify.chain(entries, {checkpoint, ledgerKey: 'x'})},
  checkpoint_unsigned: {
    "a stranger's signature": () => verify.chain(entries, {checkpoint: sign(entries, makeKey()), ledgerKey}),
  },
  checkpoint_signature_invalid: {
    'a size that was changed': () =>
      verify.chain(entries, {checkpoint: checkpoint.replace('\n23\n', '\n22\n'), ledgerKey}),
  },
  checkpoint_origin_mismatch: {
    'a checkpoint of another ledger under this key': () => {
      const foreign = signHead({origin: 'countersign.example/1', size: 23, root: rootOf(entries)})
      const line = foreign.split('\n').at(-2) ?? ''
      return verify.checkpoint(foreign.replace(line, lineOf(foreign)), ledgerKey)
    },
  },
  checkpoint_backwards: {
    'a previous checkpoint that covers more': () =>
      verify.chain(entries, {checkpoint: sign(entries.slice(0, 9)), ledgerKey, previous: checkpoint}),
  },
  checkpoint_conflict: {
    'two roots for one size': () => verify.chain(entries, {...anchored, previous: sign(rewrite(entries, 9, other))}),
  },
  consistency_malformed: {
    'a proof that is no list': () =>
      verify.chain(entries, {...anchored, previous: sign(entries.slice(0, 9)), proof: 'x' as never}),
    'an element that is no hash': () =>
      verify.chain(entries, {...anchored, previous: sign(entries.slice(0, 9)), proof: ['00']}),
  },
  consistency_mismatch: {
    'a proof of other sizes': () =>
      verify.chain(entries, {
        ...anchored,
        previous: sign(entries.slice(0, 9)),
        proof: proveConsistency(entries, {from: 10, to: 23}),
      }),
    'a proof for one checkpoint twice': () =>
      verify.chain(entries, {...anchored, previous: checkpoint, proof: [at(1).hash]}),
  },
}

/** The note's text signed under the ledger key's own name, which is not the origin in the text. */
function lineOf(note: string): string {
  const text = note.slice(0, note.indexOf('\n\n') + 1)
  const ours = checkpoint.split('\n').at(-2) ?? ''
  const id = Buffer.from(ours.split(' ')[2] ?? '', 'base64').subarray(0, 4)
  const signature = Buffer.from(key.signBytes(new TextEncoder().encode(text)).slice('ed25519:'.length), 'hex')
  return `\u2014 ${origin} ${Buffer.concat([id, signature]).toString('base64')}`
}

function eventOf(seq: number): Pick<EntryBody, 'event' | 'subject' | 'digests'> {
  const {event, subject, digests} = bodyAfter(entries[seq - 1])
  return {event, subject, digests}
}

describe.each(Object.entries(attacks))('%s', (code, ways) => {
  test.each(Object.entries(ways))('is the answer to %s', (_, attack) => {
    expect(attack()).toMatchObject({
      valid: false,
      code,
      reason: expect.stringMatching(/^[\x20-\x7e]+\.$/) as unknown as string,
    })
  })
})

describe('a stream', () => {
  test('that fails half-way is refused, and nothing is thrown', async () => {
    const failing = async function* () {
      yield* streamOf(text)
      throw new Error('the connection was cut')
    }
    expect(codeOf(await verify.chain(failing(), anchored))).toBe('chain_unreadable')
  })

  test('is let go of at the first fault', async () => {
    let isClosed = false
    const endless = async function* () {
      try {
        for (;;) yield Promise.resolve('{}\n')
      } finally {
        isClosed = true
      }
    }
    expect(codeOf(await verify.chain(endless()))).toBe('entry_malformed')
    expect(isClosed).toBe(true)
  })

  test('with wrong options is a promise too', async () => {
    expect(codeOf(await verify.chain(streamOf(text), {ledgerKey}))).toBe('chain_options_invalid')
  })

  test('that mixes an unfinished line and an object is refused', async () => {
    const mixed = async function* () {
      yield text.slice(0, 100)
      yield Promise.resolve(entries[0])
    }
    expect(codeOf(await verify.chain(mixed()))).toBe('entry_malformed')
  })
})
