/** Attacks on a ledger: every code that a chain can end in, and the ways there. */
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

type Verdict = Readonly<{valid: boolean; code?: string}>
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
