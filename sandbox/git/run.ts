/** The only door to the `git` program: its own configuration, no prompts, bytes in and bytes out. */

import {spawn} from 'node:child_process'

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

/** Answers about objects that were named by their whole hash never change, and a process for each of them is slow. */
const remembered = new Map<string, GitAnswer>()
const readers = new Set(['cat-file', 'diff-tree', 'log', 'ls-tree', 'merge-base', 'rev-list'])
const byHash = /^\^?[0-9a-f]{40}(?:\^\{[a-z]+\})?(?:\.{2,3}[0-9a-f]{40})?$/

function isLasting(args: readonly string[]): boolean {
  const command = args.findIndex((arg) => readers.has(arg))
  const named = args.slice(command + 1).filter((arg) => !arg.startsWith('-') && arg !== 'blob')
  return command >= 0 && named.length > 0 && named.every((arg) => byHash.test(arg))
}

export async function runGit(folder: string, args: readonly string[], input?: string | Buffer): Promise<GitAnswer> {
  if (input !== undefined || !isLasting(args)) return await startGit(folder, args, input)
  const key = [folder, ...args].join('\0')
  const answer = remembered.get(key) ?? (await startGit(folder, args))
  // What is not there now may be pushed later.
  if (answer.code === 0) remembered.set(key, answer)
  return answer
}

function startGit(folder: string, args: readonly string[], input?: string | Buffer): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-c', 'safe.directory=*', ...args], {cwd: folder, env: environment, stdio: 'pipe'})
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    // git may end before it has read everything; its exit code tells the story, not the broken pipe.
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString()}),
    )
    child.stdin.end(input)
  })
}

/** For commands that have no business failing: their failure is a bug of the sandbox or of the test that drives it. */
export async function git(folder: string, args: readonly string[], input?: string | Buffer): Promise<Buffer> {
  const answer = await runGit(folder, args, input)
  if (answer.code !== 0) throw new Error(`git ${args[0] ?? ''} ended with ${answer.code}: ${answer.stderr.trim()}`)
  return answer.stdout
}
