/** Accounts and Apps as GitHub's API prints them. */

import {nodeId} from '../identifiers.ts'
import type {Account, App, Installation, Team} from '../state.ts'
import type {World} from '../world.ts'

/** Null where GitHub names nobody when the account is no more. */
export const presentIfKnown = (world: World, account: Account) =>
  world.accounts.includes(account) ? presentAccount(world, account) : null

export function presentAccount(world: World, asked: Account) {
  const account = world.accounts.includes(asked) ? asked : world.ghost
  const {login} = account
  const api = `${world.origin}/users/${encodeURIComponent(login)}`
  const page = account.type === 'Bot' ? `apps/${login.replace(/\[bot\]$/, '')}` : login
  return {
    login,
    id: account.id,
    node_id: account.nodeId,
    avatar_url: `${world.origin}/avatars/u/${account.id}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: `${world.origin}/${page}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    site_admin: false,
  }
}

/** `GET /users/{username}`: what everyone may know of an account. */
export const presentPublicUser = (world: World, account: Account) => ({
  ...presentAccount(world, account),
  name: null,
  company: null,
  blog: '',
  location: null,
  email: null,
  hireable: null,
  bio: null,
  twitter_username: null,
  public_repos: world.repositories.filter(({owner, private: hidden}) => owner === account && !hidden).length,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: account.createdAt,
  updated_at: account.createdAt,
})

export function presentApp(world: World, app: App) {
  return {
    id: app.id,
    slug: app.slug,
    node_id: app.nodeId,
    owner: presentAccount(world, app.owner),
    name: app.slug,
    description: '',
    external_url: 'https://countersign.example',
    html_url: `${world.origin}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  }
}

export const presentInstallation = (world: World, installation: Installation) => ({
  id: installation.id,
  account: presentAccount(world, installation.account),
  repository_selection: installation.repositories ? 'selected' : 'all',
  access_tokens_url: `${world.origin}/app/installations/${installation.id}/access_tokens`,
  repositories_url: `${world.origin}/installation/repositories`,
  html_url: `${world.origin}/settings/installations/${installation.id}`,
  app_id: installation.app.id,
  app_slug: installation.app.slug,
  target_id: installation.account.id,
  target_type: installation.account.type,
  permissions: installation.app.permissions,
  events: installation.app.events,
  created_at: installation.createdAt,
  updated_at: installation.createdAt,
  single_file_name: null,
  has_multiple_single_files: false,
  single_file_paths: [],
  suspended_by: null,
  suspended_at: null,
})

export function presentTeam(world: World, team: Team) {
  const {organization, slug, createdAt: at} = team
  const api = `${world.origin}/organizations/${organization.id}/team/${team.id}`
  const counts = {members_count: team.members.size, repos_count: 0}
  return {
    id: team.id,
    node_id: nodeId('T', organization.id, team.id),
    url: api,
    members_url: `${api}/members{/member}`,
    repositories_url: `${api}/repos`,
    html_url: `${world.origin}/orgs/${organization.login}/teams/${slug}`,
    name: slug,
    slug,
    description: null,
    permission: 'pull',
    privacy: 'closed',
    type: 'organization',
    parent: null,
    created_at: at,
    updated_at: at,
    ...counts,
    organization: {
      ...presentOrganization(world, organization),
      has_organization_projects: true,
      has_repository_projects: true,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      html_url: `${world.origin}/${organization.login}`,
      type: 'Organization',
      created_at: organization.createdAt,
      updated_at: organization.createdAt,
      archived_at: null,
    },
  }
}

/** `organization` of a webhook; absent where a person owns the repository. */
export function presentOrganization(world: World, account: Account) {
  const api = `${world.origin}/orgs/${account.login}`
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${world.origin}/avatars/u/${account.id}?v=4`,
    description: null,
  }
}
