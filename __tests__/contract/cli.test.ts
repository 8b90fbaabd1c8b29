/** docs/cli.md against the commands: the codes of an audit, its options, and the list of commands. */
import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {audit} from '../../src/cli/audit.ts'
import {auditFaults} from '../../src/cli/audit/faults.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const main = readFileSync(new URL('../../src/cli/main.ts', import.meta.url), 'utf8')

const rows = (from: string): readonly (readonly string[])[] =>
  page
    .slice(page.indexOf(from))
    .replace(/\n#[\s\S]*/, '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))

test('every code of an audit has one row, in the order of the table, with what to do', () => {
  const shown = rows('### Codes').map(([, code, , fix]) => [code, fix])
  expect(shown).toEqual(Object.entries(auditFaults).map(([code, {fix}]) => [`\`${code}\``, fix]))
})

test('every option of an audit that the page names is in its help, and the other way round', () => {
  const optionsOf = (text: string): readonly string[] => [...new Set(text.match(/--[a-z-]+/g))].sort()
  const section = rows('## `countersign audit`')
    .map(([, option]) => option)
    .join()
  expect(optionsOf(section)).toEqual(optionsOf(audit.help))
})

test('the page lists the commands that there are', () => {
  const commands = [...main.matchAll(/^ {2}\['([a-z ]+)', \w+\],$/gm)].map(([, name]) => `\`${name ?? ''}\``)
  expect(commands.length).toBeGreaterThan(4)
  expect(rows('# The command').map(([, name]) => name)).toEqual(commands)
})
