/**
 * Signed notes (C2SP signed-note): text, an empty line, and one line for each signature.
 *
 *   <text, each line ended by LF>
 *   LF
 *   — SP <key name> SP base64( 4 bytes of key id || signature ) LF
 *
 * A verifier key is `name+<key id, 8 hex digits>+base64( 0x01 || 32 bytes of Ed25519 public key )`, and the key id the
 * first four bytes of SHA-256( name || LF || 0x01 || public key ).
 */
import {parseBase64url, printBase64url} from '../base64url.ts'
import {bytesToHex, isStrictPoint, publicKeyBytes, sha256, verifyEd25519} from '../crypto.ts'
import {type PublicKey, isSafeText} from '../ids.ts'
import {type Faulty, faulty} from '../proof-faults.ts'

export interface VerifierKey {
  readonly name: string
  /** 8 hex digits. */
  readonly id: string
  readonly publicKey: Uint8Array
}

/** The type of an Ed25519 key. */
const ed25519 = 0x01
const maxNoteLength = 65_536
const maxSignatures = 100
// A control other than LF could hide a line from whoever reads the note.
const control = /[\u0000-\u0009\u000b-\u001f]/ // eslint-disable-line no-control-regex -- the C2SP page's own rule
const namePattern = /^[^\s+]{1,400}$/u
const signatureLine = /^\u2014 ([^\s+]{1,400}) ([A-Za-z0-9+/]+={0,2})$/u

/** Undefined for another algorithm, a key id that is not that of the key, and a key under which anyone can sign. */
export function parseVerifierKey(text: unknown): VerifierKey | undefined {
  if (typeof text !== 'string') return undefined
  // Base64 has `+` among its digits: only the first two divide.
  const first = text.indexOf('+')
  const second = text.indexOf('+', first + 1)
  const [name, id] = [text.slice(0, first), text.slice(first + 1, second)]
  const bytes = second < 0 ? undefined : parseBase64(text.slice(second + 1))
  if (bytes?.length !== 33 || bytes[0] !== ed25519 || !namePattern.test(name) || !isSafeText(name)) return undefined
  const publicKey = bytes.subarray(1)
  return isStrictPoint(publicKey) && id === keyId(name, publicKey) ? {name, id, publicKey} : undefined
}

/** The line to pin for whoever verifies checkpoints. */
export function printVerifierKey(name: string, key: PublicKey): string {
  const publicKey = publicKeyBytes(key)
  return `${name}+${keyId(name, publicKey)}+${printBase64(Uint8Array.of(ed25519, ...publicKey))}`
}

function keyId(name: string, publicKey: Uint8Array): string {
  const hash = sha256(Uint8Array.of(...new TextEncoder().encode(name), 0x0a, ed25519, ...publicKey))
  return bytesToHex(hash.subarray(0, 4))
}

export interface NoteSignature {
  readonly name: string
  readonly publicKey: PublicKey
  /** 64 bytes over the UTF-8 of the text. */
  readonly signature: Uint8Array
}

/** `text` ends with LF. */
export function printNote(text: string, {name, publicKey, signature}: NoteSignature): string {
  const id = hexBytes(keyId(name, publicKeyBytes(publicKey)))
  return `${text}\n\u2014 ${name} ${printBase64(Uint8Array.of(...id, ...signature))}\n`
}

const hexBytes = (hex: string): readonly number[] => (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))

/**
 * The text of a note that `key` signed. Signatures of other keys are ignored, those that share its name too; one of
 * this key that does not hold refuses the note. Total.
 */
export function openNote(note: string, key: VerifierKey): {readonly valid: true; readonly text: string} | Faulty {
  const fault = findNoteFault(note)
  const end = note.lastIndexOf('\n\n')
  const lines = end < 0 ? [] : note.slice(end + 2, -1).split('\n')
  if (fault !== undefined || end < 1) return malformed(fault ?? 'no empty line stands before the signatures')
  if (lines.length > maxSignatures) return malformed(`it has more than ${maxSignatures} signatures`)
  const signatures = lines.map(parseSignatureLine)
  if (!signatures.every((one) => one !== undefined)) {
    return malformed('a line of its signatures is not a dash, a name and base64')
  }
  const text = note.slice(0, end + 1)
  const message = new TextEncoder().encode(text)
  const ours = signatures.filter(({name, id}) => name === key.name && id === key.id)
  if (ours.length === 0) return faulty('checkpoint_unsigned', `no signature is by the key ${key.name}+${key.id}`)
  return ours.every(({signature}) => verifyEd25519({publicKey: key.publicKey, message, signature}))
    ? {valid: true, text}
    : faulty('checkpoint_signature_invalid', `that of ${key.name}+${key.id}`)
}

const malformed = (detail: string): Faulty => faulty('checkpoint_malformed', detail)

function findNoteFault(note: string): string | undefined {
  if (note.length > maxNoteLength) return `it is longer than ${maxNoteLength} characters`
  if (!note.isWellFormed()) return 'it holds a lone surrogate'
  if (control.test(note)) return 'it holds a control character; lines end with LF alone'
  return note.endsWith('\n') ? undefined : 'its last line has no end'
}

function parseSignatureLine(line: string) {
  const [, name, base64] = signatureLine.exec(line) ?? []
  const bytes = base64 === undefined ? undefined : parseBase64(base64)
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
  return {name, id: bytesToHex(bytes.subarray(0, 4)), signature: bytes.subarray(4)}
}

/** RFC 4648 §4 with padding, one spelling a value; undefined for all others. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  return parseBase64url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
}

export function printBase64(bytes: Uint8Array): string {
  const text = printBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}
