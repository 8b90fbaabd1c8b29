/** The README's pictures: each one is there, light enough to load, shown once, and said in words. */
import {readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'docs', 'images')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const script = readFileSync(join(root, 'scripts', 'screenshots.ts'), 'utf8')
const pictures = readdirSync(folder).filter((name) => name.endsWith('.png'))

test('the README shows each picture once, and none that is not there', () => {
  const shown = [...readme.matchAll(/docs\/images\/([\w-]+\.png)/g)].map(([, name]) => name)
  expect(shown.toSorted()).toEqual(pictures.toSorted())
})

test('each picture has words for whoever does not see it', () => {
  const worded = [...readme.matchAll(/!\[[^\]]{20,}\]\(docs\/images\/|src="docs\/images\/[^>]* alt="[^"]{20,}"/g)]
  expect(worded).toHaveLength(pictures.length)
})

test.each(pictures)('%s is lighter than 150 kB, and the script takes it', (name) => {
  expect(statSync(join(folder, name)).size).toBeLessThan(150_000)
  expect(script).toMatch(new RegExp(`name: '${name.replace('.png', '')}'|\\b${name.replace('.png', '')}: `))
})
