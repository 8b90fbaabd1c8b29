/**
 * A ledger's checkpoint (formats §5, C2SP tlog-checkpoint): how long the ledger is and the root over all of it, signed.
 *
 *   <origin> LF
 *   <size> LF
 *   base64( root ) LF
 *   LF
 *   — SP <origin> SP base64( key id || Ed25519 signature over the lines above the empty one ) LF
 *
 * Extension lines after the root are taken and mean nothing here. A size of 0 is refused: there is no ledger of ours
 * without its first entry, so a checkpoint over none could only hide that there were some.
 */
import {bytesToHex, hexToBytes} from '../crypto.ts'
import type {PublicKey} from '../ids.ts'
import {type Faulty, faulty} from '../proof-faults.ts'
import {type VerifierKey, openNote, parseBase64, parseVerifierKey, printBase64, printNote} from './note.ts'

export interface Checkpoint {
  /** The ledger's name, and that of its key. */
  readonly origin: string
  /** How many entries, at least one. */
  readonly size: number
  /** The Merkle tree's root over them, 64 hex digits. */
  readonly root: string
}

/** What is signed. Throws RangeError for what no checkpoint says. */
export function checkpointText({origin, size, root}: Checkpoint): string {
  if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('a checkpoint covers at least one entry')
  if (!/^[0-9a-f]{64}$/.test(root)) throw new RangeError('a root is 64 lower-case hex digits')
  return `${origin}\n${size}\n${printBase64(hexToBytes(root))}\n`
}

export interface SignedCheckpoint extends Checkpoint {
  readonly publicKey: PublicKey
  /** 64 bytes over the UTF-8 of checkpointText. */
  readonly signature: Uint8Array
}

export const printCheckpoint = (signed: SignedCheckpoint): string =>
  printNote(checkpointText(signed), {name: signed.origin, publicKey: signed.publicKey, signature: signed.signature})

/** A checkpoint that `ledgerKey`, a C2SP verifier key, signed under its own name; else the first thing wrong. Total. */
export function readCheckpoint(note: unknown, ledgerKey: unknown): Checkpoint | Faulty {
  const key = parseVerifierKey(ledgerKey)
  if (key === undefined) {
    return faulty(
      'checkpoint_key_invalid',
      'give the line name+key id+base64 that the issuer prints, of an Ed25519 key',
    )
  }
  if (typeof note !== 'string') return faulty('checkpoint_malformed', 'it is not text')
  const opened = openNote(note, key)
  return opened.valid ? parseCheckpoint(opened.text, key) : opened
}

function parseCheckpoint(text: string, {name}: VerifierKey): Checkpoint | Faulty {
  // The text ends with LF, so the last part is empty. Extension lines say nothing to us, but the signature covers them.
  const [origin, size = '', base64 = '', ...more] = text.split('\n')
  if (more.indexOf('') !== more.length - 1 || more.length === 0) {
    return faulty('checkpoint_malformed', 'it has not three lines or more, each with something in it')
  }
  if (origin !== name) return faulty('checkpoint_origin_mismatch', `its key is that of ${name}`)
  const count = /^[1-9][0-9]{0,15}$/.test(size) ? Number(size) : NaN
  if (!Number.isSafeInteger(count)) return faulty('checkpoint_malformed', 'its size is not a plain number from 1')
  const root = parseBase64(base64)
  if (root?.length !== 32) return faulty('checkpoint_malformed', 'its root is not 32 bytes in base64')
  return {origin, size: count, root: bytesToHex(root)}
}
