/** Whether the default branch holds a policy file, or something that is nearly one (formats §8, "Policy"). */
import {parseTreeSha, type TreeSha} from '#protocol'
import {shown} from '../github/answer.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Place} from './commits.ts'

interface TreeEntry {
  readonly path: string
  readonly type: string
  readonly sha: TreeSha
}

const folder = '.github'
const names = new Set(['countersign.yml', 'countersign.yaml'])

/**
 * The path of what is there. Absence is believed only of whole trees: a 404 of the file itself could as well be a
 * missing permission (threats A47). A link or another spelling is named like the file, so that it is never taken for
 * "no policy".
 */
export async function fetchPolicyFile(place: Place, root: TreeSha): Promise<string | undefined> {
  for (const entry of await fetchTree(place, root)) {
    if (entry.path.toLowerCase() !== folder) continue
    if (entry.type !== 'tree') return entry.path
    const inside = await fetchTree(place, entry.sha)
    const found = inside.find(({path}) => names.has(path.toLowerCase()))
    if (found !== undefined) return `${entry.path}/${found.path}`
  }
  return undefined
}

async function fetchTree({connection, at}: Place, sha: TreeSha): Promise<readonly TreeEntry[]> {
  const answer = await connection.ask("the default branch's tree", (octokit) =>
    octokit.rest.git.getTree({...at, tree_sha: sha}),
  )
  const {body} = shown(answer, `the tree ${sha}`)
  if (body.at('truncated').flag()) {
    throw new GitHubUnavailable(
      'unusable',
      "the default branch's tree: GitHub cut the list, so the policy file may be missing from it",
    )
  }
  return body
    .at('tree')
    .list()
    .map((entry) => ({
      path: entry.at('path').text(),
      type: entry.at('type').text(),
      sha: entry.at('sha').parse(parseTreeSha, 'a full SHA'),
    }))
}
