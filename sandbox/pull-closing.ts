/** Closing a pull request unmerged: by a person, or because its head branch is gone. */

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

export const openPullsFrom = (world: World, repository: Repository, branch: string): readonly PullRequest[] =>
  world.repositories
    .flatMap(({pulls}) => pulls)
    .filter(({state, head}) => state === 'open' && head.repository === repository && head.branch === branch)
