/** A pack as a folder on this machine: its regular files, read within bounds; a link is told, and never followed. */
import {createHash} from 'node:crypto'
import {appendFileSync, createReadStream, lstatSync, mkdirSync, readdirSync} from 'node:fs'
import {opendir} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {PackFile, PackFiles, PackPath} from '#pack'
import {maxEvidenceBytes} from '#protocol'
import {faultCode} from '../../action/fault.ts'
import {readBounded} from '../../action/sources/bounded-file.ts'

/** No line of a pack is near it. */
const maxLineLength = 65_536

export class PackFolder implements PackFiles {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Whether a pack may be written into it: it is new, or empty. */
  isEmpty(): boolean {
    try {
      return readdirSync(this.#root).length === 0
    } catch (fault) {
      if (faultCode(fault) !== 'ENOENT') throw fault
      return true
    }
  }

  /** For its owner alone: a pack holds evidence. */
  append(path: string, text: string): void {
    const file = join(this.#root, path)
    mkdirSync(dirname(file), {recursive: true, mode: 0o700})
    appendFileSync(file, text, {mode: 0o600})
  }

  /** Undefined for what is no file; one that is too large is cut, so that no digest fits it. */
  read(path: string): Uint8Array | undefined {
    if (!this.#isFile(path)) return undefined
    const file = readBounded(join(this.#root, path), maxEvidenceBytes)
    if (file.kind === 'too_large') return new Uint8Array()
    return file.kind === 'read' ? file.bytes : undefined
  }

  async digest(path: string): Promise<Omit<PackFile, 'path'> | undefined> {
    if (!this.#isFile(path)) return undefined
    const hash = createHash('sha256')
    // A pack is many small files, and a stream for each would take most of the time.
    const small = readBounded(join(this.#root, path), maxEvidenceBytes)
    if (small.kind === 'read') return {sha256: hash.update(small.bytes).digest('hex'), size: small.bytes.length}
    let size = 0
    for await (const piece of createReadStream(join(this.#root, path)) as AsyncIterable<Uint8Array>) {
      hash.update(piece)
      size += piece.length
    }
    return {sha256: hash.digest('hex'), size}
  }

  /** Without their ends, LF or CR LF. Nothing of a file that is not there; a line that never ends is cut, and is the last. */
  async *lines(path: string): AsyncGenerator<string> {
    if (!this.#isFile(path)) return
    let rest = ''
    for await (const piece of createReadStream(join(this.#root, path), 'utf8') as AsyncIterable<string>) {
      const lines = `${rest}${piece}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield line.replace(/\r$/, '')
      if (rest.length > maxLineLength) break
    }
    if (rest !== '') yield rest.slice(0, maxLineLength)
  }

  async *paths(folder = ''): AsyncGenerator<PackPath> {
    for await (const entry of await opendir(join(this.#root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) yield* this.paths(path)
      else yield {path, isFile: entry.isFile()}
    }
  }

  /** A link could lead anywhere, and a pipe would never end. */
  #isFile(path: string): boolean {
    return lstatSync(join(this.#root, path), {throwIfNoEntry: false})?.isFile() === true
  }
}
