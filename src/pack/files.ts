/** A pack's files, wherever they lie: the command line has them in a folder. */
import type {PackFile} from './pack.ts'

export interface PackFiles {
  /** Undefined for what is no regular file; of one that is too large, bytes that no digest fits. */
  readonly read: (path: string) => Uint8Array | undefined
  readonly digest: (path: string) => Promise<Omit<PackFile, 'path'> | undefined>
  /** Without their ends, LF or CR LF, and bounded. Nothing of a file that is not there. */
  readonly lines: (path: string) => AsyncGenerator<string>
  /** Everything that is no real folder, by its path in the pack; a link leads nowhere from here. */
  readonly paths: () => AsyncGenerator<PackPath>
}

export interface PackPath {
  readonly path: string
  /** False for a link, a pipe or a device. */
  readonly isFile: boolean
}
