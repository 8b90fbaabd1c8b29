/** The base of a pull request: edited by somebody, or gone under it. */

import {editedPayload} from './payloads.ts'
import {closePull, keepPull} from './pull-closing.ts'
import type {Account, PullRequest, Repository} from './state.ts'
import type {World} from './world.ts'

export interface NewBase {
  readonly branch: string
  readonly by: Account
}

/** Commits, files and risk of the pull request change with its base. */
export function changeBase(world: World, pull: PullRequest, {branch, by}: NewBase): void {
  const {repository} = pull
  const sha = repository.git.branch(branch)
  if (sha === undefined) throw new Error(`There is no base branch ${branch}; push it first`)
  const from = {...pull.base}
  keepPull(world, pull)
  pull.base.branch = branch
  pull.base.sha = sha
  pull.updatedAt = world.clock.stamp()
  const changes = {base: {ref: {from: from.branch}, sha: {from: from.sha}}}
  world.hooks.emit({event: 'pull_request', repository, payload: () => editedPayload(world, {pull, by, changes})})
}

/**
 * Pull requests into a branch that was deleted. Where that was the head of a merged pull request they are moved to the
 * base that it was merged into, without anybody asking; otherwise they close. Never tried on github.com: that both are
 * told as the deed of whoever deleted the branch.
 */
export function leaveBase(world: World, repository: Repository, {branch, by}: NewBase): void {
  const merged = repository.pulls.findLast(({merged: at, head}) => at && isAt(head, repository, branch))
  const next = merged?.base.branch
  for (const pull of repository.pulls.filter(({state, base}) => state === 'open' && base.branch === branch))
    if (next !== undefined && repository.git.branch(next) !== undefined) changeBase(world, pull, {branch: next, by})
    else closePull(world, pull, by)
}

const isAt = (head: PullRequest['head'], repository: Repository, branch: string): boolean =>
  head.repository === repository && head.branch === branch
