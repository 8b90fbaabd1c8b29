/** The key set that an issuer publishes (formats §1, "Keys"): it takes trust away from pinned keys, and never gives any. */
import {parsePublicKey, parseRepositoryId, parseSignature} from './ids.ts'
import {type KeySet, type Pin, type PinnedKeys, type PublishedKey} from './keys.ts'
import type {Result} from './result.ts'
import {ShapeFault, by, listOf, oneOf, readMembers} from './shape.ts'
import {type SignedResult, readSigned} from './signed.ts'
import {type SecondsTime, parseSecondsTime} from './times.ts'

const maxKeys = 16
const publicKey = by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits')
const time = by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists')
const timeOrNull = (value: unknown, path: string): SecondsTime | null => (value === null ? null : time(value, path))

const readKey = (value: unknown, path: string): PublishedKey =>
  readMembers(
    {value, path},
    {
      publicKey,
      use: oneOf('receipt', 'ledger'),
      status: oneOf('active', 'retiring', 'retired', 'revoked'),
      notBefore: time,
      notAfter: timeOrNull,
      revokedAt: timeOrNull,
    },
  )

const keySetMembers = {
  type: oneOf('countersign.keys/v1'),
  keys: listOf(readKey, {min: 1, max: maxKeys}),
  version: by((value) => parseRepositoryId(value) as number | undefined, 'a non-negative safe integer'),
  at: time,
  publicKey,
  signature: by(parseSignature, 'ed25519: and 128 lower-case hex digits'),
}

/** A parsed JSON value as a key set, or the first thing wrong with it. */
export function parseKeySet(value: unknown): Result<KeySet, string> {
  try {
    return {ok: true, value: readMembers({value, path: ''}, keySetMembers)}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

/** A key set that a pinned key signed. Total, and without a clock: what it takes away stays away. */
export const readKeySet = (input: unknown, keys: PinnedKeys): SignedResult<KeySet> =>
  readSigned(input, parseKeySet, keys)

/** The same pins with what the key set takes from them; a key that only the set knows is not among them. */
export function narrowPins(pins: PinnedKeys, {keys}: KeySet): PinnedKeys {
  const narrowed = [...pins.values()].map((pin) =>
    keys.filter((one) => one.publicKey === pin.key && one.use === 'receipt').reduce(narrowPin, pin),
  )
  return new Map(narrowed.map((pin) => [pin.key, pin]))
}

function narrowPin(pin: Pin, {status, notAfter, revokedAt}: PublishedKey): Pin {
  if (pin.status === 'revoked' || status === 'revoked' || revokedAt !== null) return {key: pin.key, status: 'revoked'}
  const ends = [pin.status === 'until' ? pin.until : null, notAfter].filter((end) => end !== null)
  const [until] = ends.sort() // One spelling a time: the order of texts is that of times.
  return until === undefined ? pin : {key: pin.key, status: 'until', until}
}

/** Whether the issuer is about to give this key up: pin its successor beside it. */
export const isRetiring = ({keys}: KeySet, key: string): boolean =>
  keys.some((one) => one.publicKey === key && (one.status === 'retiring' || one.status === 'retired'))
