/** The sandbox reads and writes git's files itself, so git has to agree with whatever it makes of them. */

import {readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from '@jest/globals'

import {checkOut} from '../../sandbox/git/checkout.ts'
import {countApart, mergeBase, readBlob, readCommit, readCommits, readTree} from '../../sandbox/git/history.ts'
import {type FileContent, GitRepository} from '../../sandbox/git/repository.ts'
import {git, runGit} from '../../sandbox/git/run.ts'
import {makeFolder} from '../../sandbox/world.ts'

let folder: string
let repository: GitRepository
/** Commits by the letter that is their message and their branch. */
const shas = new Map<string, string>()

const sha = (letter: string): string => shas.get(letter) ?? ''
const ask = async (...args: readonly string[]): Promise<string> =>
  (await git(repository.folder, args)).toString().trimEnd()
/** Empty where git's answer is no: no merge base, a conflict. */
const attempt = async (...args: readonly string[]): Promise<string> => {
  const {code, stdout} = await runGit(repository.folder, args)
  return code === 0 ? stdout.toString().trimEnd() : ''
}

async function write(letter: string, parents: string, files: Readonly<Record<string, FileContent>>): Promise<void> {
  const who = {name: 'octocat <Ü>\n', email: 'octocat@example.com', date: '2026-04-02T14:30:00Z'}
  const above = Array.from(parents, sha)
  const commit = {ref: `refs/heads/${letter}`, parents: above, message: letter, author: who, committer: who, files}
  shas.set(letter, (await repository.write([commit]))[0] ?? '')
}

/** Lines that part at `a` and cross in `e` and `f`, of which `h` is the end; `z` has nothing to do with them. */
beforeAll(async () => {
  folder = await makeFolder()
  repository = await GitRepository.create(join(folder, 'one.git'))
  await write('a', '', {'README.md': 'Hello\n', 'dir/one.txt': 'one\n', 'dir.txt': 'x', 'dir-0/größe': 'ü\n'})
  await write('b', 'a', {'dir/two.txt': 'two\n', link: {link: 'dir'}, run: {executable: '#!/bin/sh\n'}})
  await write('c', 'a', {'dir/one.txt': null, 'new\nline': {base64: 'AP/+gA=='}})
  await write('d', 'b', {dir: 'a file now'})
  await write('e', 'bc', {'e.txt': 'e'})
  await write('f', 'cb', {'README.md': null})
  await write('g', 'f', {'g/g/g.txt': 'g'})
  await write('h', 'eg', {})
  await write('z', '', {'k/l.txt': 'l', k: 'k'})
})
afterAll(() => rm(folder, {recursive: true}))

const letters = Array.from('abcdefghz')

test('what is written is sound, and git lists the same in it', async () => {
  expect(await ask('fsck', '--strict', '--no-dangling')).toBe('')
  for (const letter of letters) {
    const {tree, parents, message} = readCommit(repository, sha(letter)) ?? {}
    expect(await ask('log', '-1', '--format=%T|%P|%B|%an|%ae|%ct', sha(letter))).toBe(
      `${String(tree)}|${String(parents?.join(' '))}|${String(message)}|octocat Ü|octocat@example.com|1775140200`,
    )
    const listed = (readTree(repository, sha(letter), true) ?? []).map(
      (entry) => `${entry.mode} ${entry.type} ${entry.sha} ${String(entry.size ?? '-').padStart(7)}\t${entry.path}\0`,
    )
    expect(listed.join('')).toBe(await ask('ls-tree', '-r', '-t', '-l', '-z', sha(letter)))
  }
})

test.each(['ah', 'ha', 'ef', 'fe', 'bc', 'dh', 'hd', 'ce', 'gg', 'az'])('git says the same of %s', async (pair) => {
  const [base = '', head = ''] = Array.from(pair, sha)
  const ends = {base, head}
  const between = await ask('log', '--topo-order', '--format=%H', `${base}..${head}`)
  expect(readCommits(repository, ends).map((commit) => commit.sha)).toEqual(between.split('\n').filter(Boolean))
  const {ahead, behind} = countApart(repository, ends)
  expect(`${behind}\t${ahead}`).toBe(await ask('rev-list', '--left-right', '--count', `${base}...${head}`))
  const start = await attempt('merge-base', base, head)
  expect((await mergeBase(repository, ends)) ?? '').toBe(start)
  expect(repository.isAncestor(base, head)).toBe(start === base)
  if (start !== '')
    expect((await repository.mergeTree(base, head)) ?? '').toBe(await attempt('merge-tree', '--write-tree', base, head))
})

test('names are branches first, then tags, and what is no name is nothing', async () => {
  await repository.pointRef('refs/tags/b', sha('a'))
  await repository.pointRef('refs/tags/v1/x', sha('c'))
  const found = (name: string) => repository.resolve(name)
  expect(await found('b')).toBe(sha('b'))
  expect(await found('v1/x')).toBe(sha('c'))
  expect(await found('heads/d')).toBe(sha('d'))
  expect(await found('refs/tags/b')).toBe(sha('a'))
  expect(await found(sha('g').slice(0, 9))).toBe(sha('g'))
  const tree = readCommit(repository, sha('a'))?.tree ?? ''
  for (const name of ['v1', 'b/x', 'nothing', '../config', 'config', 'b^', 'b.lock', tree, '0'.repeat(40)])
    expect([name, await found(name), repository.branch(name)]).toEqual([name, undefined, undefined])
  await expect(repository.pointRef('refs/heads/new', tree)).rejects.toThrow('no such commit')
  await expect(repository.pointRef('refs/heads/../../config', sha('a'))).rejects.toThrow('git takes no ref')
  await repository.deleteRef('refs/tags/v1/x')
  expect(await found('v1/x')).toBeUndefined()
})

test('files are put in one after the other, a folder gives way to a file, and no folder is left empty', () => {
  const paths = (letter: string) => readTree(repository, sha(letter), true)?.map(({path}) => path)
  expect(paths('z')).toEqual(['k'])
  expect(paths('d')).toEqual(['README.md', 'dir', 'dir-0', 'dir-0/größe', 'dir.txt', 'link', 'run'])
  expect(paths('c')).toEqual(['README.md', 'dir-0', 'dir-0/größe', 'dir.txt', 'new\nline'])
})

test('a commit builds on what a branch holds, or on one of the same writing', async () => {
  const who = {name: 'octocat', email: 'octocat@example.com', date: '2026-04-02T14:30:00Z'}
  const commit = {ref: undefined, message: 'More', author: who, committer: who, files: {}}
  const written = await repository.write([
    {...commit, parents: ['b', 'heads/c']},
    {...commit, parents: [':1'], files: {more: ''}},
  ])
  expect(written.map((name) => readCommit(repository, name)?.parents)).toEqual([[sha('b'), sha('c')], [written[0]]])
})

test('files that git does not take, and parents that are not there, are refused', async () => {
  for (const path of ['', '/a', 'a/', 'a//b', 'a\0b'])
    await expect(write('x', 'a', {[path]: ''})).rejects.toThrow('no file')
  await expect(write('x', 'y', {})).rejects.toThrow('there is no commit')
  expect(repository.branch('x')).toBeUndefined()
})

test('a repository that somebody packed is read all the same, and written on', async () => {
  await ask('gc', '--quiet')
  expect(await readdir(join(repository.folder, 'refs', 'heads'))).toEqual([])
  const packed = GitRepository.at(repository.folder)
  for (const letter of letters) expect(packed.branch(letter)).toBe(sha(letter))
  const link = readTree(packed, sha('b'), true)?.find(({path}) => path === 'link')
  expect(readBlob(packed, link?.sha ?? '').toString()).toBe('dir')
  expect(packed.objects.read('0'.repeat(40))).toBeUndefined()
  await packed.pointRef('refs/heads/a', sha('b'))
  expect([packed.branch('a'), await ask('rev-parse', 'a')]).toEqual([sha('b'), sha('b')])
})

test('a checkout is one commit without its past, clean, on its branch or on none', async () => {
  const at = join(folder, 'checkout')
  const inside = async (...args: readonly string[]): Promise<string> => (await git(at, args)).toString().trimEnd()
  await checkOut(repository, {folder: at, sha: sha('h'), branch: 'main'})
  expect(await inside('status', '--porcelain', '--branch')).toBe('## main')
  expect(await inside('log', '--format=%H')).toBe(sha('h'))
  expect(await inside('rev-parse', '--is-shallow-repository')).toBe('true')
  expect(await inside('fsck', '--strict')).toBe('')
  // Another one into the same folder, as two steps of a job make it.
  await checkOut(repository, {folder: at, sha: sha('c'), branch: undefined})
  expect(await inside('status', '--porcelain', '--branch')).toBe('## HEAD (no branch)')
  expect((await readdir(at)).toSorted()).toEqual(['.git', 'README.md', 'dir-0', 'dir.txt', 'new\nline'])
  await expect(checkOut(repository, {folder: at, sha: '0'.repeat(40), branch: undefined})).rejects.toThrow('no commit')
})
