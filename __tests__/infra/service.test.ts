/** infra/countersign.service: systemd takes it, and finds little that it could do beside its work. */
import {expect, test} from '@jest/globals'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Variables} from '../../issuer/home/variables.ts'

const root = join(import.meta.dirname, '..', '..')
const unit = readFileSync(join(root, 'infra', 'countersign.service'), 'utf8')
const analyze = '/usr/bin/systemd-analyze'

/** systemd looks whether the program is there, so the unit is read as if it were installed in this checkout. */
function analyse(text: string, ...words: readonly string[]): {readonly status: number | null; readonly said: string} {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-unit-'))
  const file = join(folder, 'countersign.service')
  writeFileSync(file, text.replaceAll('/opt/countersign', root))
  const {status, stdout, stderr} = spawnSync(analyze, [...words, '--no-pager', file], {encoding: 'utf8'})
  rmSync(folder, {recursive: true})
  return {status, said: `${stdout}${stderr}`}
}

test('every variable that it sets is one', () => {
  const names = [...unit.matchAll(/^Environment=(\w+)=/gm)].map(([, name = '']) => [name, 'x'])
  expect(names.length).toBeGreaterThan(1)
  expect(new Variables(Object.fromEntries(names) as Record<string, string>).problems).toEqual([])
})

if (!existsSync(analyze)) {
  test.skip('the unit under systemd-analyze (systemd is absent)', () => undefined)
} else {
  test('systemd finds no mistake in it', () => {
    expect(analyse(unit, 'verify')).toEqual({status: 0, said: ''})
  })

  test('systemd is awake: it sees a setting that does not exist', () => {
    expect(analyse(unit.replace('ProtectHome', 'ProtectHouse'), 'verify').said).toContain('ProtectHouse')
  })

  test('its exposure is at most 1.5 of 10', () => {
    const {status, said} = analyse(unit, 'security', '--offline=true', '--threshold=15')
    expect(said).toContain('Overall exposure level')
    expect(status).toBe(0)
  })
}
