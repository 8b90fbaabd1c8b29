/** The entries of a segment, one after the other, out of whatever holds them: an array, NDJSON, or a stream of either. */
import {type Faulty, faulty} from '../proof-faults.ts'
import {type Leaf, LineReader, maxLineLength} from './read-line.ts'

/**
 * An array of entries (each an object or its JSON text), NDJSON as text or bytes, or an async stream of entry objects
 * or of NDJSON's pieces, cut anywhere. A masked entry is `{seq, hash}`.
 */
export type Segment = string | Uint8Array | readonly unknown[] | AsyncIterable<unknown>

/** Takes one leaf; a fault ends the reading. */
export type TakeLeaf = (leaf: Leaf) => Faulty | undefined

/** Feeds a segment's leaves to `take` and gives the first fault of either. Holds one line at a time. */
export class SegmentReader {
  readonly #lines = new LineReader()
  readonly #take: TakeLeaf
  readonly #decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})
  /** The beginning of a line whose end has not come. */
  #rest = ''

  constructor(take: TakeLeaf) {
    this.#take = take
  }

  readArray(items: readonly unknown[]): Faulty | undefined {
    for (const item of items) {
      const fault = this.#takeLeaf(typeof item === 'string' ? this.#lines.readLine(item) : this.#lines.readValue(item))
      if (fault !== undefined) return fault
    }
    return undefined
  }

  /** A piece of NDJSON, or one entry as an object. */
  readPiece(piece: unknown): Faulty | undefined {
    if (typeof piece === 'string') return this.#readText(piece)
    if (piece instanceof Uint8Array) {
      const text = this.#decode(piece)
      return text === undefined ? notUtf8() : this.#readText(text)
    }
    return this.#rest === '' ? this.#takeLeaf(this.#lines.readValue(piece)) : unfinished()
  }

  /** After the last piece: the last line may lack its end, but a cut character has none. */
  end(): Faulty | undefined {
    const rest = this.#decode()
    if (rest === undefined) return notUtf8()
    const last = this.#rest + rest
    return last === '' ? undefined : this.#takeLeaf(this.#lines.readLine(last))
  }

  #readText(text: string): Faulty | undefined {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = text.slice(start, end)
      const fault = this.#takeLeaf(this.#lines.readLine(start === 0 ? this.#rest + line : line))
      if (fault !== undefined) return fault
      if (start === 0) this.#rest = ''
      start = end + 1
    }
    this.#rest += text.slice(start)
    // A stream without line ends is not gathered for ever.
    return this.#rest.length > maxLineLength ? this.#takeLeaf(this.#lines.readLine(this.#rest)) : undefined
  }

  #takeLeaf(leaf: Leaf | Faulty): Faulty | undefined {
    return 'valid' in leaf ? leaf : this.#take(leaf)
  }

  #decode(bytes?: Uint8Array): string | undefined {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, {stream: true})
    } catch {
      return undefined
    }
  }
}

const notUtf8 = (): Faulty => faulty('entry_malformed', 'the bytes are not UTF-8')
const unfinished = (): Faulty =>
  faulty('entry_malformed', 'an object follows an unfinished line; give NDJSON pieces or objects')
