/** What is asked about the sample ledger's checkpoints and proofs, and what must be answered. */
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'
import {SampleLedger} from './ledger.ts'

const size = 8
const wrongHash = 'f'.repeat(64)

export function checkpointVectors(ledger: SampleLedger): Vectors {
  const {ledgerKey} = ledger
  const note = ledger.checkpoint(size)
  const other = new SampleLedger()
  const bad = (name: string, text: unknown, {code = 'checkpoint_malformed', key = ledgerKey}): Case => ({
    name,
    arguments: [text, key],
    result: refused(code),
  })
  const signature = /— .*\n/.exec(note)?.[0] ?? ''
  return {
    about: 'Checkpoints: how long the ledger is and the root over all of it. C2SP signed notes.',
    call: 'verify.checkpoint(note, ledgerKey)',
    cases: [
      {
        name: 'a checkpoint',
        arguments: [note, ledgerKey],
        result: {valid: true, origin: ledgerKey.split('+')[0] ?? '', size},
      },
      {
        name: 'signatures of others beside ours are ignored',
        arguments: [`${note}— witness.example/w AAAAAAAA\n`, ledgerKey],
        result: {valid: true, size},
      },
      bad('no end of its last line', note.slice(0, -1), {}),
      bad('line ends of another system', note.replaceAll('\n', '\r\n'), {}),
      bad('a size with a leading zero', swap(note, '\n8\n', '\n08\n'), {code: 'checkpoint_signature_invalid'}),
      bad('nothing is signed', swap(note, signature, ''), {}),
      bad('no text', 7, {}),
      bad('the size was changed', swap(note, '\n8\n', '\n9\n'), {code: 'checkpoint_signature_invalid'}),
      bad('one good and one bad signature of the key', `${note}${corrupt(signature)}`, {
        code: 'checkpoint_signature_invalid',
      }),
      bad('signed by another key', other.checkpoint(size), {code: 'checkpoint_unsigned'}),
      bad('the key signed the name of another ledger', ledger.checkpoint(size, {origin: 'other.example/1'}), {
        code: 'checkpoint_origin_mismatch',
      }),
      bad('a key whose id is not its own', note, {
        code: 'checkpoint_key_invalid',
        key: ledgerKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
      }),
    ],
  }
}

/** The same key and another last byte. */
function corrupt(line: string): string {
  const [dash, name, base64 = ''] = line.trim().split(' ')
  const bytes = Buffer.from(base64, 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return [dash, name, `${bytes.toString('base64')}\n`].join(' ')
}

export function inclusionVectors(ledger: SampleLedger): Vectors {
  const {ledgerKey, entries} = ledger
  const entry = JSON.stringify(entries[3])
  const options = {checkpoint: ledger.checkpoint(size), ledgerKey, proof: ledger.inclusion(3, size)}
  const asked = (
    name: string,
    given: unknown,
    {options: other = options as Json, result = {valid: true, seq: 3, size} as Json},
  ): Case => ({
    name,
    arguments: [given, other],
    result,
  })
  const mismatch = refused('inclusion_mismatch')
  const checkpoint = ledger.checkpoint(7)
  return {
    about: 'Inclusion: an entry is in the ledger that a checkpoint covers (RFC 6962 §2.1.1, hashes in hex).',
    call: 'verify.inclusion(entry, options)',
    cases: [
      asked('an entry and its proof', entry, {}),
      asked('a masked entry', JSON.stringify({seq: 3, hash: entries[3]?.hash}), {}),
      asked('a tree that is not full', entry, {
        options: {checkpoint, ledgerKey, proof: ledger.inclusion(3, 7)},
        result: {valid: true, seq: 3, size: 7},
      }),
      asked('the proof of another entry', entry, {
        options: {...options, proof: ledger.inclusion(2, size)},
        result: mismatch,
      }),
      asked('a hash too few', entry, {options: {...options, proof: options.proof.slice(1)}, result: mismatch}),
      asked('the checkpoint of another size', entry, {options: {...options, checkpoint}, result: mismatch}),
      asked('an edited entry', swap(entry, '5'.repeat(64), '6'.repeat(64)), {result: refused('entry_hash_mismatch')}),
      asked('a hash in capitals', entry, {
        options: {...options, proof: options.proof.map((hash) => hash.toUpperCase())},
        result: refused('inclusion_malformed'),
      }),
      asked('no proof', entry, {options: {checkpoint, ledgerKey}, result: refused('inclusion_malformed')}),
    ],
  }
}

export function consistencyVectors(ledger: SampleLedger): Vectors {
  const {ledgerKey} = ledger
  const options = {
    previous: ledger.checkpoint(5),
    checkpoint: ledger.checkpoint(size),
    ledgerKey,
    proof: ledger.consistency(5, size),
  }
  const asked = (name: string, other: Json, result: Json): Case => ({name, arguments: [{...options, ...other}], result})
  const mismatch = refused('consistency_mismatch')
  return {
    about: 'Consistency: the newer checkpoint continues the older one (RFC 6962 §2.1.2, hashes in hex).',
    call: 'verify.consistency(options)',
    cases: [
      asked('two checkpoints and their proof', {}, {valid: true, from: 5, to: size}),
      asked(
        'from a power of two',
        {previous: ledger.checkpoint(4), proof: ledger.consistency(4, size)},
        {
          valid: true,
          from: 4,
          to: size,
        },
      ),
      asked(
        'the same checkpoint twice',
        {previous: options.checkpoint, proof: []},
        {valid: true, from: size, to: size},
      ),
      asked('the proof of other sizes', {proof: ledger.consistency(6, size)}, mismatch),
      asked(
        'an older root that the proof does not lead to',
        {previous: ledger.checkpoint(5, {root: wrongHash})},
        mismatch,
      ),
      asked(
        'a newer root that the proof does not lead to',
        {checkpoint: ledger.checkpoint(size, {root: wrongHash})},
        mismatch,
      ),
      asked('a proof that is no list', {proof: 'none'}, refused('consistency_malformed')),
      asked(
        'the newer one covers less',
        {previous: options.checkpoint, checkpoint: options.previous},
        refused('checkpoint_backwards'),
      ),
      asked(
        'two roots for one size',
        {previous: ledger.checkpoint(size, {root: wrongHash}), proof: []},
        refused('checkpoint_conflict'),
      ),
    ],
  }
}
