/** The policy file of the default branch, or what stands where it belongs (formats §8, "Policy"). */
import {type CommitSha, parseTreeSha, type TreeSha} from '#protocol'
import {type Field, shown} from './answer.ts'
import {unusable} from './unavailable.ts'
import {maxPolicyBytes} from '../policy/policy-yaml.ts'
import type {Place} from './comparison.ts'
import type {PolicyFacts} from '../model/facts.ts'

interface TreeEntry {
  readonly path: string
  readonly type: string
  /** git's: 100644 and 100755 are files, 120000 is a link. */
  readonly mode: string
  readonly sha: TreeSha
  /** Of a file, in bytes. */
  readonly size: number
}

const folder = '.github'
const name = 'countersign.yml'
const nearNames = new Set([name, 'countersign.yaml'])
export const policyPath = `${folder}/${name}`

type Where = Pick<Place, 'connection' | 'at'>

/** Whether a path is, or could be taken for, the policy's. */
export function isNearPolicy(path: string): boolean {
  const [first, second, ...more] = path.toLowerCase().split('/')
  return first === folder && (second === undefined || (nearNames.has(second) && more.length === 0))
}

interface Tip {
  readonly sha: CommitSha
  readonly tree: TreeSha
}

/**
 * Absence is believed only of whole trees: a 404 of the file itself could as well be a missing permission. A link, a
 * folder or another spelling is never taken for "no policy", nor for a policy, even beside the right one (threats A47).
 */
export async function fetchPolicyFile(where: Where, main: Tip): Promise<PolicyFacts> {
  const found = await findCandidates(where, main)
  const near = found.map(judgeCandidate).find((one) => one !== undefined)
  if (near !== undefined) return near
  const [file] = found
  return file === undefined ? {kind: 'absent'} : await fetchText(where, {main, file})
}

interface Candidate extends TreeEntry {
  /** From the root of the repository. */
  readonly full: string
}

async function findCandidates(where: Where, main: Tip): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  for (const entry of await fetchTree(where, main.tree)) {
    if (entry.path.toLowerCase() !== folder) continue
    if (entry.type !== 'tree') return [{...entry, full: entry.path}]
    const inside = await fetchTree(where, entry.sha)
    const named = inside.filter(({path}) => nearNames.has(path.toLowerCase()))
    found.push(...named.map((one) => ({...one, full: `${entry.path}/${one.path}`})))
  }
  return found
}

/** Why this is not the policy; undefined when it is. */
function judgeCandidate({full, type, mode, size}: Candidate): PolicyFacts | undefined {
  const near = (why: string): PolicyFacts => ({kind: 'near', path: full, why})
  if (mode === '120000') return near('it is a symbolic link. Put a file there.')
  if (full.toLowerCase() === folder) return near('it is not a folder. Make it one.')
  if (type !== 'blob') return near('it is not a file. Put a file there.')
  if (full !== policyPath) return near(`it is spelt otherwise than ${policyPath}. Rename it, or remove it.`)
  if (size > maxPolicyBytes) return near(`it is larger than ${maxPolicyBytes} bytes. Make it smaller.`)
  return undefined
}

/** Read at the commit, and believed only under the digest that its tree names: so no link is followed on the way. */
async function fetchText(
  where: Where,
  {main, file}: {readonly main: Tip; readonly file: Candidate},
): Promise<PolicyFacts> {
  const answer = await where.connection.ask('the policy file', (octokit) =>
    octokit.rest.repos.getContent({...where.at, path: policyPath, ref: main.sha}),
  )
  const {body} = shown(answer, policyPath)
  if (body.at('sha').text() !== file.sha || body.at('encoding').text() !== 'base64') {
    throw unusable('the policy file: GitHub answered with another one')
  }
  const bytes = Buffer.from(body.at('content').text(), 'base64')
  if (bytes.length !== file.size) throw unusable('the policy file: GitHub cut it')
  const text = decode(bytes)
  return text === undefined
    ? {kind: 'near', path: file.full, why: 'it is not UTF-8. Save it as UTF-8.'}
    : {kind: 'file', path: file.full, text, sha: file.sha}
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

async function fetchTree({connection, at}: Where, sha: TreeSha): Promise<readonly TreeEntry[]> {
  const answer = await connection.ask("the default branch's tree", (octokit) =>
    octokit.rest.git.getTree({...at, tree_sha: sha}),
  )
  const {body} = shown(answer, `the tree ${sha}`)
  if (body.at('truncated').flag()) {
    throw unusable("the default branch's tree: GitHub cut the list, so the policy file may be missing from it")
  }
  return body.at('tree').list().map(parseEntry)
}

const parseEntry = (entry: Field): TreeEntry => ({
  path: entry.at('path').text(),
  type: entry.at('type').text(),
  mode: entry.at('mode').text(),
  sha: entry.at('sha').parse(parseTreeSha, 'a full SHA'),
  size: entry.at('size').optional()?.number() ?? 0,
})
