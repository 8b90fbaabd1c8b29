/** What a repository's settings answer to: rules of a branch, environments, names of secrets, keys, the token of jobs. */

import {Hono} from 'hono'

import {apiAddress} from '../present/repositories.ts'
import type {BranchProtection, EnvironmentSetting, Ruleset} from '../settings.ts'
import type {World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, notFound, paginate, refuse} from './answers.ts'

export function settingRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  // Whoever does not administer a repository is told that there is no such thing.
  const administers = needs(world, {level: 'read', permissions: ['administration'], role: 'admin'})
  app.get('/rules/branches/:branch{.+}', needs(world, reads('metadata')), (c) => c.json(paginate(c, rulesOf(c))))
  app.get('/rulesets/:id{[0-9]+}', needs(world, reads('metadata')), (c) => ruleset(c))
  app.get('/branches/:branch{.+}/protection', administers, (c) => protection(world, c))
  app.get('/environments/:name', needs(world, reads('actions')), (c) => environment(world, c))
  app.get('/actions/secrets', administers, (c) => secrets(c))
  app.get('/actions/permissions/workflow', administers, (c) => {
    const {writes, approves} = c.get('repository').settings.workflowToken
    return c.json({
      default_workflow_permissions: writes ? 'write' : 'read',
      can_approve_pull_request_reviews: approves,
    })
  })
  app.get('/keys', administers, (c) => keys(world, c))
  return app
}

/** Those of the default branch; other branches have none here. */
function rulesOf(c: Ctx): readonly object[] {
  const {settings, defaultBranch, owner, name} = c.get('repository')
  if (c.req.param('branch') !== defaultBranch) return []
  return settings.rulesets.flatMap(({id, rules}) =>
    rules.map((rule) => ({
      ...rule,
      ruleset_source_type: 'Repository',
      ruleset_source: `${owner.login}/${name}`,
      ruleset_id: id,
    })),
  )
}

function ruleset(c: Ctx): Response {
  const repository = c.get('repository')
  const found = repository.settings.rulesets.find(({id}) => id === Number(c.req.param('id')))
  if (!found) return notFound(c)
  const actor = c.get('actor')
  // Only who may change it sees who may go past it.
  const isShown = actor.kind === 'user' && repository.grants.get(actor.account.id)?.role === 'admin'
  return c.json({
    id: found.id,
    name: 'default',
    target: 'branch',
    source_type: 'Repository',
    source: `${repository.owner.login}/${repository.name}`,
    enforcement: 'active',
    ...(isShown && {bypass_actors: bypassOf(found)}),
    rules: found.rules,
  })
}

const bypassOf = ({bypass}: Ruleset): readonly object[] =>
  bypass ? [{actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'always'}] : []

function protection(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  const set = c.req.param('branch') === repository.defaultBranch ? repository.settings.protection : null
  if (set === null) return refuse(c, 404, 'Branch not protected')
  return c.json(
    presentProtection(`${apiAddress(world, repository)}/branches/${repository.defaultBranch}/protection`, set),
  )
}

const presentProtection = (url: string, {approvals, codeOwners, forcePushes, admins}: BranchProtection): object => ({
  url,
  enforce_admins: {url: `${url}/enforce_admins`, enabled: admins},
  required_pull_request_reviews: {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: true,
    require_code_owner_reviews: codeOwners,
    required_approving_review_count: approvals,
  },
  allow_force_pushes: {enabled: forcePushes},
})

function environment(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  const name = c.req.param('name') ?? ''
  const at = repository.settings.environments.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
  const found = repository.settings.environments[at]
  if (!found) return notFound(c)
  const url = `${apiAddress(world, repository)}/environments/${encodeURIComponent(found.name)}`
  return c.json({
    ...presentEnvironment(found, url),
    id: at + 1,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
  })
}

const presentEnvironment = ({name, allBranches, adminsBypass}: EnvironmentSetting, url: string) => ({
  node_id: `EN_${name}`,
  name,
  url,
  html_url: url,
  can_admins_bypass: adminsBypass,
  protection_rules: [],
  deployment_branch_policy: allBranches ? null : {protected_branches: true, custom_branch_policies: false},
})

function secrets(c: Ctx): Response {
  const {settings, createdAt} = c.get('repository')
  const names = settings.secrets.map((name) => ({name, created_at: createdAt, updated_at: createdAt}))
  return c.json({total_count: names.length, secrets: paginate(c, names)})
}

function keys(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  return c.json(
    paginate(
      c,
      repository.settings.keys.map(({title, readOnly}, i) => ({
        id: i + 1,
        key: 'ssh-ed25519 AAAA',
        url: `${apiAddress(world, repository)}/keys/${i + 1}`,
        title,
        verified: true,
        created_at: repository.createdAt,
        read_only: readOnly,
      })),
    ),
  )
}
