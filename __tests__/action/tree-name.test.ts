/** Git's name of a tree, computed here, beside the one that git gives: generated trees, real files, and clones. */
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {nameFolder} from '../../src/action/inspect-folder.ts'
import {type TreeEntry, nameTrees} from '../../src/action/tree-name.ts'
import {emptyFolder} from './asks.ts'
import {aRepository, openTestRepository, withGit} from './repositories.ts'

type Random = (below: number) => number

/** The same numbers for the same seed, on every machine. */
function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Names that sort otherwise with a slash behind them, and bytes of every kind. One character a byte. */
const names = [
  'a',
  'a.',
  'a-',
  'a0',
  'a b',
  'A',
  'ab',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '-',
  '\x01',
  '\x7F',
  'gr\xC3\xB6\xC3\x9Fe',
]
const stranger = ['\xFF', '\xC0\x80', 'a\xFF', '..a', '.gitignore', 'a~1', '*', 'x'.repeat(200)]
const modes = ['100644', '100755', '120000', '160000'] as const

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T

/** No path is a folder of another. */
function makePaths(random: Random, count: number): readonly string[] {
  const files = new Set<string>()
  const folders = new Set<string>()
  for (let i = 0; i < count; i++) {
    const parts = Array.from({length: 1 + random(5)}, () => pick(random, [...names, ...stranger]))
    const above = parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'))
    const path = parts.join('/')
    if (folders.has(path) || above.some((folder) => files.has(folder))) continue
    files.add(path)
    for (const folder of above) folders.add(folder)
  }
  return [...files]
}

function makeTree(seed: number, digits: number): readonly TreeEntry[] {
  const random = randomFrom(seed)
  return makePaths(random, random(40)).map((path) => ({
    path,
    mode: pick(random, modes),
    object: Array.from({length: digits}, () => random(16).toString(16))
      .join('')
      .replace(/^0/, '1'),
  }))
}

/** What `git write-tree` says of each, written as folders of one tree. A folder in which nothing lies is none there. */
function writeTrees(trees: readonly (readonly TreeEntry[])[], format: string): ReadonlyMap<string, string> {
  const {root, git} = openTestRepository(emptyFolder())
  git('init', '--quiet', `--object-format=${format}`)
  git('config', 'core.protectNTFS', 'false')
  const lines = trees.flatMap((entries, i) =>
    entries.map(({mode, object, path}) => `${mode} ${object}\t${i}/${path}\0`),
  )
  const input = Buffer.from(lines.join(''), 'latin1')
  execFileSync('git', ['update-index', '-z', '--add', '--index-info'], {cwd: root, input})
  const listed = git('ls-tree', git('write-tree', '--missing-ok')).split('\n')
  return new Map(listed.map((line) => [line.split('\t')[1] ?? '', line.split(/[ \t]/)[2] ?? '']))
}

withGit('a generated tree', () => {
  test.each([
    ['sha1', 40, 1000],
    ['sha256', 64, 1000],
  ] as const)('has the name that git write-tree gives it (%s)', (format, digits, count) => {
    const trees = Array.from({length: count}, (_, seed) => makeTree(seed, digits))
    const own = new Map(trees.map((entries, i) => [String(i), nameTrees(entries, format).get('')]))
    const filled = [...own].filter(([i]) => trees[Number(i)]?.length !== 0)
    expect(Object.fromEntries(filled)).toEqual(Object.fromEntries(writeTrees(trees, format)))
    expect(filled.length).toBeGreaterThan(count * 0.9)
  })
})

describe('a tree', () => {
  test('that holds nothing has the name of the empty tree', () => {
    expect(nameTrees([], 'sha1').get('')).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  })

  test('deeper than any stack is named', () => {
    const path = Array.from({length: 20_000}, () => 'a').join('/')
    expect(nameTrees([{path, mode: '100644', object: 'b'.repeat(40)}], 'sha1').get('')).toMatch(/^[0-9a-f]{40}$/)
  })
})

/** Real files below `root`, of sizes around every boundary that reading has. */
function writeFiles(root: string, seed: number): void {
  const random = randomFrom(seed)
  for (const path of makePaths(random, 12)) {
    const at = Buffer.from(`${root}/${path}`, 'latin1')
    mkdirSync(Buffer.from(dirname(`${root}/${path}`), 'latin1'), {recursive: true})
    if (random(5) === 0) symlinkSync(Buffer.from(pick(random, names), 'latin1'), at)
    else {
      writeFileSync(at, Buffer.alloc(pick(random, [0, 1, 4095, 65_536, 65_537, 1_048_577]), random(256)))
      chmodSync(at, pick(random, [0o644, 0o755, 0o600, 0o711]))
    }
  }
}

const ofFolder = (root: string, like: string): string | undefined => {
  const named = nameFolder(root, like, () => undefined)
  return named.ok ? named.value.tree : named.fault.problem
}

withGit('a folder of real files', () => {
  test.each(['sha1', 'sha256'])('has the name that git gives it (%s)', (format) => {
    for (let seed = 1; seed <= 20; seed++) {
      const {root, git} = openTestRepository(emptyFolder())
      writeFiles(root, seed)
      const elsewhere = join(emptyFolder(), 'git')
      const inside = `--git-dir=${elsewhere}`
      git(inside, '--work-tree=.', 'init', '--quiet', `--object-format=${format}`)
      git(inside, '--work-tree=.', 'config', 'core.protectNTFS', 'false')
      git(inside, '--work-tree=.', '-c', 'core.excludesFile=/dev/null', 'add', '--force', '--all')
      const tree = git(inside, '--work-tree=.', 'write-tree')
      expect([seed, ofFolder(root, tree)]).toEqual([seed, tree])
    }
  })

  test('and so has a clone, without its repository', () => {
    const {root, git, write, commit} = aRepository()
    for (let i = 0; i < 200; i++) write(`src/${i % 7}/${i % 3}/file-${i}.txt`, `${i}\n`)
    commit()
    const clone = join(emptyFolder(), 'clone')
    execFileSync('git', ['clone', '--quiet', `--separate-git-dir=${join(emptyFolder(), 'git')}`, root, clone])
    execFileSync('rm', [join(clone, '.git')])
    expect(ofFolder(clone, 'a'.repeat(40))).toBe(git('rev-parse', 'HEAD^{tree}'))
  })
})
