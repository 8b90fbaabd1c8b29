/** The objects of a repository as git keeps them: each a deflated file under the SHA-1 of what is in it. */

import {createHash, randomUUID} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {deflateSync, inflateSync} from 'node:zlib'

import {gitAtOnce} from './run.ts'

export interface GitObject {
  readonly type: string
  readonly body: Buffer
}

export const fullSha = /^[0-9a-f]{40}$/

export class ObjectStore {
  /** The repository's, which is a git directory. */
  readonly folder: string
  /** An object never changes. What is not there may still come. */
  readonly #known = new Map<string, GitObject>()

  constructor(folder: string) {
    this.folder = folder
  }

  read(sha: string): GitObject | undefined {
    const found = this.#known.get(sha) ?? this.#readFile(sha) ?? this.#readPacked(sha)
    if (found) this.#known.set(sha, found)
    return found
  }

  write(type: string, body: Buffer): string {
    const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body])
    const sha = createHash('sha1').update(whole).digest('hex')
    const path = this.#path(sha)
    if (!this.#known.has(sha) && !existsSync(path)) {
      mkdirSync(dirname(path), {recursive: true})
      // Whole or not at all: a git process may be reading in this very folder.
      const aside = join(dirname(path), `tmp_obj_${randomUUID()}`)
      writeFileSync(aside, deflateSync(whole, {level: 1}), {mode: 0o444})
      renameSync(aside, path)
    }
    this.#known.set(sha, {type, body})
    return sha
  }

  /** What a tag is put on and, where a tree is asked for, a commit's; undefined when that is of another type. */
  peel(sha: string, type?: 'commit' | 'tree'): string | undefined {
    const found = this.read(sha)
    if (found?.type === 'tag') return this.#follow(found, {link: 'object', type})
    if (found?.type === 'commit' && type === 'tree') return this.#follow(found, {link: 'tree', type})
    return found && (type === undefined || found.type === type) ? sha : undefined
  }

  #follow({body}: GitObject, to: {readonly link: string; readonly type: 'commit' | 'tree' | undefined}) {
    const [, sha = ''] = new RegExp(`^${to.link} ([0-9a-f]{40})\n`).exec(body.toString('latin1')) ?? []
    return this.peel(sha, to.type)
  }

  #path(sha: string): string {
    return join(this.folder, 'objects', sha.slice(0, 2), sha.slice(2))
  }

  #readFile(sha: string): GitObject | undefined {
    const path = this.#path(sha)
    if (!fullSha.test(sha) || !existsSync(path)) return undefined
    const whole = inflateSync(readFileSync(path))
    const end = whole.indexOf(0)
    return {type: whole.toString('latin1', 0, end).split(' ')[0] ?? '', body: whole.subarray(end + 1)}
  }

  /** The sandbox packs nothing itself. Where somebody else did (`git gc`, a large fetch), git reads it. */
  #readPacked(sha: string): GitObject | undefined {
    const packs = join(this.folder, 'objects', 'pack')
    if (!fullSha.test(sha) || !existsSync(packs) || readdirSync(packs).length === 0) return undefined
    const answer = gitAtOnce(this.folder, ['cat-file', '--batch'], `${sha}\n`)
    const end = answer.indexOf('\n')
    const [, type, size] = answer.toString('latin1', 0, end).split(' ')
    // What is not there is answered with `<sha> missing`.
    if (type === undefined || size === undefined) return undefined
    return {type, body: answer.subarray(end + 1, end + 1 + Number(size))}
  }
}
