/** Repositories as GitHub's API prints them: the same long list of addresses everywhere. */

import {grantOf, reachOf} from '../access.ts'
import type {Actor, Repository} from '../state.ts'
import {fullName, type World} from '../world.ts'
import {presentAccount} from './accounts.ts'

export const apiAddress = (world: World, repository: Repository): string =>
  `${world.origin}/repos/${fullName(repository)}`

export const webAddress = (world: World, repository: Repository): string => `${world.origin}/${fullName(repository)}`

const templates = {
  archive_url: '{archive_format}{/ref}',
  assignees_url: 'assignees{/user}',
  blobs_url: 'git/blobs{/sha}',
  branches_url: 'branches{/branch}',
  collaborators_url: 'collaborators{/collaborator}',
  comments_url: 'comments{/number}',
  commits_url: 'commits{/sha}',
  compare_url: 'compare/{base}...{head}',
  contents_url: 'contents/{+path}',
  contributors_url: 'contributors',
  deployments_url: 'deployments',
  downloads_url: 'downloads',
  events_url: 'events',
  forks_url: 'forks',
  git_commits_url: 'git/commits{/sha}',
  git_refs_url: 'git/refs{/sha}',
  git_tags_url: 'git/tags{/sha}',
  hooks_url: 'hooks',
  issue_comment_url: 'issues/comments{/number}',
  issue_events_url: 'issues/events{/number}',
  issues_url: 'issues{/number}',
  keys_url: 'keys{/key_id}',
  labels_url: 'labels{/name}',
  languages_url: 'languages',
  merges_url: 'merges',
  milestones_url: 'milestones{/number}',
  notifications_url: 'notifications{?since,all,participating}',
  pulls_url: 'pulls{/number}',
  releases_url: 'releases{/id}',
  stargazers_url: 'stargazers',
  statuses_url: 'statuses/{sha}',
  subscribers_url: 'subscribers',
  subscription_url: 'subscription',
  tags_url: 'tags',
  teams_url: 'teams',
  trees_url: 'git/trees{/sha}',
} as const

type AddressName = keyof typeof templates

const addresses = (api: string): Readonly<Record<AddressName, string>> =>
  Object.fromEntries(Object.entries(templates).map(([name, path]) => [name, `${api}/${path}`])) as Record<
    AddressName,
    string
  >

export function presentMinimalRepository(world: World, repository: Repository) {
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: presentAccount(world, repository.owner),
    html_url: webAddress(world, repository),
    description: null,
    fork: repository.forkOf !== undefined,
    url: apiAddress(world, repository),
    ...addresses(apiAddress(world, repository)),
  }
}

export function presentRepository(world: World, repository: Repository) {
  const open = repository.pulls.filter(({state}) => state === 'open').length
  const web = webAddress(world, repository)
  const {host} = new URL(world.origin)
  const forks = world.repositories.filter(({forkOf}) => forkOf === repository).length
  return {
    ...presentMinimalRepository(world, repository),
    git_url: `git://${host}/${fullName(repository)}.git`,
    ssh_url: `git@${host}:${fullName(repository)}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: forks,
    mirror_url: null,
    archived: repository.settings.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    created_at: repository.createdAt,
    updated_at: repository.pushedAt,
    pushed_at: repository.pushedAt,
  }
}

/** `GET /repos/{owner}/{repo}`; `permissions` are the asking person's. */
export const presentFullRepository = (world: World, repository: Repository, actor: Actor) => ({
  ...presentRepository(world, repository),
  subscribers_count: 0,
  network_count: 0,
  ...(repository.forkOf && {
    parent: presentRepository(world, repository.forkOf),
    source: presentRepository(world, repository.forkOf),
  }),
  ...(actor.kind === 'user' && {permissions: reachOf(grantOf(world, repository, actor.account))}),
})
