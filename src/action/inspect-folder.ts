/** A folder without a repository, such as actions/checkout leaves where there is no git: are its files the authorized tree? */
import {lstatSync, readFileSync, readlinkSync} from 'node:fs'
import type {Result} from '#protocol'
import type {CheckoutFinding, Tell} from '../gate/ports.ts'
import {type ObjectHash, hashOfName, nameBlob, nameFile} from './blob.ts'
import {Tally} from './comparison-tally.ts'
import {faultCode} from './fault.ts'
import {bytesOf, printable} from './paths.ts'
import {type TreeEntry, nameTrees} from './tree-name.ts'
import {type FoundFile, walk} from './walk.ts'

interface FolderTree {
  readonly tree: string
  readonly files: number
}

/** Why its files make no tree, and what to do. */
interface Unfit {
  readonly problem: string
  readonly fix: string
}

/** Nothing says here what belongs to the commit, so all that lies in the folder must be the commit's, byte for byte. */
export function inspectFolder(folder: string, tree: string, tell: Tell): CheckoutFinding {
  const named = nameFolder(folder, tree, tell)
  if (!named.ok) return {kind: 'differs', ...named.fault}
  const {tree: found, files} = named.value
  if (found === tree) {
    const shown = `there is no repository at ${folder}: that its files (${files}) are the authorized tree is shown, not which commit they came from`
    return {kind: 'same', unseen: [shown]}
  }
  const problem = `there is no repository at ${folder}, and its files (${files}) make the tree ${found}, where ${tree} is authorized`
  return {kind: 'differs', problem: `${problem}${describeHints(folder)}`, fix}
}

const fix =
  'Check out the authorized commit right before this step, in an image that has git. Without git the folder must hold the commit byte for byte and nothing else: no other files, no submodules, nothing that export-ignore or export-subst changes. Or give `checkout: ignore` if you mean it.'

/** Git's name of the tree that all files of the folder make, by the same hash as the name `like`. */
export function nameFolder(folder: string, like: string, tell: Tell): Result<FolderTree, Unfit> {
  const listed = listFiles(folder)
  if (!listed.ok) return listed
  const hash = hashOfName(like)
  const tally = new Tally(tell)
  try {
    const entries = listed.value.map((found) => nameEntry(folder, found, {hash, tally}))
    return {ok: true, value: {tree: nameTrees(entries, hash).get('') ?? '', files: entries.length}}
  } catch (fault) {
    const code = faultCode(fault)
    if (code === undefined) throw fault
    return {ok: false, fault: {problem: `its files cannot be read (${code})`, fix}}
  }
}

/** No commit of that size is deployed. A home folder in which the command was started is not read to its end. */
const maxFiles = 1_000_000

function listFiles(folder: string): Result<readonly FoundFile[], Unfit> {
  const files: FoundFile[] = []
  for (const found of walk(folder)) {
    if (found.kind === 'repository') return {ok: false, fault: describeRepository(folder, printable(found.path))}
    const problem = describeStrange(found) ?? (files.length === maxFiles ? 'holds too many files' : undefined)
    if (problem !== undefined)
      return {ok: false, fault: {problem: `there is no repository at ${folder}, and it ${problem}`, fix}}
    files.push(found)
  }
  return {ok: true, value: files}
}

function describeStrange({path, kind}: FoundFile): string | undefined {
  switch (kind) {
    case 'file':
    case 'link':
    case 'repository':
      return undefined
    case 'unreadable':
      return `holds ${JSON.stringify(printable(path))}, which cannot be read`
    case 'other':
      return `holds ${JSON.stringify(printable(path))}, which is no file that git could hold`
    default:
      return kind satisfies never
  }
}

/** actions/checkout was told a folder, and the gate was not. */
const describeRepository = (folder: string, path: string): Unfit => ({
  problem: `there is no repository at ${folder}, but one in its folder ${JSON.stringify(path)}`,
  fix: `Tell the gate where the checkout is: give it the input \`path: ${path}\`.`,
})

interface Naming {
  readonly hash: ObjectHash
  readonly tally: Tally
}

/** Windows knows no executable bit. */
const posix = process.platform !== 'win32'

function nameEntry(folder: string, {path, kind}: FoundFile, {hash, tally}: Naming): TreeEntry {
  const at = bytesOf(folder, path)
  if (kind === 'link') return {path, mode: '120000', object: nameBlob(readlinkSync(at, 'buffer'), hash)}
  const {size, mode} = lstatSync(at)
  tally.compared(size)
  return {path, mode: posix && (mode & 0o100) !== 0 ? '100755' : '100644', object: nameFile({path: at, size}, hash)}
}

/** What the folder itself says of why an archive is not the commit. */
function describeHints(folder: string): string {
  const has = (name: string, word: string): boolean => readText(folder, name).includes(word)
  return [
    ...(has('.gitattributes', 'export-')
      ? ['its .gitattributes has export rules, so an archive is not the commit']
      : []),
    ...(has('.gitmodules', '[submodule') ? ['it has submodules, which an archive leaves out'] : []),
  ]
    .map((hint) => `; ${hint}`)
    .join('')
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(bytesOf(folder, name), 'utf8')
  } catch {
    return ''
  }
}
