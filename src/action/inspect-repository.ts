/** Is the checkout the authorized commit, and nothing else? Compared byte by byte, running nothing that it brings along. */
import {createHash} from 'node:crypto'
import {hashOfName} from './blob.ts'
import {type GitRepository, GitFault, openRepository} from './git.ts'
import type {CheckoutFinding} from '../gate/ports.ts'
import {type TreeDifference, compareTree} from './worktree.ts'

/** Total but for bugs: a checkout that cannot be looked at is not one that was looked at, so it refuses. */
export async function inspectRepository(
  root: string,
  {sha, env}: {readonly sha: string; readonly env: NodeJS.ProcessEnv},
): Promise<CheckoutFinding> {
  try {
    return await inspect(openRepository(root, env), sha)
  } catch (fault) {
    if (!(fault instanceof GitFault)) throw fault
    return differs(
      fault.message,
      'Run the gate where git is installed, right after actions/checkout, or give `checkout: ignore` if you mean it.',
    )
  }
}

/** The tree that a commit names, where that commit is here. Its bytes make its name, so nobody need be believed. */
export async function readCommitTree(
  root: string,
  {sha, env}: {readonly sha: string; readonly env: NodeJS.ProcessEnv},
): Promise<string | undefined> {
  try {
    const commit = Buffer.from(await openRepository(root, env).readCommit(sha), 'latin1')
    const name = createHash(hashOfName(sha)).update(`commit ${commit.length}\0`).update(commit).digest('hex')
    return name === sha ? /^tree ([0-9a-f]+)\n/.exec(commit.toString('latin1'))?.[1] : undefined
  } catch (fault) {
    if (fault instanceof GitFault) return undefined
    throw fault
  }
}

async function inspect(repository: GitRepository, sha: string): Promise<CheckoutFinding> {
  const [head, replaced] = await Promise.all([repository.readHead(), repository.hasReplaceRefs()])
  if (head !== sha) return describeOtherHead({head, sha, parents: await repository.readParents(head)})
  if (replaced) {
    return differs(
      'it has replace refs, which make git show other objects than the authorized ones',
      'Delete the refs below refs/replace, or check out afresh with actions/checkout.',
    )
  }
  return describeDifference(await compareTree(repository, sha))
}

const differs = (problem: string, fix: string): CheckoutFinding => ({kind: 'differs', problem, fix})

/** actions/checkout takes GitHub's test merge on pull_request: its second parent is the head that was reviewed. */
function describeOtherHead(at: {
  readonly head: string
  readonly sha: string
  readonly parents: readonly string[]
}): CheckoutFinding {
  const problem = `its HEAD is ${at.head}, and ${at.sha} is authorized`
  if (at.parents[1] !== at.sha) {
    return differs(
      problem,
      `Check out the authorized commit: give actions/checkout \`ref: ${at.sha}\`, or run it after this step with the output \`sha\` as its \`ref\`.`,
    )
  }
  return differs(
    `${problem}; HEAD is a merge commit of GitHub's whose second parent is the authorized commit`,
    'Add this line below `with:` of actions/checkout: `ref: ${{ github.event.pull_request.head.sha }}`',
  )
}

const maxNamed = 5

function describeDifference({differences, unseen}: TreeDifference): CheckoutFinding {
  if (differences.length === 0) return {kind: 'same', unseen}
  const named = differences.slice(0, maxNamed).map(({path, how}) => `${JSON.stringify(path)} ${how}`)
  const more = differences.length > maxNamed ? `, and ${differences.length - maxNamed} more` : ''
  return differs(
    `${differences.length === 1 ? 'a tracked file differs' : `${differences.length} tracked files differ`}: ${named.join(', ')}${more}`,
    'Run the gate right after actions/checkout, before any step that changes tracked files (a build that writes into them, a filter such as git-crypt).',
  )
}
