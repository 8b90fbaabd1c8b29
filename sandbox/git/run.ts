/** The only door to the `git` program: its own configuration, no prompts, bytes in and bytes out. */

import {spawn, spawnSync} from 'node:child_process'

export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
}

const always = ['-c', 'safe.directory=*']

export function runGit(folder: string, args: readonly string[]): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...always, ...args], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString()}),
    )
  })
}

/** For commands that have no business failing: their failure is a bug of the sandbox or of the test that drives it. */
export async function git(folder: string, args: readonly string[]): Promise<Buffer> {
  const answer = await runGit(folder, args)
  if (answer.code !== 0) throw new Error(`git ${args[0] ?? ''} ended with ${answer.code}: ${answer.stderr.trim()}`)
  return answer.stdout
}

/** For the few questions that cannot wait. */
export function gitAtOnce(folder: string, args: readonly string[], input: string): Buffer {
  const {status, stdout, stderr, error} = spawnSync('git', [...always, ...args], {
    cwd: folder,
    env: environment,
    input,
    maxBuffer: 2 ** 30,
  })
  if (status !== 0) throw new Error(`git ${args[0] ?? ''} failed: ${error?.message ?? stderr.toString().trim()}`)
  return stdout
}

/** A name is never an option and never a revision expression. */
export const isPlainName = (name: string): boolean =>
  /^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/.test(name) && !name.includes('..')

/** For what is not read from files here: abbreviations, and spellings such as `heads/main`. */
export async function revParse(folder: string, name: string): Promise<string | undefined> {
  const answer = await runGit(folder, ['rev-parse', '--verify', '--quiet', name])
  return answer.code === 0 ? answer.stdout.toString().trim() : undefined
}
