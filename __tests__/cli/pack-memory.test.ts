/** A long pack is written and verified in a heap that could not hold it. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from '@jest/globals'

test('fifteen hundred receipts, 50 MB of documents and page, are exported and verified in a heap of 40 MB', () => {
  const script = fileURLToPath(new URL('../../scripts/pack-ten-thousand.ts', import.meta.url))
  const {status, stdout, stderr} = spawnSync(process.execPath, [script, '1500'], {encoding: 'utf8'})
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('1500 decisions, 1501 entries of the ledger')
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    valid: true,
    counts: {receipts: 1500, tokens: 1500, bundles: 1500},
  })
}, 300_000)
