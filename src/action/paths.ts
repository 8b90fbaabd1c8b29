/** A path in git is bytes. Here it is text with one character a byte, so that no name is lost. */
import {type Stats, lstatSync} from 'node:fs'
import {dirname} from 'node:path/posix'
import {faultCode} from './fault.ts'

export const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])

export const printable = (path: string): string => Buffer.from(path, 'latin1').toString('utf8')

/** Undefined where nothing lies there, or a file lies where a folder would have to. */
export function lstat(path: Buffer | string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (fault) {
    const code = faultCode(fault)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw fault
  }
}

/** A folder that was replaced by a symbolic link holds somebody else's files: git calls those below it deleted. */
export class RealFolders {
  readonly #root: string
  readonly #known = new Map<string, boolean>([['.', true]])

  constructor(root: string) {
    this.#root = root
  }

  /** Whether every folder above `path` is one. */
  has(path: string): boolean {
    const folder = dirname(path)
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const real = this.has(folder) && lstat(bytesOf(this.#root, folder))?.isDirectory() === true
    this.#known.set(folder, real)
    return real
  }
}
