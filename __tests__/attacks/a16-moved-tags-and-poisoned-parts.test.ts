/** A16: the Action's tag is moved, a dependency poisoned, or `dist/` is not what the sources say. Pins, digests, and a second build. */
import {spawnSync} from 'node:child_process'
import {appendFileSync, cpSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeAll, describe, expect, test} from '@jest/globals'
import {emptyFolder} from '../action/asks.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Locked {
  readonly version: string
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(read('package-lock.json')) as {readonly packages: Readonly<Record<string, Locked>>}

/** What the gate's own dependencies bring along, all of it. */
function withDependencies(names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names)
  // A set that grows while it is walked is walked to its new end.
  for (const name of all)
    for (const more of Object.keys(lock.packages[`node_modules/${name}`]?.dependencies ?? {})) all.add(more)
  return all
}

describe('a second build', () => {
  let copy: string
  beforeAll(() => {
    copy = emptyFolder()
    for (const name of ['src', 'scripts', 'dist', 'package.json'])
      cpSync(join(root, name), join(copy, name), {recursive: true})
    const modules = join(copy, 'node_modules')
    for (const name of withDependencies(['@actions/core', '@actions/github', '@actions/http-client']))
      cpSync(join(root, 'node_modules', name), join(modules, name), {recursive: true})
    // What builds, and is no part of what is built, may stay where it is.
    for (const name of ['esbuild', '@esbuild']) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  })
  afterEach(() => {
    rmSync(join(copy, 'dist'), {recursive: true})
    cpSync(join(root, 'dist'), join(copy, 'dist'), {recursive: true})
  })

  const check = (): {readonly code: number | null; readonly said: string} => {
    const {status, stdout, stderr} = spawnSync(process.execPath, [join(copy, 'scripts', 'build.ts'), '--check'], {
      encoding: 'utf8',
    })
    return {code: status, said: stdout + stderr}
  }

  test('anywhere gives the very bytes that are committed', () => {
    expect(check()).toEqual({code: 0, said: expect.stringContaining('dist/ is what the sources build')})
  })

  test('tells of one byte in dist/ that no source has, and of a file more', () => {
    const path = join(copy, 'dist', 'post.js')
    writeFileSync(path, readFileSync(path, 'utf8').replace('success', 'Success'))
    writeFileSync(join(copy, 'dist', 'more.js'), '')
    const {code, said} = check()
    expect(code).toBe(1)
    expect(said).toContain('dist/post.js differs from what the sources build')
    expect(said).toContain('dist/more.js is not built by the sources')
    expect(said).not.toContain('dist/index.js')
  })

  test('tells of a dependency that was changed under its own version', () => {
    const folder = join(copy, 'node_modules', '@actions', 'core', 'lib')
    appendFileSync(join(folder, 'core.js'), '\nglobalThis.poison = true\n')
    const {code, said} = check()
    expect([code, said]).toEqual([1, expect.stringMatching(/dist\/\S+\.js differs from what the sources build/)])
  })
})

describe('what is installed', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>

  test('is named by exact versions, and never by a range, a tag or an address', () => {
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
    const versions = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    expect(versions.length).toBeGreaterThan(20)
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([])
  })

  test('has the digest of its content in the lockfile, each package of it', () => {
    const {'': self, ...packages} = lock.packages
    expect(self?.version).toBe(manifest['version'])
    expect(Object.keys(packages).length).toBeGreaterThan(100)
    expect(
      Object.entries(packages).filter(([, {integrity}]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')),
    ).toEqual([])
  })

  test('runs no program of its own while it is installed', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true')
  })
})

test('whatever there is to copy names an action by its commit, which nobody can move', () => {
  const documents = readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'}).filter((path) =>
    path.endsWith('.md'),
  )
  const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...documents.map((path) => join('docs', path))]
  const uses = pages.flatMap((page) => [...read(page).matchAll(/^\s*(?:- )?uses: (\S+)/gm)].map(([, action]) => action))
  expect(uses.length).toBeGreaterThan(1)
  for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/)
})
