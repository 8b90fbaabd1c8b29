/** Refs as files: what moves, so nothing here is remembered. */

import {randomUUID} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {mkdir, rename, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {fullSha} from './objects.ts'

/** What git takes as the full name of a ref; nothing else is ever made a path of. */
const isRefName = (name: string): boolean =>
  /^refs(?:\/(?!\.)(?:(?!\.\.|@\{)[^\p{Cc} ~^:?*[\\/])+(?<!\.lock))+$/u.test(name) && !name.endsWith('.')

/** The SHA that a ref holds. */
export function readRef(folder: string, name: string): string | undefined {
  if (!isRefName(name)) return undefined
  const held = readIfThere(join(folder, name))?.trim() ?? readPackedRef(folder, name)
  return held !== undefined && fullSha.test(held) ? held : undefined
}

export async function writeRef(folder: string, {name, sha}: {readonly name: string; readonly sha: string}) {
  if (!isRefName(name)) throw new Error(`git takes no ref ${name}`)
  const path = join(folder, name)
  await mkdir(dirname(path), {recursive: true})
  // Git looks at no file that ends like this, and whoever reads the ref sees the old or the new.
  const aside = `${path}.${randomUUID()}.lock`
  await writeFile(aside, `${sha}\n`)
  await rename(aside, path)
}

/** `git gc` gathers refs in one file; one that moves afterwards has a file of its own again. */
function readPackedRef(folder: string, name: string): string | undefined {
  const lines = readIfThere(join(folder, 'packed-refs'))?.split('\n') ?? []
  return lines.find((line) => line.slice(41) === name)?.slice(0, 40)
}

/** `a` is no ref beside `a/b`, nor the other way round. */
const notThere = new Set(['ENOENT', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG'])

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (failure) {
    // No `instanceof`: under Jest node's errors are of another realm.
    const {code} = failure as NodeJS.ErrnoException
    if (code !== undefined && notThere.has(code)) return undefined
    throw failure
  }
}
