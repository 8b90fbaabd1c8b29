/** `/repos/{owner}/{repo}/pulls`: lists, one pull request, its files and commits. */

import {Hono} from 'hono'

import {commitsOf} from '../associations.ts'
import {readChanges} from '../git/changes.ts'
import {mergeBase} from '../git/history.ts'
import {presentChanges, presentCommit} from '../present/commits.ts'
import {presentPull, presentPullSimple} from '../present/pulls.ts'
import {tryMerge} from '../pull-requests.ts'
import type {PullRequest} from '../state.ts'
import type {World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, invalid, notFound, paginate, parseNumber} from './answers.ts'

/** GitHub lists no more commits, and no more files, of one pull request. */
const mostCommits = 250
const mostFiles = 3000

export function pullRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const read = needs(world, reads('pull_requests'))
  app.get('/pulls', read, (c) => list(world, c))
  app.get('/pulls/:number{[0-9]+}', read, async (c) => {
    const pull = findPull(world, c)
    if (!pull) return notFound(c)
    if (pull.state === 'open') await tryMerge(world, pull)
    const shown = await presentPull(world, pull)
    // Git takes its time, and the repository may be gone by then.
    return world.repositories.includes(pull.repository) ? c.json(shown) : notFound(c)
  })
  app.get('/pulls/:number{[0-9]+}/files', read, (c) => files(world, c))
  app.get('/pulls/:number{[0-9]+}/commits', read, (c) => commits(world, c))
  return app
}

function findPull(world: World, c: Ctx): PullRequest | undefined {
  const number = parseNumber(c.req.param('number'))
  return world.lag.seenOf(c.get('repository').pulls).find((pull) => pull.number === number)
}

function list(world: World, c: Ctx): Response {
  const {state = 'open', head, base, sort = 'created'} = c.req.query()
  if (!['open', 'closed', 'all'].includes(state))
    return invalid(c, {resource: 'PullRequest', field: 'state', code: 'invalid'})
  const direction = c.req.query('direction') ?? (sort === 'created' ? 'desc' : 'asc')
  const found = world.lag
    .seenOf(c.get('repository').pulls)
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === undefined || pull.head.label === head)
    .filter((pull) => base === undefined || pull.base.branch === base)
  const key = (pull: PullRequest): string => (sort === 'updated' ? pull.updatedAt : pull.createdAt)
  const ordered = found.toSorted((one, other) => key(one).localeCompare(key(other)) || one.number - other.number)
  if (direction === 'desc') ordered.reverse()
  return c.json(paginate(c, ordered).map((pull) => presentPullSimple(world, pull)))
}

function commits(world: World, c: Ctx): Response {
  const pull = findPull(world, c)
  if (!pull) return notFound(c)
  const shown = commitsOf(pull).slice(0, mostCommits)
  return c.json(paginate(c, shown).map((commit) => presentCommit(world, c.get('repository'), commit)))
}

async function files(world: World, c: Ctx): Promise<Response> {
  const pull = findPull(world, c)
  if (!pull) return notFound(c)
  const {git} = pull.repository
  const {sha} = pull.head
  const changes = await readChanges(git, await mergeBase(git, {base: pull.base.sha, head: sha}), sha)
  return c.json(presentChanges(world, pull.repository, {sha, changes: paginate(c, changes.slice(0, mostFiles))}))
}
