/** Closing a pull request: by a person, because its head branch is gone, or because a push brought its head into the base. */

import {pullPayload} from './payloads.ts'
import type {Account, PullRequest, Repository} from './state.ts'
import type {World} from './world.ts'

/** As reads show it until the change that follows has come through. */
export const keepPull = (world: World, pull: PullRequest): void =>
  world.lag.keep(pull, {...pull, head: {...pull.head}, base: {...pull.base}})

export function closePull(world: World, pull: PullRequest, by: Account): void {
  const {repository} = pull
  keepPull(world, pull)
  pull.state = 'closed'
  pull.closedAt = pull.updatedAt = world.clock.stamp()
  world.hooks.emit({event: 'pull_request', repository, payload: () => pullPayload(world, {pull, action: 'closed', by})})
}

/**
 * GitHub calls a pull request merged whose head a push brought into its base, whoever pushed. Never tried on github.com:
 * that its merge commit is where the base stands then.
 */
export function mergePushed(world: World, pull: PullRequest, {before, after, by}: Pushed): void {
  keepPull(world, pull)
  const at = world.clock.stamp()
  pull.base.sha = before
  pull.state = 'closed'
  pull.closedAt = pull.updatedAt = at
  pull.merged = {at, by, sha: after}
}

export interface Pushed {
  readonly before: string
  readonly after: string
  readonly by: Account
}

/** The open ones into a branch whose head it has after a push, and had not before. */
export const pullsBroughtBy = (
  {git, pulls}: Repository,
  {branch, before, after}: Pick<Pushed, 'before' | 'after'> & {readonly branch: string},
): readonly PullRequest[] =>
  pulls.filter(
    ({state, base, head}) =>
      state === 'open' &&
      base.branch === branch &&
      git.isAncestor(head.sha, after) &&
      !git.isAncestor(head.sha, before),
  )

export const openPullsFrom = (world: World, repository: Repository, branch: string): readonly PullRequest[] =>
  world.repositories
    .flatMap(({pulls}) => pulls)
    .filter(({state, head}) => state === 'open' && head.repository === repository && head.branch === branch)
