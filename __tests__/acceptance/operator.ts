/** What the issuer's operator types: `countersign-issuer …` beside the running issuer, over the same store. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {databasePath} from './ledger.ts'
import type {Stage} from './stage.ts'

const program = fileURLToPath(new URL('../../issuer/cli/main.ts', import.meta.url))

/** What it printed on standard output. */
export function operate({issuer}: Stage, ...words: readonly string[]): string {
  const env = {
    PATH: process.env['PATH'],
    COUNTERSIGN_STORE: `sqlite:${databasePath(issuer)}`,
    COUNTERSIGN_PUBLIC_URL: issuer.url,
  }
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...words], {env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${stderr}`)
  return stdout.trim()
}
