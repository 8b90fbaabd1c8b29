/** The committed gate on workspaces of every kind: only the authorized tree goes out, wherever it lies and however it came. */
import {chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {lifeAround} from '../protocol/builders.ts'
import {emptyFolder} from './asks.ts'
import {aRepository, treeOf, withGit} from './repositories.ts'
import {expectAllowed, expectRefused, runIn, unpackedArchive} from './workspace-job.ts'

withGit('a workspace without a repository', () => {
  test('is let out where its files are the authorized tree, which is said', async () => {
    const {root, sha} = aRepository()
    const log = expectAllowed(await runIn({workspace: unpackedArchive(root, sha), sha}))
    expect(log).toContain('its files (4) are the authorized tree')
  })

  test('and in a repository of SHA-256 names', async () => {
    const {root, sha} = aRepository('--object-format=sha256')
    expectAllowed(await runIn({workspace: unpackedArchive(root, sha), sha}))
  })

  test('is refused where it is the archive of another commit', async () => {
    const {root, sha, write, commit} = aRepository()
    write('deploy.sh', 'echo stolen\n')
    const other = commit()
    const words = expectRefused(await runIn({workspace: unpackedArchive(root, other), sha}))
    expect(words).toContain(`make the tree ${treeOf(other)}, where ${treeOf(sha)} is authorized`)
  })

  test.each<[string, (folder: string) => unknown, string]>([
    ['a file more', (folder) => writeFileSync(join(folder, 'stolen.sh'), ''), 'its files (5) make the tree'],
    ['a file less', (folder) => rmSync(join(folder, 'README.md')), 'its files (3) make the tree'],
    ['a file changed', (folder) => writeFileSync(join(folder, 'README.md'), '# x\n'), 'make the tree'],
    ['a file with CRLF', (folder) => writeFileSync(join(folder, 'README.md'), '# api-service\r\n'), 'make the tree'],
    ['a mode changed', (folder) => chmodSync(join(folder, 'src/deploy.sh'), 0o644), 'make the tree'],
    ['a link in the place of a folder', (folder) => replaceByLink(join(folder, 'src')), 'make the tree'],
  ])('is refused with %s', async (_, change, words) => {
    const {root, sha} = aRepository()
    const workspace = unpackedArchive(root, sha)
    change(workspace)
    expect(expectRefused(await runIn({workspace, sha}))).toContain(words)
  })

  test('is refused where one file lies there and nothing else', async () => {
    const {sha} = aRepository()
    const workspace = emptyFolder()
    writeFileSync(join(workspace, 'deploy.sh'), 'echo stolen\n')
    expectRefused(await runIn({workspace, sha}))
  })

  test('is judged like that too where its repository was removed', async () => {
    const {root, sha, write} = aRepository()
    rmSync(join(root, '.git'), {recursive: true})
    expectAllowed(await runIn({workspace: root, sha}))
    write('src/deploy.sh', 'echo stolen\n')
    expectRefused(await runIn({workspace: root, sha}))
  })

  test('says where export rules or submodules make an archive another tree', async () => {
    const {root, write, commit} = aRepository()
    write('.gitattributes', 'README.md export-ignore\n')
    write('.gitmodules', '[submodule "lib"]\n\tpath = lib\n\turl = https://github.com/octo-org/lib\n')
    const sha = commit()
    const words = expectRefused(await runIn({workspace: unpackedArchive(root, sha), sha}))
    expect(words).toContain('its .gitattributes has export rules')
    expect(words).toContain('it has submodules')
  })

  test('an empty folder belongs to no tree', async () => {
    const {root, sha} = aRepository()
    const workspace = unpackedArchive(root, sha)
    mkdirSync(join(workspace, 'cache', 'deep'), {recursive: true})
    expectAllowed(await runIn({workspace, sha}))
  })
})

function replaceByLink(path: string): void {
  const elsewhere = join(emptyFolder(), 'elsewhere')
  renameSync(path, elsewhere)
  symlinkSync(elsewhere, path)
}

withGit('the place of the checkout', () => {
  /** actions/checkout with `path: app`. */
  const inApp = (root: string): string => {
    const workspace = emptyFolder()
    renameSync(root, join(workspace, 'app'))
    return workspace
  }

  test('that the gate was not told is named, with the input to give', async () => {
    const {root, sha, commit} = aRepository()
    commit()
    const workspace = inApp(root)
    const words = expectRefused(await runIn({workspace, sha}))
    expect(words).toContain('"app"')
    expect(words).toContain('`path: app`')
    expect(expectRefused(await runIn({workspace, sha, with: {path: 'app'}}))).toContain('its HEAD is')
  })

  test('is looked at where it is named', async () => {
    const {root, sha} = aRepository()
    expectAllowed(await runIn({workspace: inApp(root), sha, with: {path: 'app'}}))
  })

  test.each([
    ['ap', 'is not there'],
    ['README.md', 'is no folder'],
    ['void', 'holds nothing'],
    ['out', 'leads out of the workspace'],
  ])('that is named and not there is refused: %s', async (path, words) => {
    const {root, sha} = aRepository()
    symlinkSync(emptyFolder(), join(root, 'out'))
    const workspace = path === 'void' ? emptyFolder() : root
    if (path === 'void') mkdirSync(join(workspace, 'void'))
    expect(expectRefused(await runIn({workspace, sha, with: {path}}))).toContain(words)
  })

  test.each(['../../..', '..', '/etc'])('must not lie out of the workspace: %s', async (path) => {
    const {root, sha} = aRepository()
    expect(expectRefused(await runIn({workspace: root, sha, with: {path}}), 'input_invalid')).toContain('"path"')
  })

  test('is empty only where nothing lies in the workspace, or there is none', async () => {
    const {sha} = aRepository()
    for (const workspace of [emptyFolder(), join(emptyFolder(), 'none')]) {
      expect(expectAllowed(await runIn({workspace, sha}))).toContain('Nothing is checked out')
      expect(existsSync(join(workspace, 'event.json'))).toBe(false)
    }
  })
})

withGit('match: tree', () => {
  test('is not shown by anybody’s word: nothing is checked out', async () => {
    const {sha} = aRepository()
    const run = await runIn({workspace: emptyFolder(), sha, with: {match: 'tree'}})
    expect(expectRefused(run, 'source_unreachable')).toContain('is not shown by bytes')
  })

  test('is shown by the commit’s own bytes', async () => {
    const {root, sha, commit} = aRepository()
    const same = commit('the same content again')
    expect(treeOf(same)).toBe(treeOf(sha))
    expectAllowed(await runIn({workspace: root, sha: same, receipt: {sha}, with: {match: 'tree'}}))
  })

  test('is shown by all files of a folder without a repository, unless it is not looked at', async () => {
    const {root, sha} = aRepository()
    const workspace = unpackedArchive(root, sha)
    const job = {workspace, sha: 'e'.repeat(40), receipt: {sha, tree: treeOf(sha)}}
    expectAllowed(await runIn({...job, with: {match: 'tree'}}))
    expectRefused(await runIn({...job, with: {match: 'tree', checkout: 'ignore'}}), 'source_unreachable')
    writeFileSync(join(workspace, 'README.md'), 'other\n')
    expectRefused(await runIn({...job, with: {match: 'tree'}}), 'tree_mismatch')
  })
})

withGit('a receipt that ends while the checkout is compared', () => {
  test('is expired', async () => {
    const {root, sha} = aRepository()
    const now = Math.floor(Date.now() / 1000) * 1000
    const life = lifeAround(now, 60 + 10)
    const expiresAt = String(life['expiresAt'])
    const run = await runIn({workspace: root, sha, receipt: {life}, env: gitUntil(Date.parse(expiresAt))})
    expect(expectRefused(run, 'expired')).toContain(expiresAt)
    expect(run.summary).toContain('life and times')
  })
})

/** A git that answers only when that moment is over. */
function gitUntil(ms: number): {readonly PATH: string} {
  const folder = emptyFolder()
  const path = process.env['PATH'] ?? ''
  const script = `#!/bin/sh\nwhile [ "$(date +%s)" -le ${Math.ceil(ms / 1000)} ]; do sleep 0.1; done\nPATH='${path}' exec git "$@"\n`
  writeFileSync(join(folder, 'git'), script, {mode: 0o755})
  return {PATH: `${folder}:${path}`}
}
