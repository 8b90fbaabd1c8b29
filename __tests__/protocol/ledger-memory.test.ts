/** A long ledger is verified in a heap that could not hold it. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from '@jest/globals'

test('a hundred thousand entries, 67 MB of them, verify as a stream in a heap of 40 MB', () => {
  const script = fileURLToPath(new URL('../../scripts/ledger-ten-million.ts', import.meta.url))
  const args = ['--max-old-space-size=40', script, '--memory-only', '100000']
  const {status, stdout} = spawnSync(process.execPath, args, {encoding: 'utf8'})
  const [result = ''] = stdout.split('\n')
  expect(JSON.parse(result)).toEqual({
    valid: true,
    entries: 100_000,
    continuous: true,
    anchored: 'checkpoint',
    masked: 0,
    unanchored: 0,
  })
  expect(status).toBe(0)
})
