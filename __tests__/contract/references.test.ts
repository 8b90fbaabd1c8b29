/** What comments and documents point at is there: sections of docs/formats.md, decisions, documents and their headings. */
import {existsSync, globSync, readFileSync} from 'node:fs'
import path from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {type Heading, headingsOf, withoutCode} from './document.ts'

const folders = ['src', 'issuer', 'sdk', 'sandbox', 'scripts', 'benchmarks', '__tests__', 'docs', 'infra'] as const
const single = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'action.yml', 'Containerfile'] as const

const files = [
  ...folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,js,json,md,yaml,yml,py,go,sh,conf,service}`)),
  ...single,
]
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => !file.includes('/built/'))
  .sort()

/** On one line, without what begins a comment's lines: a reference may be broken between two. */
const flatten = (text: string): string => text.replace(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, ' ')

const texts = files.map((file) => ({file, text: flatten(readFileSync(file, 'utf8'))}))

interface Found {
  readonly file: string
  readonly match: RegExpMatchArray
}

const findAll = (pattern: RegExp): readonly Found[] =>
  texts.flatMap(({file, text}) => [...text.matchAll(pattern)].map((match): Found => ({file, match})))

const print = ({file, match}: Found): string => `${file}: ${match[0]}`

const headings = new Map<string, readonly Heading[]>()
function headingsIn(file: string): readonly Heading[] {
  const read = headings.get(file) ?? headingsOf(readFileSync(file, 'utf8'))
  headings.set(file, read)
  return read
}

/** The headings of section n of docs/formats.md, its own first; none where there is no such section. */
function sectionOfFormats(number: number): readonly Heading[] {
  const all = headingsIn('docs/formats.md')
  const from = all.findIndex(({level, text}) => level === 2 && text.startsWith(`${number}. `))
  if (from < 0) return []
  const length = all.slice(from + 1).findIndex(({level}) => level <= 2)
  return all.slice(from, length < 0 ? undefined : from + 1 + length)
}

describe('sections of docs/formats.md', () => {
  const references = findAll(/\bformats(?:\.md)?,? (§\d+(?:(?:,| and) §\d+)*)(?:, "([^"]+)")?/g)

  test('are eight, numbered in order', () => {
    const numbered = headingsIn('docs/formats.md').filter(({level}) => level === 2)
    expect(numbered.map(({text}) => parseInt(text))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('are there wherever one is cited', () => {
    expect(references.length).toBeGreaterThan(50)
    const missing = references.filter(({match: [, numbers = '']}) =>
      [...numbers.matchAll(/\d+/g)].some(([number]) => sectionOfFormats(Number(number)).length === 0),
    )
    expect(missing.map(print)).toEqual([])
  })

  test('have the heading that is cited with them', () => {
    const quoting = references.filter(({match: [, , heading]}) => heading !== undefined)
    expect(quoting.length).toBeGreaterThan(10)
    const missing = quoting.filter(({match: [, numbers = '', heading]}) => {
      const last = Number(/\d+$/.exec(numbers)?.[0])
      return !sectionOfFormats(last).some(({text}) => text === heading)
    })
    expect(missing.map(print)).toEqual([])
  })

  test('are not cited without their number', () => {
    expect(findAll(/\(formats(?::|,(?! §)).*?\)/g).map(print)).toEqual([])
  })
})

test('every decision that is cited is there, under the title that is cited', () => {
  const cited = [...findAll(/\bADRs? (\d{1,4})\b/g), ...findAll(/\badr\/(\d{4})(-[a-z0-9-]+)?/g)]
  expect(cited.length).toBeGreaterThan(10)
  const names = globSync('docs/adr/*.md').map((file) => path.basename(file, '.md'))
  const missing = cited.filter(({match: [, number = '', title = '']}) => {
    const start = `${number.padStart(4, '0')}-`
    return !names.some((name) => name.startsWith(start) && name.slice(4).startsWith(title))
  })
  expect(missing.map(print)).toEqual([])
})

test('every document that is cited by its path is there, with the heading that is cited', () => {
  const cited = findAll(/\bdocs\/[a-z-]+\.md\b(?:, "([^"]+)")?/g)
  expect(cited.length).toBeGreaterThan(50)
  const missing = cited.filter(({match: [whole, heading]}) => {
    const file = whole.replace(/,.*/, '')
    return !existsSync(file) || (heading !== undefined && !headingsIn(file).some(({text}) => text === heading))
  })
  expect(missing.map(print)).toEqual([])
})

describe('links', () => {
  const documents = files.filter((file) => file.endsWith('.md'))
  const linksOf = (file: string): readonly string[] => {
    const text = readFileSync(file, 'utf8')
    const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g)]
    return links.map(([, inline, html]) => inline ?? html ?? '').filter((link) => !/^[a-z]+:/.test(link))
  }

  test('stand in documents', () => {
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(100)
  })

  test.each(documents)('of %s lead to files, and to headings that they have', (file) => {
    const broken = linksOf(file).filter((link) => {
      const [place = '', anchor] = link.split('#')
      const target = place === '' ? file : path.posix.join(path.posix.dirname(file), place)
      if (!existsSync(target)) return true
      return anchor !== undefined && !headingsIn(target).some((heading) => heading.anchor === anchor)
    })
    expect(broken).toEqual([])
  })
})
