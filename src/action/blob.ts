/** What git would name a file's content: the hash of `blob <size>\0` and the bytes, without running a filter. */
import {createHash} from 'node:crypto'
import {closeSync, openSync, readFileSync, readSync} from 'node:fs'

export type ObjectHash = 'sha1' | 'sha256'

/** A name of 40 digits is SHA-1's, one of 64 SHA-256's. */
export const hashOfName = (object: string): ObjectHash => (object.length === 64 ? 'sha256' : 'sha1')

export function nameBlob(content: Uint8Array, hash: ObjectHash): string {
  return createHash(hash).update(`blob ${content.length}\0`).update(content).digest('hex')
}

export interface FileContent {
  readonly path: Buffer
  readonly size: number
}

/** `same`: the bytes are the blob's. `converted`: git would make the blob of them (line endings, Git LFS). */
export type FileVerdict = 'same' | 'converted to CRLF' | 'from Git LFS' | 'other' | 'unreadable'

/** A file that is larger is read piece by piece, and is no text. */
export const maxTextBytes = 64 * 1024 * 1024

export function compareFile(file: FileContent, object: string): FileVerdict {
  try {
    return file.size > maxTextBytes ? compareLarge(file, object) : compareBytes(readFileSync(file.path), object)
  } catch {
    return 'unreadable' // Gone or closed to us between the look at it and its reading.
  }
}

export const nameFile = (file: FileContent, hash: ObjectHash): string =>
  file.size > maxTextBytes ? digestOf(file, hash, `blob ${file.size}\0`) : nameBlob(readFileSync(file.path), hash)

function compareBytes(content: Buffer, object: string): FileVerdict {
  const hash = hashOfName(object)
  if (nameBlob(content, hash) === object) return 'same'
  const digest = createHash('sha256').update(content).digest('hex')
  if (namePointer(digest, content.length, hash) === object) return 'from Git LFS'
  return nameWithLf(content, hash) === object ? 'converted to CRLF' : 'other'
}

function compareLarge(file: FileContent, object: string): FileVerdict {
  const hash = hashOfName(object)
  if (nameFile(file, hash) === object) return 'same'
  return namePointer(digestOf(file, 'sha256'), file.size, hash) === object ? 'from Git LFS' : 'other'
}

/** The pointer that Git LFS commits for a content (git-lfs specification, "The Pointer"): it names the SHA-256. */
function namePointer(digest: string, size: number, hash: ObjectHash): string {
  const lines = ['version https://git-lfs.github.com/spec/v1', `oid sha256:${digest}`, `size ${size}`, '']
  return nameBlob(Buffer.from(lines.join('\n')), hash)
}

/** With CRLF turned into LF, as git does for text (gitattributes(5), "eol"). A file with a zero byte is no text. */
function nameWithLf(content: Buffer, hash: ObjectHash): string | undefined {
  if (!content.includes('\r\n') || content.includes(0)) return undefined
  return nameBlob(Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'), hash)
}

/** A file that grows while it is read has another name anyway. */
function digestOf({path}: FileContent, algorithm: string, head = ''): string {
  const digest = createHash(algorithm).update(head)
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      digest.update(buffer.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
  return digest.digest('hex')
}
