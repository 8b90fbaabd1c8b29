/** Is the checkout the authorized tree, at the authorized commit? Compared byte by byte, running nothing that it brings along. */
import {readCommitTree} from './commit-tree.ts'
import {faultCode} from './fault.ts'
import {type GitRepository, GitFault, openRepository} from './git.ts'
import type {CheckoutFinding, Tell, WantedCheckout} from '../gate/ports.ts'
import {type ListedOtherwise, type TreeComparison, compareTree} from './worktree.ts'

export interface RepositoryTools {
  readonly env: NodeJS.ProcessEnv
  readonly tell: Tell
}

/** A checkout that cannot be looked at is not one that was looked at, so it refuses. Only a bug throws. */
export async function inspectRepository(
  root: string,
  wanted: WantedCheckout,
  {env, tell}: RepositoryTools,
): Promise<CheckoutFinding> {
  try {
    return await inspect(openRepository(root, env), wanted, tell)
  } catch (fault) {
    return differs(
      describeFault(fault),
      'Run the gate where git is installed, right after actions/checkout, or give `checkout: ignore` if you mean it.',
    )
  }
}

/** Git's own words, or the system's code. What is neither is a bug, and goes on. */
function describeFault(fault: unknown): string {
  if (fault instanceof GitFault) return fault.message
  const code = faultCode(fault)
  if (code === undefined) throw fault
  return `its files cannot be looked at (${code})`
}

/** The tree that the commit names; undefined where its bytes are not here. */
export async function readLocalTree(root: string, sha: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    return await readCommitTree(openRepository(root, env), sha)
  } catch (fault) {
    if (fault instanceof GitFault) return undefined
    throw fault
  }
}

async function inspect(repository: GitRepository, wanted: WantedCheckout, tell: Tell): Promise<CheckoutFinding> {
  const [head, replaced] = await Promise.all([repository.readHead(), repository.hasReplaceRefs()])
  const {sha} = wanted
  if (head !== sha) return describeOtherHead({head, sha, parents: await repository.readParents(head)})
  if (replaced) {
    return differs(
      'it has replace refs, which make git show other objects than the authorized ones',
      'Delete the refs below refs/replace, or check out afresh with actions/checkout.',
    )
  }
  return describeComparison(await compareTree(repository, wanted, tell), wanted)
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

function describeComparison(comparison: TreeComparison, wanted: WantedCheckout): CheckoutFinding {
  if (comparison.kind === 'listed otherwise') return describeLie(comparison, wanted)
  const {differences, unseen} = comparison
  if (differences.length === 0) return {kind: 'same', unseen}
  const named = differences.slice(0, maxNamed).map(({path, how}) => `${JSON.stringify(path)} ${how}`)
  const more = differences.length > maxNamed ? `, and ${differences.length - maxNamed} more` : ''
  return differs(
    `${differences.length === 1 ? 'a tracked file differs' : `${differences.length} tracked files differ`}: ${named.join(', ')}${more}`,
    'Run the gate right after actions/checkout, before any step that changes tracked files (a build that writes into them, a filter such as git-crypt).',
  )
}

function describeLie({root, folder}: ListedOtherwise, {sha, tree}: WantedCheckout): CheckoutFinding {
  const where = folder === undefined ? '' : `; its object for the folder ${JSON.stringify(folder)} is another folder`
  return differs(
    `what git lists of ${sha} makes the tree ${root}, and ${tree} is authorized${where}`,
    'Somebody put other objects into this repository: check out afresh with actions/checkout into an empty folder, and look for who did.',
  )
}
