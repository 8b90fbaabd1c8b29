/** Real temporary git repositories for the checkout's tests. */
import {execFileSync, spawnSync} from 'node:child_process'
import {appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe} from '@jest/globals'
import {emptyFolder} from './asks.ts'

const hasGit = process.platform !== 'win32' && spawnSync('git', ['--version']).status === 0
if (!hasGit) process.stderr.write('git is not installed: the tests against real repositories are skipped\n')
/** A describe that skips itself, by name, where there is no git. */
export const withGit = hasGit ? describe : describe.skip

/** Nobody's configuration but this one. */
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'octocat',
  GIT_AUTHOR_EMAIL: 'octocat@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'octocat',
  GIT_COMMITTER_EMAIL: 'octocat@users.noreply.github.com',
}

export interface TestRepository {
  readonly root: string
  readonly git: (...command: readonly string[]) => string
  readonly write: (path: string, content: string | Uint8Array) => void
  /** Commits everything and gives the commit's name. */
  readonly commit: (message?: string) => string
}

const trees = new Map<string, string>()
/** The tree of a commit that was made here, as git named it then. */
export const treeOf = (sha: string): string => trees.get(sha) ?? 'b'.repeat(sha.length)

export function openTestRepository(root: string): TestRepository {
  const git = (...command: readonly string[]): string =>
    execFileSync('git', command, {cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim()
  return {
    root,
    git,
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), {recursive: true})
      writeFileSync(join(root, path), content)
    },
    commit: (message = 'work') => {
      git('add', '--all')
      git('-c', 'maintenance.auto=false', 'commit', '--quiet', '--allow-empty', '--message', message)
      const sha = readHead(join(root, '.git')) ?? git('rev-parse', 'HEAD')
      trees.set(sha, git('rev-parse', 'HEAD^{tree}'))
      return sha
    },
  }
}

/** A branch that was just committed to is a file of its own. A submodule's is elsewhere. */
function readHead(folder: string): string | undefined {
  if (!statSync(folder).isDirectory()) return undefined
  const head = readFileSync(join(folder, 'HEAD'), 'utf8').trim()
  return head.startsWith('ref: ') ? readFileSync(join(folder, head.slice('ref: '.length)), 'utf8').trim() : head
}

/** A repository with a few files of every kind and one commit. */
export function aRepository(...options: readonly string[]): TestRepository & {readonly sha: string} {
  const repository = openTestRepository(emptyFolder())
  repository.git('init', '--quiet', '--initial-branch=main', ...options)
  repository.write('README.md', '# api-service\n')
  repository.write('src/deploy.sh', '#!/bin/sh\necho deploy\n')
  repository.write('src/größe.txt', 'umlaut\n')
  appendFileSync(join(repository.root, '.git', 'config'), '[core]\n\tautocrlf = false\n')
  chmodSync(join(repository.root, 'src/deploy.sh'), 0o755)
  symlinkSync('README.md', join(repository.root, 'link'))
  return {...repository, sha: repository.commit()}
}
