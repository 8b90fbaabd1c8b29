/** A repository whose object for a folder is another folder: git reads it without asking whether its bytes make its name. */
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deflateSync} from 'node:zlib'
import type {TestRepository} from './repositories.ts'

/** Puts a tree that lists another blob under the name of the commit's own folder `src`, and checks it out. */
export function poison({git}: TestRepository, sha: string): void {
  const inside = git('rev-parse', '--absolute-git-dir')
  const victim = git('rev-parse', `${sha}:src`)
  writeFileSync(join(inside, 'stolen'), 'echo stolen\n')
  const stolen = git('hash-object', '-w', join(inside, 'stolen'))
  const lines = git('ls-tree', '-z', victim)
    .split('\0')
    .filter((line) => line !== '')
  const entries = lines.map((line) => {
    const [, mode = '', object = '', name = ''] = /^(\d+) blob (\w+)\t(.*)$/.exec(line) ?? []
    const blob = name === 'deploy.sh' ? stolen : object
    return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(blob, 'hex')])
  })
  const content = Buffer.concat(entries)
  const object = join(inside, 'objects', victim.slice(0, 2), victim.slice(2))
  rmSync(object)
  writeFileSync(object, deflateSync(Buffer.concat([Buffer.from(`tree ${content.length}\0`), content])))
  git('read-tree', '--empty')
  git('reset', '--quiet', '--hard', sha)
  git('clean', '--quiet', '-ffdx')
  git('checkout', '--quiet', '--force', '--detach', sha)
}
