/** `/repos/{owner}/{repo}` itself: the repository, its people, branches, activity and where Apps are installed. */

import {Hono} from 'hono'

import {grantOf, legacyPermission, reachOf, reaches} from '../access.ts'
import {installationOf} from '../accounts.ts'
import {readCommit} from '../git/history.ts'
import {gitNodeId} from '../identifiers.ts'
import {presentAccount, presentIfKnown, presentInstallation} from '../present/accounts.ts'
import {presentCommit} from '../present/commits.ts'
import {apiAddress, presentFullRepository, webAddress} from '../present/repositories.ts'
import type {Activity} from '../state.ts'
import {findAccount, type World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, invalid, link, needsAuthentication, notFound, readPage, refuse} from './answers.ts'

export function repositoryRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const metadata = needs(world, reads('metadata'))
  const contents = needs(world, reads('contents'))
  app.get('/', metadata, (c) => c.json(presentFullRepository(world, c.get('repository'), c.get('actor'))))
  app.get('/collaborators/:username/permission', (c) => permission(world, c))
  app.get('/branches/:branch{.+}', contents, (c) => branch(world, c))
  app.get('/git/ref/:ref{.+}', contents, (c) => gitRef(world, c))
  app.get('/activity', contents, (c) => activity(world, c))
  app.get('/installation', (c) => installation(world, c))
  return app
}

/** Looked up by login, so the answer's `user.id` is the one that counts. */
function permission(world: World, c: Ctx): Response {
  const actor = c.get('actor')
  const repository = c.get('repository')
  if (actor.kind === 'anonymous' || actor.kind === 'app') return needsAuthentication(c)
  if (actor.kind === 'user' && !reaches(grantOf(world, repository, actor.account), 'write'))
    return refuse(c, 403, 'Must have push access to view collaborator permission.')
  const login = c.req.param('username') ?? ''
  const account = findAccount(world, login)
  if (!account || account.type === 'Organization') return refuse(c, 404, `${login} is not a user`)
  const grant = grantOf(world, repository, account)
  const roleName = grant?.roleName ?? 'none'
  return c.json({
    permission: legacyPermission(grant),
    user: {
      ...presentAccount(world, account),
      ...(world.showsPermissions && {permissions: reachOf(grant)}),
      role_name: roleName,
    },
    role_name: roleName,
  })
}

function branch(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  const name = c.req.param('branch') ?? ''
  const sha = repository.git.branch(name)
  const commit = sha === undefined ? undefined : readCommit(repository.git, sha)
  if (!commit) return refuse(c, 404, 'Branch not found')
  const self = `${apiAddress(world, repository)}/branches/${name}`
  const off = {enforcement_level: 'off', contexts: [], checks: []}
  return c.json({
    name,
    commit: presentCommit(world, repository, commit),
    _links: {self, html: `${webAddress(world, repository)}/tree/${name}`},
    protected: false,
    protection: {enabled: false, required_status_checks: off},
    protection_url: `${self}/protection`,
  })
}

function gitRef(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  const name = c.req.param('ref') ?? ''
  const sha = /^(heads|tags|pull)\//.test(name) ? repository.git.ref(`refs/${name}`) : undefined
  if (sha === undefined) return notFound(c)
  const api = apiAddress(world, repository)
  return c.json({
    ref: `refs/${name}`,
    node_id: gitNodeId('REF', repository.id, sha),
    url: `${api}/git/refs/${name}`,
    object: {sha, type: 'commit', url: `${api}/git/commits/${sha}`},
  })
}

const activityTypes = ['push', 'force_push', 'branch_creation', 'branch_deletion', 'pr_merge', 'merge_queue_merge']

/** Pages by cursor: `after` and `before` name an entry, the newest stand first unless asked otherwise. */
function activity(world: World, c: Ctx): Response {
  const type = c.req.query('activity_type')
  if (type !== undefined && !activityTypes.includes(type))
    return invalid(c, {resource: 'RepositoryActivity', field: 'activity_type', code: 'invalid'})
  const {size} = readPage(c)
  const all = filterActivity(world, c)
  const ordered = c.req.query('direction') === 'asc' ? all : [...all].reverse()
  const start = cursorPosition(ordered, c.req.query('after'))
  const page = ordered.slice(start, start + size)
  const last = page.at(-1)
  if (last && start + size < ordered.length) c.header('Link', link(c, {after: cursorOf(last)}, 'next'))
  return c.json(
    page.map((entry) => ({
      id: entry.id,
      node_id: entry.nodeId,
      before: entry.before,
      after: entry.after,
      ref: entry.ref,
      timestamp: entry.timestamp,
      activity_type: entry.type,
      actor: presentIfKnown(world, entry.actor),
    })),
  )
}

/**
 * Asked by the name of a branch that is gone, the list is empty, as for any name that GitHub does not know; asked for
 * everything, it tells of the branch and of its end. Never tried on github.com: this is the careful reading.
 */
function filterActivity(world: World, c: Ctx): readonly Activity[] {
  const {ref, actor, activity_type: type} = c.req.query()
  const {activity: entries, git} = c.get('repository')
  const branch = ref?.replace(/^refs\/heads\//, '')
  if (branch !== undefined && git.branch(branch) === undefined) return []
  return world.lag
    .seenOf(entries)
    .filter(
      (entry) =>
        (branch === undefined || entry.ref === `refs/heads/${branch}`) &&
        (actor === undefined || (entry.actor.login === actor && world.accounts.includes(entry.actor))) &&
        (type === undefined || entry.type === type),
    )
}

const cursorOf = (entry: Activity): string => Buffer.from(String(entry.id)).toString('base64url')

function cursorPosition(entries: readonly Activity[], cursor: string | undefined): number {
  if (cursor === undefined) return 0
  return entries.findIndex((entry) => cursorOf(entry) === cursor) + 1
}

function installation(world: World, c: Ctx): Response {
  const actor = c.get('actor')
  if (actor.kind !== 'app') return refuse(c, 401, 'A JSON web token could not be decoded')
  const found = installationOf(world, actor.app, c.get('repository'))
  return found ? c.json(presentInstallation(world, found)) : notFound(c)
}
