/** dist/ is what the sources build: byte for byte, twice, with every licence, and nothing that was written by hand. */
import {execFileSync} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
const build = (option: string): string =>
  execFileSync(process.execPath, [join(root, 'scripts', 'build.ts'), option], {encoding: 'utf8'})

test('dist/ is what the sources build', () => {
  expect(build('--check')).toContain('dist/ is what the sources build')
})

test('dist/ names no folder of the machine that built it', () => {
  for (const name of readdirSync(join(root, 'dist'))) {
    const content = readFileSync(join(root, 'dist', name), 'utf8')
    expect(content.includes(root)).toBe(false)
  }
})

test('the licences of the toolkit, of Octokit and of undici are in licenses.txt', () => {
  const licences = readFileSync(join(root, 'dist', 'licenses.txt'), 'utf8')
  for (const name of [
    '@actions/core',
    '@actions/github',
    '@actions/http-client',
    '@octokit/core',
    'undici',
    'tunnel',
  ]) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'))
  }
})

test('the build explains itself', () => {
  expect(build('--help')).toContain('--check')
})
