/**
 * One line of a ledger's NDJSON -> what the chain and the tree need of its entry, with its content's hash computed. Most
 * lines are their own canonical form and are hashed as they stand; all others are parsed strictly and printed again.
 */
import {hexToBytes, sha256} from '../crypto.ts'
import {parseJson} from '../json.ts'
import {type Faulty, faulty} from '../proof-faults.ts'
import {CanonicalLines, hashMemberLength} from './canonical-line.ts'
import {type Entry, hashEntry} from './entry.ts'
import {isMasked, parseSegmentEntry} from './parse-entry.ts'

/** Characters. No entry is near it; a stream without line ends is refused before it fills the memory. */
export const maxLineLength = 4096

export interface Leaf {
  readonly seq: number
  /** 64 hex digits, and the same as bytes: those of the content, or what a masked entry claims. */
  readonly hash: string
  readonly bytes: Uint8Array
  /** Absent of a masked entry. */
  readonly shown?: Pick<Entry, 'ledger' | 'prev'> & {readonly time: string}
}

export class LineReader {
  readonly #canonical = new CanonicalLines()
  /** 0x00 and a line's bytes: the content of a leaf's hash (RFC 6962 §2.1). Used again for each line. */
  readonly #content = new Uint8Array(maxLineLength + 1)
  readonly #encoder = new TextEncoder()

  /** Total. */
  readLine(line: string): Leaf | Faulty {
    if (line.length > maxLineLength) {
      return faulty('entry_malformed', `it is longer than ${maxLineLength} characters`)
    }
    const shown = this.#canonical.recognize(line)
    if (shown === undefined) return this.#parseLine(line)
    const {seq, hash, hashAt} = shown
    const bytes = this.#hashWithout(line, hashAt)
    return matchesHex(bytes, hash) ? {seq, hash, bytes, shown} : changed(seq)
  }

  /** The hash of a line of ASCII without its member `hash`. */
  #hashWithout(line: string, hashAt: number): Uint8Array {
    this.#encoder.encodeInto(line, this.#content.subarray(1))
    this.#content.copyWithin(hashAt + 1, hashAt + 1 + hashMemberLength, line.length + 1)
    return sha256(this.#content.subarray(0, line.length + 1 - hashMemberLength))
  }

  #parseLine(line: string): Leaf | Faulty {
    const json = parseJson(line)
    if (!json.ok) return faulty('entry_malformed', `${json.reason} (at character ${json.at})`)
    return this.readValue(json.value)
  }

  /** An entry that was given as an object. Total, whatever its getters do: each member is read once. */
  readValue(value: unknown): Leaf | Faulty {
    try {
      const parsed = parseSegmentEntry(value)
      if (!parsed.ok) return faulty('entry_malformed', parsed.fault)
      const entry = parsed.value
      const leaf = {seq: entry.seq, hash: entry.hash, bytes: hexToBytes(entry.hash)}
      if (isMasked(entry)) return leaf
      const {hash, ...body} = entry
      return hashEntry(body) === hash ? {...leaf, shown: entry} : changed(entry.seq)
    } catch {
      return faulty('entry_malformed', 'it cannot be read as a plain object')
    }
  }
}

const changed = (seq: number): Faulty =>
  faulty('entry_hash_mismatch', `entry ${seq} has another content than the one that was hashed`)

const hexDigits = '0123456789abcdef'

function matchesHex(bytes: Uint8Array, hex: string): boolean {
  for (let i = 0; i < 32; i++) {
    const byte = bytes[i] ?? 0
    if (hex.charCodeAt(2 * i) !== hexDigits.charCodeAt(byte >> 4)) return false
    if (hex.charCodeAt(2 * i + 1) !== hexDigits.charCodeAt(byte & 15)) return false
  }
  return true
}
