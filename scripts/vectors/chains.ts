/** What is asked about parts of the sample ledger, and what must be answered. */
import type {MicrosTime} from '#protocol'
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'
import {type SampleLedger, chain, reseal} from './ledger.ts'

const size = 8
const wrongHash = 'f'.repeat(64)

export const chainVectors = (ledger: SampleLedger): Vectors => ({
  about: 'Parts of a ledger: every hash, every link, and with checkpoints the very tree that was signed. NDJSON text.',
  call: 'verify.chain(segment, options)',
  cases: [...wholeChains(ledger), ...brokenChains(ledger), ...unanchoredChains(ledger)],
})

const ask = (name: string, segment: unknown, {options = {} as Json, result = {valid: true} as Json}): Case => ({
  name,
  arguments: [segment, options],
  result,
})

function wholeChains(ledger: SampleLedger): readonly Case[] {
  const {ledgerKey, entries} = ledger
  const checkpoint = ledger.checkpoint(size)
  const tail = ledger.ndjson(entries.slice(5))
  return [
    ask('a whole ledger, held against nothing', ledger.ndjson(), {
      result: {valid: true, entries: 8, continuous: true, anchored: 'none', masked: 0},
    }),
    ask('a whole ledger and its checkpoint', ledger.ndjson(), {
      options: {checkpoint, ledgerKey},
      result: {valid: true, entries: 8, continuous: true, anchored: 'checkpoint', masked: 0},
    }),
    ask('entries of a private repository are masked', ledger.ndjson(entries, [1, 2, 4]), {
      options: {checkpoint, ledgerKey},
      result: {valid: true, entries: 8, continuous: true, anchored: 'checkpoint', masked: 3},
    }),
    ask('entries after the checkpoint', ledger.ndjson(), {
      options: {checkpoint: ledger.checkpoint(6), ledgerKey},
      result: {valid: true, anchored: 'checkpoint', unanchored: 2},
    }),
    ask('the end of a ledger, from an older checkpoint on', tail, {
      options: {checkpoint, ledgerKey, previous: ledger.checkpoint(5), proof: ledger.consistency(5, size)},
      result: {valid: true, entries: 3, anchored: 'consistent'},
    }),
    ask(
      'a part from the middle, with a masked entry that no checkpoint covers',
      ledger.ndjson(entries.slice(2, 6), [4]),
      {
        result: {valid: true, entries: 4, continuous: false, anchored: 'none', masked: 1},
      },
    ),
    ask('the last line lacks its end', ledger.ndjson().slice(0, -1), {result: {valid: true, entries: 8}}),
  ]
}

function brokenChains(ledger: SampleLedger): readonly Case[] {
  const {entries} = ledger
  const [first, second, third, fourth] = entries
  if (first === undefined || second === undefined || third === undefined || fourth === undefined)
    throw new Error('too short')
  const bad = (name: string, segment: unknown, code: string): Case => ask(name, segment, {result: refused(code)})
  const other = reseal({...second, ledger: 'other.example/1', subject: second.subject})
  const early = chain([first, second, {...third, time: '2026-04-02T14:30:00.000001Z' as MicrosTime}])
  return [
    bad('nothing', '', 'chain_empty'),
    bad('no segment at all', 7, 'chain_unreadable'),
    bad('a line that is no JSON', `${ledger.ndjson()}{\n`, 'entry_malformed'),
    bad('an empty line', ledger.ndjson().replace('\n', '\n\n'), 'entry_malformed'),
    bad('a digest that does not belong to the event', swap(ledger.ndjson(), '"run":', '"token":'), 'entry_malformed'),
    bad('an entry was edited', swap(ledger.ndjson(), '2'.repeat(64), '3'.repeat(64)), 'entry_hash_mismatch'),
    bad(
      'an edited entry with a new hash',
      ledger.ndjson([first, reseal({...second, digests: {}}), third]),
      'chain_broken',
    ),
    bad('an entry is missing', ledger.ndjson([first, third, fourth]), 'chain_gap'),
    bad('two entries are exchanged', ledger.ndjson([first, third, second]), 'chain_gap'),
    bad('an entry twice', ledger.ndjson([first, second, second]), 'chain_gap'),
    bad('an entry of another ledger', ledger.ndjson([first, other]), 'chain_ledger_mismatch'),
    bad('time runs backwards', ledger.ndjson(early), 'chain_time_backwards'),
  ]
}

function unanchoredChains(ledger: SampleLedger): readonly Case[] {
  const {ledgerKey, entries} = ledger
  const checkpoint = ledger.checkpoint(size)
  const bad = (name: string, options: Json, code: string): Case =>
    ask(name, ledger.ndjson(), {options, result: refused(code)})
  const part = (name: string, segment: string, code: string): Case =>
    ask(name, segment, {options: {checkpoint, ledgerKey}, result: refused(code)})
  return [
    part('the tail was cut', ledger.ndjson(entries.slice(0, 7)), 'chain_truncated'),
    part('it begins in the middle', ledger.ndjson(entries.slice(3)), 'chain_unanchored'),
    bad(
      'another root was signed',
      {checkpoint: ledger.checkpoint(size, {root: wrongHash}), ledgerKey},
      'chain_root_mismatch',
    ),
    bad('a checkpoint without its key', {checkpoint}, 'chain_options_invalid'),
    bad('a misspelt option', {checkpoint, ledgerKey, proofs: []}, 'chain_options_invalid'),
    bad(
      'two checkpoints in the wrong order',
      {checkpoint: ledger.checkpoint(5), ledgerKey, previous: checkpoint},
      'checkpoint_backwards',
    ),
    bad(
      'two roots for one size',
      {checkpoint, ledgerKey, previous: ledger.checkpoint(size, {root: wrongHash})},
      'checkpoint_conflict',
    ),
  ]
}
