/** docs/threats.md names for each row the tests that carry it out, and the code names no row that is not there. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join, normalize} from 'node:path'
import {expect, test} from '@jest/globals'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Row {
  readonly number: number
  readonly cells: readonly string[]
  /** Paths from the root. */
  readonly files: readonly string[]
}

const rows: readonly Row[] = read('docs/threats.md')
  .split('\n')
  .filter((line) => /^\| A\d+ /.test(line))
  .map((line) => {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    const links = [...(cells[3] ?? '').matchAll(/\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path ?? '')
    return {number: Number(cells[0]?.slice(1)), cells, files: links.map((path) => normalize(join('docs', path)))}
  })

test('rows are in order, each once, and A1 to A52 are there', () => {
  const numbers = rows.map(({number}) => number)
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  expect(numbers.slice(0, 52)).toEqual(Array.from({length: 52}, (_, i) => i + 1))
})

test('every row says what is tried, what stops it, and which tests there are', () => {
  for (const {number, cells} of rows) {
    expect([number, cells.length]).toEqual([number, 4])
    for (const cell of cells.slice(1)) expect(cell).toMatch(/\S/)
  }
})

test('every test that a row names is there, and is a test', () => {
  for (const {number, files} of rows) {
    expect([number, files.length > 0]).toEqual([number, true])
    expect([
      number,
      files.filter((file) => !/^__tests__\/.+\.test\.ts$/.test(file) || !existsSync(join(root, file))),
    ]).toEqual([number, []])
  }
})

test('every file of attacks/ is named by its own row', () => {
  const files = readdirSync(join(root, '__tests__', 'attacks')).filter((name) => name.endsWith('.test.ts'))
  expect(files.length).toBeGreaterThan(40)
  const stray = files.filter((name) => {
    const [, number] = /^a(\d{2})-/.exec(name) ?? []
    const row = rows.find((one) => one.number === Number(number))
    return row?.files.includes(`__tests__/attacks/${name}`) !== true
  })
  expect(stray).toEqual([])
})

test('a file of attacks/ begins with its row', () => {
  for (const name of readdirSync(join(root, '__tests__', 'attacks')).filter((one) => one.endsWith('.test.ts'))) {
    const [, number] = /^a(\d{2})-/.exec(name) ?? []
    expect(read(join('__tests__', 'attacks', name))).toMatch(new RegExp(`^/\\*\\*(?:\\n \\*)? A${Number(number)}: `))
  }
})

const folders = ['.', 'docs', 'src', 'issuer', 'sandbox', 'scripts', 'sdk', 'infra', 'benchmarks', '__tests__']
const texts = folders.flatMap((folder) =>
  readdirSync(join(root, folder), {recursive: folder !== '.', encoding: 'utf8'})
    .filter(
      (name) =>
        /\.(?:ts|js|md|yml|yaml|json|css|conf|service)$/.test(name) && !/(?:^|\/)(?:built|node_modules)\//.test(name),
    )
    .filter((name) => !(folder === '.' && name === 'package-lock.json'))
    .map((name) => join(folder, name)),
)

test('every row that code, tests or documents name is there', () => {
  const named = texts.flatMap((path) =>
    [...read(path).matchAll(/\bthreats?((?:(?:,| and)? A\d+)+)/gi)].flatMap(([, list = '']) =>
      [...list.matchAll(/A(\d+)/g)].map(([, number]) => ({path, number: Number(number)})),
    ),
  )
  expect(named.length).toBeGreaterThan(25)
  expect(named.filter(({number}) => !rows.some((row) => row.number === number))).toEqual([])
})

test('SECURITY.md leads here', () => {
  expect(read('SECURITY.md')).toContain('](docs/threats.md)')
})
