/** Spawns the built gate as a runner does: inputs and event by environment, outputs and summary by file. */
import {spawn} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PublicKey} from '#protocol'
import {commit} from '../protocol/builders.ts'
import {emptyFolder} from './asks.ts'

export const builtGate = join(import.meta.dirname, '..', '..', 'dist', 'index.js')

export interface GateRun {
  readonly code: number | null
  readonly log: string
  readonly outputs: ReadonlyMap<string, string>
  readonly summary: string
}

export type Env = Readonly<Record<string, string>>

/** Inputs as a runner passes them: the defaults of action.yml are filled in. */
export const inputs = (pin: PublicKey, given: Env = {}): Env => {
  const all: Env = {
    environment: 'production',
    'public-key': pin,
    match: 'commit',
    checkout: 'verify',
    'min-approvals': '1',
    'require-proof': 'comment',
    'refuse-flags': 'self emergency',
    'max-ttl': '24h',
    wait: '0',
    redeem: 'false',
    report: 'true',
    ...given,
  }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))
}

/** What the runner itself says about a push of the usual commit. The runner's own files lie outside of the workspace. */
export function pushJob(workspace = emptyFolder()): Env {
  const folder = emptyFolder()
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  return {
    PATH: process.env['PATH'] ?? '',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify({repository: {id: 1296269}})),
    GITHUB_SHA: commit,
    GITHUB_REPOSITORY: 'octo-org/api-service',
    GITHUB_REPOSITORY_ID: '1296269',
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: file('output', ''),
    GITHUB_STEP_SUMMARY: file('summary', ''),
  }
}

export function runBuiltGate(env: Env, nodeOptions: readonly string[] = []): Promise<GateRun> {
  const child = spawn(process.execPath, [...nodeOptions, builtGate], {env, stdio: ['ignore', 'pipe', 'pipe']})
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        log: Buffer.concat(chunks).toString(),
        outputs: parseOutputs(read(env['GITHUB_OUTPUT'])),
        summary: read(env['GITHUB_STEP_SUMMARY']),
      }),
    )
  })
}

const read = (path: string | undefined): string =>
  path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : ''

/** `name<<delimiter`, the value's lines, `delimiter`. */
function parseOutputs(text: string): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>()
  for (const [, name = '', , value = ''] of text.matchAll(/^([a-z-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm))
    outputs.set(name, value)
  return outputs
}
