/** The committed gate on repositories that lie: about a folder's object, about a submodule, about files that are left out. */
import {createHash} from 'node:crypto'
import {chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deflateSync} from 'node:zlib'
import {expect, test} from '@jest/globals'
import {emptyFolder} from './asks.ts'
import {poison} from './poison.ts'
import {aRepository, openTestRepository, withGit} from './repositories.ts'
import {expectAllowed, expectRefused, runIn} from './workspace-job.ts'

withGit('an object that is not what its name says', () => {
  test.each(['commit', 'tree'])('is refused with match: %s, and the folder is named', async (match) => {
    const repository = aRepository()
    const {root, sha, git} = repository
    poison(repository, sha)
    expect([git('rev-parse', 'HEAD'), git('status', '--porcelain')]).toEqual([sha, ''])
    expect(readFileSync(join(root, 'src/deploy.sh'), 'utf8')).toBe('echo stolen\n')
    const words = expectRefused(await runIn({workspace: root, sha, with: {match}}))
    expect(words).toContain('its object for the folder "src" is another folder')
  })

  test('from a pack of another repository neither', async () => {
    const repository = aRepository()
    const {root, sha, git} = repository
    poison(repository, sha)
    const elsewhere = emptyFolder()
    renameSync(join(root, '.git', 'objects'), join(elsewhere, 'objects'))
    mkdirSync(join(root, '.git', 'objects', 'info'), {recursive: true})
    writeFileSync(join(root, '.git', 'objects', 'info', 'alternates'), `${join(elsewhere, 'objects')}\n`)
    expect(git('status', '--porcelain')).toBe('')
    expectRefused(await runIn({workspace: root, sha}))
  })
})

withGit('a tree with modes that git no longer writes', () => {
  /** One file by an old tool's mode, as a loose object of the name that its bytes make. */
  function writeTree(root: string, lines: readonly (readonly [mode: string, name: string, object: string])[]): string {
    const entries = lines.map(([mode, name, object]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, 'hex')]),
    )
    const content = Buffer.concat(entries)
    const whole = Buffer.concat([Buffer.from(`tree ${content.length}\0`), content])
    const name = createHash('sha1').update(whole).digest('hex')
    const folder = join(root, '.git', 'objects', name.slice(0, 2))
    mkdirSync(folder, {recursive: true})
    writeFileSync(join(folder, name.slice(2)), deflateSync(whole))
    return name
  }

  test('is let out as it is, and refused with another file', async () => {
    const {root, git, sha, write} = aRepository()
    const readme = git('rev-parse', `${sha}:README.md`)
    const inner = writeTree(root, [['100664', 'old.md', readme]])
    const empty = writeTree(root, [])
    const tree = writeTree(root, [
      ['100664', 'README.md', readme],
      ['40000', 'empty', empty],
      ['40000', 'old', inner],
    ])
    const old = git('commit-tree', '-m', 'old', tree)
    git('checkout', '--quiet', '--force', old)
    expect(git('status', '--porcelain')).toBe('')
    expectAllowed(await runIn({workspace: root, sha: old, receipt: {tree}}))
    write('old/old.md', 'stolen\n')
    expect(expectRefused(await runIn({workspace: root, sha: old, receipt: {tree}}))).toContain('"old/old.md" has other')
  })
})

withGit('a git that lies', () => {
  test('and lists what somebody put there makes another tree', async () => {
    const {root, sha, git, write, commit} = aRepository()
    write('src/deploy.sh', 'echo stolen\n')
    const other = commit()
    const folder = emptyFolder()
    const path = process.env['PATH'] ?? ''
    const script = `#!/bin/sh
case "$*" in
  *rev-parse*) echo ${sha} ;;
  *ls-tree*) PATH='${path}' exec git --git-dir=${join(root, '.git')} ls-tree -r -t -z ${other} ;;
  *) PATH='${path}' exec git "$@" ;;
esac
`
    writeFileSync(join(folder, 'git'), script, {mode: 0o755})
    expect(git('rev-parse', 'HEAD')).toBe(other)
    expectRefused(await runIn({workspace: root, sha, env: {PATH: `${folder}:${path}`}}))
  })
})

withGit('a submodule', () => {
  const withSubmodule = (path = 'lib') => {
    const inner = aRepository()
    const outer = aRepository()
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, path)
    return {...outer, sha: outer.commit(), path}
  }
  /** As actions/checkout leaves it without `submodules:`. */
  const unfetched = (path = 'lib') => {
    const repository = withSubmodule(path)
    rmSync(join(repository.root, path), {recursive: true})
    mkdirSync(join(repository.root, path))
    return repository
  }

  test('that is fetched, or an empty folder, is let out; the second is said', async () => {
    const fetched = withSubmodule()
    expectAllowed(await runIn({workspace: fetched.root, sha: fetched.sha}))
    const {root, sha} = unfetched()
    expect(expectAllowed(await runIn({workspace: root, sha}))).toContain('1 submodule is not fetched')
  })

  test.each<[string, (root: string) => void, string]>([
    [
      'holds files and was not fetched',
      (root) => writeFileSync(join(root, 'lib/deploy.sh'), ''),
      'its folder holds files',
    ],
    ['is a file', (root) => replace(join(root, 'lib'), (path) => writeFileSync(path, '')), 'another kind of file'],
    [
      'is a link',
      (root) => replace(join(root, 'lib'), (path) => symlinkSync(emptyFolder(), path)),
      'another kind of file',
    ],
    ['is not there', (root) => replace(join(root, 'lib'), () => undefined), '"lib" is missing'],
  ])('that %s is refused', async (_, change, words) => {
    const {root, sha} = unfetched()
    change(root)
    expect(expectRefused(await runIn({workspace: root, sha}))).toContain(words)
  })

  test('below a folder that became a link is refused', async () => {
    const {root, sha} = unfetched('vendor/lib')
    const elsewhere = join(emptyFolder(), 'vendor')
    renameSync(join(root, 'vendor'), elsewhere)
    symlinkSync(elsewhere, join(root, 'vendor'))
    expect(expectRefused(await runIn({workspace: root, sha}))).toContain('"vendor/lib" lies behind a symbolic link')
  })

  test('whose own objects are not what their names say is refused', async () => {
    const {root, sha} = withSubmodule()
    const library = openTestRepository(join(root, 'lib'))
    poison(library, library.git('rev-parse', 'HEAD'))
    expect(readFileSync(join(root, 'lib/src/deploy.sh'), 'utf8')).toBe('echo stolen\n')
    const words = expectRefused(await runIn({workspace: root, sha}))
    expect(words).toContain('"lib" is a submodule whose files, as git lists them, make the tree')
  })
})

function replace(path: string, by: (path: string) => void): void {
  rmSync(path, {recursive: true})
  by(path)
}

withGit('a file that is left out', () => {
  test('is not there, and not behind a link that stands for its folder', async () => {
    const {root, sha, git} = aRepository()
    git('sparse-checkout', 'set', '--no-cone', '/README.md', '/link')
    expect(expectAllowed(await runIn({workspace: root, sha}))).toContain('2 tracked files are left out')
    const elsewhere = emptyFolder()
    writeFileSync(join(elsewhere, 'deploy.sh'), 'echo stolen\n')
    chmodSync(join(elsewhere, 'deploy.sh'), 0o755)
    symlinkSync(elsewhere, join(root, 'src'))
    expect(expectRefused(await runIn({workspace: root, sha}))).toContain('"src/deploy.sh" lies behind a symbolic link')
  })
})
