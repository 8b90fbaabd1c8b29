/** What people do to branches on GitHub's web pages: each is a commit that GitHub makes and signs for them. */

import type {Files} from './git/trees.ts'
import {openPull, type PullAction} from './pull-requests.ts'
import {moveBranch} from './pushes.ts'
import {writeOnWeb} from './signatures.ts'
import type {Account, PullRequest, Repository} from './state.ts'
import {theAccount, theRepository, type World} from './world.ts'

/** "Update branch": the base, merged into the head. */
export async function updateBranch(world: World, ask: PullAction): Promise<string> {
  const pull = openPull(world, ask)
  const {ours, theirs} = sidesOf(pull)
  const tree = await pull.repository.git.mergeTree(ours, theirs)
  if (tree === undefined) throw new Error(`Pull request ${pull.number} conflicts with ${pull.base.branch}`)
  return await mergeBase(world, pull, {tree, files: {}, by: theAccount(world, ask.by)})
}

export interface ResolveConflicts extends PullAction {
  /** Each file that conflicts, as the editor leaves it. */
  readonly files: Files
}

/**
 * The conflict editor: "Update branch" with whatever somebody wrote into the files. On github.com it opens conflicted
 * files only; that no other file can be smuggled in was never tried, so here any can.
 */
export async function resolveConflicts(world: World, ask: ResolveConflicts): Promise<string> {
  const pull = openPull(world, ask)
  const {ours, theirs} = sidesOf(pull)
  const {clean, tree, conflicts} = await pull.repository.git.attemptMerge(ours, theirs)
  if (clean) throw new Error(`Pull request ${pull.number} does not conflict; use updateBranch`)
  const left = conflicts.filter((path) => !Object.hasOwn(ask.files, path))
  if (left.length > 0) throw new Error(`Conflicts are left in ${left.join(', ')}`)
  return await mergeBase(world, pull, {tree, files: ask.files, by: theAccount(world, ask.by)})
}

interface Sides {
  readonly ours: string
  readonly theirs: string
}

function sidesOf({repository, base, head, number}: PullRequest): Sides {
  const theirs = repository.git.branch(base.branch)
  if (theirs === undefined) throw new Error(`The base branch ${base.branch} of pull request ${number} is gone`)
  if (repository.git.isAncestor(theirs, head.sha)) throw new Error(`Pull request ${number} has all of ${base.branch}`)
  return {ours: head.sha, theirs}
}

interface Content {
  readonly tree: string
  readonly files: Files
  readonly by: Account
}

async function mergeBase(world: World, pull: PullRequest, content: Content): Promise<string> {
  const {ours, theirs} = sidesOf(pull)
  const {repository, branch} = pull.head
  const message = `Merge branch '${pull.base.branch}' into ${branch}`
  return await commitOnWeb(world, {repository, branch, parents: [ours, theirs], message, ...content})
}

export interface CommitSuggestion extends PullAction {
  readonly files: Files
  /** Whose suggestions they are; of several, a batch. */
  readonly suggestedBy: string | readonly string[]
  readonly message?: string
}

/** GitHub names whoever suggested as a co-author, unless they commit it themselves. */
export async function commitSuggestion(world: World, ask: CommitSuggestion): Promise<string> {
  const {head} = openPull(world, ask)
  const by = theAccount(world, ask.by)
  const suggesters = [ask.suggestedBy].flat().map((login) => theAccount(world, login))
  const trailers = [...new Set(suggesters)]
    .filter((account) => account !== by)
    .map(({login, email}) => `Co-authored-by: ${login} <${email}>`)
  const [path, more] = Object.keys(ask.files)
  const usual = more === undefined ? `Update ${path ?? ''}` : 'Apply suggestions from code review'
  const message = [ask.message ?? usual, trailers.join('\n')].filter((part) => part !== '').join('\n\n')
  const {repository, branch, sha} = head
  return await commitOnWeb(world, {repository, branch, parents: [sha], message, files: ask.files, by})
}

export interface EditFile {
  readonly repository: string
  readonly branch: string
  readonly by: string
  readonly files: Files
  readonly message?: string
}

/** The pencil: a file changed, made or removed in the browser. */
export async function editFile(world: World, ask: EditFile): Promise<string> {
  const repository = theRepository(world, ask.repository)
  const {branch, files} = ask
  const tip = repository.git.branch(branch)
  if (tip === undefined) throw new Error(`${ask.repository} has no branch ${branch}; push it first`)
  const name = Object.keys(files)[0]?.split('/').at(-1) ?? ''
  const message = ask.message ?? `Update ${name}`
  return await commitOnWeb(world, {repository, branch, parents: [tip], message, files, by: theAccount(world, ask.by)})
}

interface Edit {
  readonly repository: Repository
  readonly branch: string
  readonly parents: readonly [string, ...string[]]
  readonly message: string
  readonly tree?: string
  readonly files: Files
  readonly by: Account
}

/** To GitHub it is a push by whoever pressed. */
async function commitOnWeb(world: World, edit: Edit): Promise<string> {
  const {repository, branch, by, ...commit} = edit
  const [before] = edit.parents
  const author = {name: by.login, email: by.email, date: world.clock.stamp()}
  const after = await writeOnWeb(world, repository.git, {...commit, author})
  await moveBranch(world, {repository, branch, before, after, by})
  return after
}
