/** The few questions that are put to git, in a way that gives the repository's own configuration nothing to do. */
import {execFile} from 'node:child_process'
import {dirname, join} from 'node:path'
import type {Attributes} from './conversion.ts'
import {faultCode, faultMember} from './fault.ts'
import type {TreeEntry} from './tree-name.ts'

/** Git is missing, too old, or met a repository that it cannot read. The message is git's own first line. */
export class GitFault extends Error {}

export interface GitRepository {
  readonly root: string
  readonly readHead: () => Promise<string>
  /** The raw object, a byte a character. */
  readonly readCommit: (commit: string) => Promise<string>
  readonly readParents: (commit: string) => Promise<readonly string[]>
  readonly hasReplaceRefs: () => Promise<boolean>
  /** Git's word for what lies in the commit, folders among it. It proves nothing before the names are hashed up to the root. */
  readonly readTree: (commit: string) => Promise<readonly TreeEntry[]>
  /** Their bytes, one character a byte. What is not there, or is no tree, is left out. */
  readonly readTreeObjects: (objects: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly readBlob: (object: string) => Promise<Buffer>
  readonly readAttributes: (paths: readonly string[]) => Promise<ReadonlyMap<string, Attributes>>
  readonly readIndex: () => Promise<ReadonlyMap<string, IndexEntry>>
  /** The same for a submodule below this repository. */
  readonly below: (path: string) => GitRepository
}

export interface IndexEntry {
  /** Set by sparse checkouts, and by whoever wants git to look away. */
  readonly skipWorktree: boolean
}

/**
 * Only commands that read objects, refs and the index. None of them runs a filter, a hook, an external diff or a
 * credential program: files are compared by worktree.ts, not by git. `--git-dir` is given, so that neither
 * `core.worktree` nor a bare repository above is followed, and the owner of the folder does not matter.
 */
const constantArguments = ['core.fsmonitor=false', 'safe.bareRepository=explicit', 'core.hooksPath=/dev/null'].flatMap(
  (setting) => ['-c', setting],
)

const hexLine = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export function openRepository(root: string, env: NodeJS.ProcessEnv): GitRepository {
  const git = (...command: readonly string[]): Promise<string> => runGit({root, env}, command)
  return {
    root,
    readHead: async () => {
      const head = (await git('rev-parse', '--verify', '--quiet', 'HEAD^{commit}').catch(noCommit)).trim()
      if (!hexLine.test(head)) throw new GitFault('it has no commit checked out')
      return head
    },
    readCommit: (commit) => git('cat-file', 'commit', commit),
    // The raw commit: a shallow clone, as actions/checkout makes one, hides parents from every other command.
    readParents: async (commit) => parseParents(await git('cat-file', 'commit', commit)),
    hasReplaceRefs: async () => (await git('for-each-ref', '--count=1', 'refs/replace')) !== '',
    // With -t: a folder in which nothing lies belongs to the tree too.
    readTree: async (commit) =>
      splitNul(await git('ls-tree', '-r', '-t', '-z', '--full-tree', commit)).map(parseTreeLine),
    readTreeObjects: async (objects) =>
      parseBatch(await runGit({root, env}, ['cat-file', '--batch'], objects.map((object) => `${object}\n`).join(''))),
    readBlob: async (object) => Buffer.from(await git('cat-file', 'blob', object), 'latin1'),
    readAttributes: async (paths) => parseAttributes(await runGit({root, env}, readAttributes, paths.join('\0'))),
    readIndex: async () => new Map(splitNul(await git('ls-files', '-z', '-v')).map(parseIndexLine)),
    below: (path) => openRepository(join(root, path), env),
  }
}

/** Reads .gitattributes and git's own files of attributes, and runs nothing. */
const readAttributes = ['check-attr', '-z', '--stdin', 'ident', 'working-tree-encoding'] as const

const noCommit = (fault: unknown): string => {
  if (fault instanceof GitFault && fault.message === '') return ''
  throw fault
}

const maxOutputBytes = 512 * 1024 * 1024
const timeLimitMs = 120_000

interface GitPlace {
  readonly root: string
  readonly env: NodeJS.ProcessEnv
}

function runGit({root, env}: GitPlace, command: readonly string[], input = ''): Promise<string> {
  const directory = [`--git-dir=${join(root, '.git')}`, `--work-tree=${root}`]
  const options = {
    // Not the checkout: on Windows a git.exe in the current folder would be run before the one on the PATH.
    cwd: dirname(process.execPath),
    env: gitEnvironment(env),
    encoding: 'latin1',
    maxBuffer: maxOutputBytes,
    timeout: timeLimitMs,
  } as const
  return new Promise((resolve, reject) => {
    const words = [...constantArguments, ...directory, ...command]
    const {stdin} = execFile('git', words, options, (fault, stdout, stderr) => {
      if (fault === null) resolve(stdout)
      else reject(new GitFault(describeFault(fault, stderr)))
    })
    stdin?.on('error', () => undefined) // Git ended before it had read everything: its exit says why.
    stdin?.end(input, 'latin1')
  })
}

function describeFault(fault: unknown, stderr: string): string {
  if (faultCode(fault) === 'ENOENT') return 'git cannot be run here, so the checkout cannot be compared'
  if (faultMember(fault, 'killed') === true) return 'git did not answer in time'
  return stderr.split('\n')[0]?.slice(0, 200) ?? ''
}

/** What git needs to run at all. A GIT_DIR, GIT_CONFIG_… or secret of the job is not among it. */
const keptVariables: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USERPROFILE',
  'SYSTEMROOT',
  'WINDIR',
  'TEMP',
  'TMP',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'PATHEXT',
])

