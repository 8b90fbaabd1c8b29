/** docs/sdk.md is what the docstrings say, and names every export. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import * as sdk from '../../sdk/index.ts'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'sdk.md'), 'utf8')

test('docs/sdk.md is what the sources say', () => {
  const check = (): Buffer => execFileSync(process.execPath, [join(root, 'scripts', 'sdk-docs.ts'), '--check'])
  expect(check).not.toThrow()
})

test('it names every call and every export', () => {
  for (const name of Object.keys(sdk.verify)) expect(page).toContain(`### \`verify.${name}\``)
  for (const name of Object.keys(sdk).filter((one) => one !== 'verify')) expect(page).toContain(`### \`${name}\``)
})

test('every call, function and table of it is explained in words', () => {
  const [, ...sections] = page.slice(0, page.indexOf('\n## Types')).split(/^### /m)
  const bare = sections.filter((section) => {
    const words = section
      .replace(/^.*\n/, '')
      .replaceAll(/```[\s\S]*?```/g, '')
      .trim()
    return words === '' || words.startsWith('## ')
  })
  expect(bare.map((section) => section.split('\n', 1)[0])).toEqual([])
})
