/** Commits, comparisons, trees and files of a repository. */

import {Hono} from 'hono'

import {pullsOfCommit} from '../associations.ts'
import {readChanges} from '../git/changes.ts'
import type {CommitInfo} from '../git/commits.ts'
import {countApart, mergeBase, readCommit, readCommits, readTree, resolveTree} from '../git/history.ts'
import {fullSha} from '../git/objects.ts'
import {countLines, presentChanges, presentCommit, presentGitCommit, presentTreeEntry} from '../present/commits.ts'
import {presentPullSimple} from '../present/pulls.ts'
import {apiAddress, webAddress} from '../present/repositories.ts'
import type {Repository} from '../state.ts'
import {sameName, type World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, noSuchCommit, notFound, paginate, parseNumber, readPage} from './answers.ts'

const mostFiles = 300

export function commitRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const read = needs(world, reads('contents'))
  app.get('/commits/:sha/pulls', needs(world, reads('pull_requests')), (c) => pullsOf(world, c))
  app.get('/commits/:ref{.+}', read, (c) => commit(world, c))
  app.get('/git/commits/:sha', read, (c) => gitCommit(world, c))
  app.get('/git/trees/:sha', read, (c) => tree(world, c))
  app.get('/compare/:basehead{.+}', read, (c) => compare(world, c))
  return app
}

async function commit(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const ref = c.req.param('ref') ?? ''
  const sha = await repository.git.resolve(ref)
  const found = sha === undefined ? undefined : readCommit(repository.git, sha)
  if (!found) return noSuchCommit(c, ref)
  const changes = await readChanges(repository.git, found.parents[0], found.sha)
  const lines = countLines(changes)
  const shown = paginate(c, changes, mostFiles)
  return c.json({
    ...presentCommit(world, repository, found),
    stats: {total: lines.additions + lines.deletions, ...lines},
    files: presentChanges(world, repository, {sha: found.sha, changes: shown}),
  })
}

function gitCommit(world: World, c: Ctx): Response {
  const sha = c.req.param('sha') ?? ''
  const found = fullSha.test(sha) ? readCommit(c.get('repository').git, sha) : undefined
  return found ? c.json(presentGitCommit(world, c.get('repository'), found)) : notFound(c)
}

async function tree(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const sha = await resolveTree(repository.git, c.req.param('sha') ?? '')
  // Any value of `recursive` means yes, "0" and "false" included.
  const entries = sha === undefined ? undefined : readTree(repository.git, sha, c.req.query('recursive') !== undefined)
  if (sha === undefined || !entries) return notFound(c)
  return c.json({
    sha,
    url: `${apiAddress(world, repository)}/git/trees/${sha}`,
    tree: entries.slice(0, world.treeLimit).map((entry) => presentTreeEntry(world, repository, entry)),
    truncated: entries.length > world.treeLimit,
  })
}

async function pullsOf(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const sha = c.req.param('sha') ?? ''
  if ((await repository.git.resolve(sha)) === undefined) return noSuchCommit(c, sha)
  const found = pullsOfCommit(world, repository, sha)
  return c.json(paginate(c, found).map((pull) => presentPullSimple(world, pull)))
}

interface Ends {
  readonly base: CommitInfo
  readonly head: CommitInfo
}

async function compare(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const basehead = c.req.param('basehead') ?? ''
  const ends = await readEnds(world, repository, basehead)
  if (!ends) return notFound(c)
  const {base, head} = ends
  const {git} = repository
  const between = {base: base.sha, head: head.sha}
  const apart = countApart(git, between)
  const start = await mergeBase(git, between)
  const ancestor = start === undefined ? undefined : readCommit(git, start)
  // Histories with nothing in common have no comparison on GitHub either.
  if (!ancestor) return notFound(c)
  const commits = readCommits(git, between).toReversed()
  const {shown, isFirst} = comparePage(c, commits)
  const changes = isFirst ? await readChanges(git, ancestor.sha, head.sha) : []
  const name = `compare/${basehead}`
  const web = webAddress(world, repository)
  return c.json({
    url: `${apiAddress(world, repository)}/${name}`,
    html_url: `${web}/${name}`,
    permalink_url: `${web}/compare/${base.sha.slice(0, 7)}...${head.sha.slice(0, 7)}`,
    diff_url: `${web}/${name}.diff`,
    patch_url: `${web}/${name}.patch`,
    base_commit: presentCommit(world, repository, base),
    merge_base_commit: presentCommit(world, repository, ancestor),
    status: compareStatus(apart),
    ahead_by: apart.ahead,
    behind_by: apart.behind,
    total_commits: apart.ahead,
    commits: shown.map((one) => presentCommit(world, repository, one)),
    files: presentChanges(world, repository, {sha: head.sha, changes: changes.slice(0, mostFiles)}),
  })
}

/** Without a page asked for, the first 250 commits; the files stand on the first page alone. */
function comparePage(c: Ctx, commits: readonly CommitInfo[]) {
  const {page, per_page: size} = c.req.query()
  const paged = page !== undefined || size !== undefined
  const shown = paged ? paginate(c, commits) : commits.slice(0, 250)
  return {shown, isFirst: readPage(c).number === 1 && (parseNumber(page) ?? 1) === 1}
}

function compareStatus({ahead, behind}: {readonly ahead: number; readonly behind: number}): string {
  if (ahead > 0 && behind > 0) return 'diverged'
  if (ahead > 0) return 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

/** `base...head`, each side with the owner of another repository of the network before a colon if need be. */
async function readEnds(world: World, repository: Repository, basehead: string): Promise<Ends | undefined> {
  const [left, right, more] = basehead.split('...')
  if (left === undefined || right === undefined || more !== undefined) return undefined
  const [base, head] = await Promise.all([readEnd(world, repository, left), readEnd(world, repository, right)])
  return base && head && {base, head}
}

async function readEnd(world: World, repository: Repository, name: string): Promise<CommitInfo | undefined> {
  const [owner, ref] = name.includes(':') ? name.split(':') : [repository.owner.login, name]
  const place = sameName(owner ?? '', repository.owner.login)
    ? repository
    : world.repositories.find((other) => sameName(other.owner.login, owner ?? '') && other.forkOf === repository)
  const sha = await place?.git.resolve(ref ?? '')
  return sha === undefined ? undefined : readCommit(repository.git, sha)
}