function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => keptVariables.has(name.toUpperCase()))
  return {
    ...Object.fromEntries(kept),
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    // A partial clone must not fetch what is missing: no network, no credential program.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  }
}

const splitNul = (text: string): readonly string[] => text.split('\0').filter((line) => line !== '')

/** `<mode> <type> <object>\t<path>` */
const treeLine = /^(?<mode>[0-7]{6}) [a-z]+ (?<object>[0-9a-f]{40}|[0-9a-f]{64})\t(?<path>[^]+)$/

/** What git itself checks out nowhere is no path to look at: it would lead out of the checkout, or into its repository. */
const strangePath = /(?:^|\/)(?:|\.|\.\.|\.git)(?:\/|$)/i

function parseTreeLine(line: string): TreeEntry {
  const {mode, object, path} = treeLine.exec(line)?.groups ?? {}
  if (mode === undefined || object === undefined || path === undefined || strangePath.test(path)) {
    throw new GitFault('git lists something in the commit that cannot be checked out')
  }
  return {mode, object, path}
}

/** `<object> tree <size>\n<bytes>\n`, or one line about an object that is no tree here. */
function parseBatch(text: string): ReadonlyMap<string, string> {
  const trees = new Map<string, string>()
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    const [object = '', type, size = ''] = text.slice(at, end).split(' ')
    if (end < 0 || type !== 'tree' || !/^[0-9]+$/.test(size)) break
    at = end + 1 + Number(size) + 1
    trees.set(object, text.slice(end + 1, at - 1))
  }
  return trees
}

/** `<path>\0<attribute>\0<value>\0` again and again. */
function parseAttributes(text: string): ReadonlyMap<string, Attributes> {
  const words = text.split('\0')
  const attributes = new Map<string, Attributes>()
  for (let i = 0; i + 2 < words.length; i += 3) {
    const [path = '', name, value = ''] = words.slice(i, i + 3)
    const known = attributes.get(path) ?? {ident: false, encoding: undefined}
    const isSet = value !== 'unspecified' && value !== 'unset'
    if (name === 'ident') attributes.set(path, {...known, ident: value === 'set'})
    else attributes.set(path, {...known, encoding: isSet && value !== 'set' ? value : undefined})
  }
  return attributes
}

/** `<tag> <path>`; the tag is S for skip-worktree, and lower-case where assume-unchanged is set as well. */
const parseIndexLine = (line: string): readonly [string, IndexEntry] => [
  line.slice(2),
  {skipWorktree: line.startsWith('S') || line.startsWith('s')},
]

function parseParents(commit: string): readonly string[] {
  const header = commit.split('\n\n', 1)[0] ?? ''
  return header.split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice('parent '.length)] : []))
}
