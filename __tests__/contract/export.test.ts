/** docs/export.md against the code: every fault of a pack, the commands' options, the files that every pack has. */
import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {packFaults, packParts, packPaths} from '#pack'
import {sectionNames} from '#protocol'
import {evidenceKeysUsage, exportUsage} from '../../issuer/cli/export.ts'
import {exportPack} from '../../src/cli/export.ts'

const page = readFileSync(new URL('../../docs/export.md', import.meta.url), 'utf8')

test('every code has one row, in the order of the table, with what happened and what to do', () => {
  const rows = page
    .slice(page.indexOf('## Codes'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.map(([, code, what, fix]) => [code, what, fix])).toEqual(
    Object.entries(packFaults).map(([code, {what, fix}]) => [`\`${code}\``, `${what}.`, fix]),
  )
})

test('every file that each pack has, every section and every part is named', () => {
  for (const name of [...Object.values(packPaths), ...sectionNames, ...packParts]) expect(page).toContain(`\`${name}\``)
})

test('the commands and their options are those that the page shows', () => {
  const usage = [...exportUsage, ...evidenceKeysUsage, exportPack.help].join('\n')
  const options = new Set([...usage.matchAll(/countersign(?:-issuer)? [a-z-]+|--[a-z-]+/g)].map(([name]) => name))
  for (const option of options) expect(page).toContain(option)
})
