/** A document as it comes from a file or from standard input: its beginning, then the rest as it is read. */
import {createReadStream, statSync} from 'node:fs'
import type {Tools} from '../command.ts'

/** May be read once, from its beginning to its end. */
export interface Document {
  readonly stream: AsyncIterable<Uint8Array>
}

export function openDocument(file: string, {stdin, terminal, now}: Tools): Document {
  const isStdin = file === '-'
  const source: AsyncIterable<Uint8Array> = isStdin ? stdin : (createReadStream(file) as AsyncIterable<Uint8Array>)
  const total = isStdin ? undefined : sizeOf(file)
  return {
    stream: withProgress(source, {
      now,
      show: (read) =>
        terminal.showProgress(`${file}: ${megabytes(read)}${total === undefined ? '' : ` of ${megabytes(total)}`}`),
    }),
  }
}

/** Only for showing: a file that cannot be looked at is found out when it is read. */
const sizeOf = (file: string): number | undefined => statSync(file, {throwIfNoEntry: false})?.size

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

const pauseMs = 250

interface Watch {
  readonly now: () => number
  readonly show: (bytesRead: number) => void
}

/** Says how far it is, a few times a second and only from the first pause on: short files say nothing. */
async function* withProgress(source: AsyncIterable<Uint8Array>, {now, show}: Watch): AsyncGenerator<Uint8Array> {
  let read = 0
  let next = now() + pauseMs
  for await (const piece of source) {
    read += piece.length
    if (now() >= next) {
      show(read)
      next = now() + pauseMs
    }
    yield piece
  }
}

export interface Begun {
  /** At least `bytes` of it, or all there is. */
  readonly head: Uint8Array
  /** All of it, the head included. */
  readonly whole: AsyncIterable<Uint8Array>
}

export async function begin({stream}: Document, bytes: number): Promise<Begun> {
  const iterator = stream[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let length = 0
  while (length < bytes) {
    const step = await iterator.next()
    if (step.done === true) break
    pieces.push(step.value)
    length += step.value.length
  }
  const head = new Uint8Array(Buffer.concat(pieces))
  return {head, whole: resume(head, iterator)}
}

async function* resume(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) yield step.value
  } finally {
    await iterator.return?.()
  }
}

/** At most `maxBytes` and one more: whoever takes `maxBytes` then sees that it is too large. */
export async function readUpTo(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of stream) {
    pieces.push(piece)
    length += piece.length
    if (length > maxBytes) break
  }
  return new Uint8Array(Buffer.concat(pieces)).subarray(0, maxBytes + 1)
}
