/** What the issuer's operator types: `countersign-issuer …` beside the running issuer, over the same store. */
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {compileCache, programPath} from '../../sandbox/programs.ts'
import {databasePath} from './ledger.ts'
import type {Stage} from './stage.ts'

const program = programPath('issuer/cli/main.ts')

/** What it printed on standard output. */
export function operate({issuer}: Stage, ...words: readonly string[]): string {
  const env = {
    ...compileCache(),
    PATH: process.env['PATH'],
    COUNTERSIGN_STORE: `sqlite:${databasePath(issuer)}`,
    COUNTERSIGN_PUBLIC_URL: issuer.url,
  }
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...words], {env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${stderr}`)
  return stdout.trim()
}

/** The same of an issuer wherever it runs. */
export async function order(stage: Stage, ...words: readonly string[]): Promise<string> {
  return (await stage.issuer.elsewhere?.operate(words)) ?? operate(stage, ...words)
}

/** The command with these variables alone, while this process goes on: the store may be asked through it. */
export async function runProgram(words: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [program, ...words], {
    env: {...compileCache(), ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`ended with ${String(code)}: ${stderr}`)
  return stdout.trim()
}
