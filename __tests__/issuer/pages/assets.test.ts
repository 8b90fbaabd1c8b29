/** What the pages carry inline is what its sources build, small, and the same from every machine. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {scripts, style} from '../../../issuer/pages/built/assets.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const build = (option: string): string =>
  execFileSync(process.execPath, [join(root, 'scripts', 'pages-script.ts'), option], {encoding: 'utf8'})

test('issuer/pages/built is what its sources build', () => {
  expect(build('--check')).toContain('is what its sources build')
})

test('no script is larger than 60 kB, and none names a folder of the machine that built it', () => {
  for (const script of Object.values(scripts)) {
    expect(Buffer.byteLength(script)).toBeLessThan(60_000)
    expect(script).not.toContain(root)
    expect(script).not.toContain('node_modules')
  }
})

test('the style names nothing that a browser would fetch', () => {
  expect(style).not.toMatch(/url\(|@import|@font-face/)
})

test('the build explains itself', () => {
  expect(build('--help')).toContain('--check')
})
