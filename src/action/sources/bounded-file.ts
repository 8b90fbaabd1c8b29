/** Reads a regular file up to a bound, never more. */
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import {faultCode} from '../fault.ts'

export type BoundedFile =
  | {readonly kind: 'read'; readonly bytes: Uint8Array}
  | {readonly kind: 'too_large'; readonly problem: string}
  | {readonly kind: 'unreadable'; readonly problem: string}

export function readBounded(path: string, maxBytes: number): BoundedFile {
  let file: number
  try {
    // Without O_NONBLOCK the open of a named pipe would wait for a writer for ever. Windows has no such flag.
    file = openSync(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0))
  } catch (fault) {
    return {kind: 'unreadable', problem: describeFault(fault)}
  }
  try {
    return readOpen(file, maxBytes)
  } catch (fault) {
    return {kind: 'unreadable', problem: describeFault(fault)}
  } finally {
    closeSync(file)
  }
}

function readOpen(file: number, maxBytes: number): BoundedFile {
  const stat = fstatSync(file)
  if (stat.isDirectory()) return {kind: 'unreadable', problem: 'it is a directory'}
  if (!stat.isFile()) return {kind: 'unreadable', problem: 'it is no regular file'}
  if (stat.size > maxBytes) return {kind: 'too_large', problem: `${stat.size} bytes of at most ${maxBytes}`}
  // One byte more than allowed: a file may grow between its size and its reading.
  const bytes = new Uint8Array(Math.min(maxBytes, stat.size) + 1)
  let length = 0
  for (;;) {
    const count = readSync(file, bytes, length, bytes.length - length, null)
    length += count
    if (count === 0) return {kind: 'read', bytes: bytes.subarray(0, length)}
    if (length === bytes.length)
      return {kind: 'too_large', problem: `it grows beyond ${stat.size} bytes while it is read`}
  }
}

/** The system's own code, such as ENOENT, in words where it is a common one. */
function describeFault(fault: unknown): string {
  const code = faultCode(fault)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this job may not read it'
    case 'EISDIR':
      return 'it is a directory'
    default:
      return code ?? 'it cannot be opened'
  }
}
