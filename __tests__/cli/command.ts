/** The built command, spawned as a user does, in a folder of its own. */
import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from '@jest/globals'
import {compileCache} from '../../sandbox/programs.ts'

const home = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
const built = process.env['COUNTERSIGN_BUILT_FOR_TESTS']
if (built === undefined) throw new Error('__tests__/run/setup.ts has not built the command')
const program = join(built, 'cli.js')

/** Call it once, at the top of a test file. */
export function useBuiltCommand(): void {
  afterAll(() => rmSync(home, {recursive: true, force: true}))
}

export interface CommandRun {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Where it is started. */
  readonly folder?: string
}

/** Its environment is what is given here and PATH: nothing of the job that runs the tests. */
export function countersign(
  words: readonly string[],
  {env = {}, input = '', folder = home}: CommandOptions = {},
): Promise<CommandRun> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: {...compileCache(), PATH: process.env['PATH'] ?? '', ...env},
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined) // A command that refuses early does not read its input.
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString()}))
  })
}

let files = 0

/** A new file with this content. */
export function fileOf(content: string | Uint8Array): string {
  const path = join(home, `file-${(files += 1)}`)
  writeFileSync(path, content)
  return path
}

/** The path of a file that is not there. */
export const noFile = (): string => join(home, `file-${(files += 1)}`)
