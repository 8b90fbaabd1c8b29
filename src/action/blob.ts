/** What git would name a file's content: the hash of `blob <size>\0` and the bytes, without running a filter. */
import {createHash} from 'node:crypto'
import {closeSync, openSync, readSync} from 'node:fs'

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

export function compareFile(file: FileContent, object: string): FileVerdict {
  try {
    const hash = hashOfName(object)
    if (nameFile(file, hash) === object) return 'same'
    if (namePointer(file, hash) === object) return 'from Git LFS'
    return nameWithLf(file, hash) === object ? 'converted to CRLF' : 'other'
  } catch {
    return 'unreadable' // Gone or closed to us between the look at it and its reading.
  }
}

function nameFile(file: FileContent, hash: ObjectHash): string {
  const digest = createHash(hash).update(`blob ${file.size}\0`)
  for (const chunk of readChunks(file)) digest.update(chunk)
  return digest.digest('hex')
}

/** The pointer that Git LFS commits for this content (git-lfs specification, "The Pointer"): it names the SHA-256. */
function namePointer(file: FileContent, hash: ObjectHash): string {
  const digest = createHash('sha256')
  for (const chunk of readChunks(file)) digest.update(chunk)
  const lines = [
    'version https://git-lfs.github.com/spec/v1',
    `oid sha256:${digest.digest('hex')}`,
    `size ${file.size}`,
    '',
  ]
  return nameBlob(Buffer.from(lines.join('\n')), hash)
}

const maxTextBytes = 64 * 1024 * 1024

/** With CRLF turned into LF, as git does for text (gitattributes(5), "eol"). A file with a zero byte is no text. */
function nameWithLf(file: FileContent, hash: ObjectHash): string | undefined {
  if (file.size > maxTextBytes) return undefined
  const bytes = Buffer.concat([...readChunks(file)])
  if (!bytes.includes('\r\n') || bytes.includes(0)) return undefined
  return nameBlob(Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'), hash)
}

/** A new buffer each time: the caller may keep it. A file that grows while it is read has another name anyway. */
function* readChunks({path}: FileContent): Generator<Buffer> {
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(64 * 1024)
      const count = readSync(file, buffer)
      if (count === 0) return
      yield buffer.subarray(0, count)
    }
  } finally {
    closeSync(file)
  }
}
