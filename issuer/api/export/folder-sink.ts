/** The folder that a pack is written into: for its owner alone, since it holds evidence. */
import {createHash} from 'node:crypto'
import {appendFileSync, createReadStream, mkdirSync, readdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {PackSink} from '#pack'

/** The sink, or why the folder is not one to write into. */
export function openFolderSink(root: string): PackSink | string {
  mkdirSync(root, {recursive: true, mode: 0o700})
  if (readdirSync(root).length > 0) return `--out: ${root} is not empty: name a folder that is new`
  return {
    append: async (path, text) => {
      const file = join(root, path)
      mkdirSync(dirname(file), {recursive: true, mode: 0o700})
      appendFileSync(file, text, {mode: 0o600})
      return Promise.resolve()
    },
    digest: async (path) => {
      const hash = createHash('sha256')
      let size = 0
      for await (const piece of createReadStream(join(root, path)) as AsyncIterable<Uint8Array>) {
        hash.update(piece)
        size += piece.length
      }
      return {sha256: hash.digest('hex'), size}
    },
  }
}
