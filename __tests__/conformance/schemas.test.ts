/** The published schemas are for every language: their patterns use only what regular expressions have in common. */
import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {askPython, findPython} from './python.ts'

const folder = fileURLToPath(new URL('../../docs/schemas/', import.meta.url))

interface Schema {
  readonly $schema: string
  readonly $id: string
}

const schemas = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Schema] as const,
)

function patternsIn(schema: Schema): readonly string[] {
  const patterns: string[] = []
  JSON.stringify(schema, (name, value: unknown) => {
    if (name === 'pattern' && typeof value === 'string') patterns.push(value)
    return value
  })
  return patterns
}

/**
 * Literal characters, classes of characters and ranges, escaped punctuation and code units, groups and look-ahead
 * without names, `|`, quantifiers and the two anchors. No class by a letter: `\d` has other members in each language, and
 * `\p{…}` is missing in several.
 */
const portable =
  /^(?:[\w !"#%&',\-./:;<=>@`~]|[$^*+?|)]|\((?!\?)|\(\?[:!=]|\{\d+(?:,\d*)?\}|\\[.*+?^$(){}|[\]\\/-]|\\u[0-9a-fA-F]{4}|\[\^?(?:[^\\\]]|\\[.*+?^$(){}|[\]\\/-]|\\u[0-9a-fA-F]{4})+\])*$/

describe.each(schemas)('%s', (file, schema) => {
  test('has a name of its own, made as those of the others are', () => {
    expect(schema.$id).toBe(`urn:countersign:${file.replace('.v1.schema.json', '')}:v1`)
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  test('has patterns that every language reads alike', () => {
    expect(patternsIn(schema).length).toBeGreaterThan(0)
    expect(patternsIn(schema).filter((pattern) => !portable.test(pattern))).toEqual([])
  })
})

test.each(['^\\d+$', '^[\\w]+$', '^\\p{Cc}$', '(?<name>a)', '(?<!a)b', 'a\\b'])('%s would be found', (pattern) => {
  expect(portable.test(pattern)).toBe(false)
})

const python = findPython('jsonschema')
const maybe = python === undefined ? test.skip : test
const absent = python === undefined ? ' (the Debian package python3-jsonschema is absent)' : ''

maybe(`Python's jsonschema loads each of them, and judges policies by theirs as we do${absent}`, () => {
  const documentation = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
  const example: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(documentation)?.[1] ?? '')
  const onBranch = (name: string): object => ({version: 1, branches: [name], environments: {production: {}}})
  const values = [
    example,
    onBranch('pro duction \u00e9\u{1f680}'),
    onBranch('a\u0000'),
    onBranch('\u0085'),
    onBranch(''),
    {version: 1},
  ]
  const answers = askPython(python ?? '', 'schemas.py', {
    schemas: schemas.map(([file, schema]) => ({schema, values: file.startsWith('policy') ? values : [{}]})),
  })
  expect(answers).toEqual(
    schemas.map(([file, {$id}]) => ({
      id: $id,
      fits: file.startsWith('policy') ? [true, true, false, false, false, false] : [false],
    })),
  )
})
