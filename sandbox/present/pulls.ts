/** Pull requests as GitHub's API prints them. */

import {associationOf} from '../access.ts'
import {readChanges} from '../git/changes.ts'
import {countApart, mergeBase} from '../git/history.ts'
import type {Issue, PullRequest, Repository} from '../state.ts'
import type {World} from '../world.ts'
import {presentAccount, presentIfKnown} from './accounts.ts'
import {countLines} from './commits.ts'
import {apiAddress, presentRepository, webAddress} from './repositories.ts'

export const isPull = (issue: Issue | PullRequest): issue is PullRequest => 'head' in issue

const links = (api: string, web: string, number: number) => ({
  self: {href: `${api}/pulls/${number}`},
  html: {href: `${web}/pull/${number}`},
  issue: {href: `${api}/issues/${number}`},
  comments: {href: `${api}/issues/${number}/comments`},
  review_comments: {href: `${api}/pulls/${number}/comments`},
  review_comment: {href: `${api}/pulls/comments{/number}`},
  commits: {href: `${api}/pulls/${number}/commits`},
})

/** The form of lists. `merge_commit_sha` is the last test merge while open, the real merge afterwards. */
export function presentPullSimple(world: World, pull: PullRequest) {
  const {repository, number, head, base} = pull
  const api = apiAddress(world, repository)
  const web = webAddress(world, repository)
  const statuses = `${api}/statuses/${head.sha}`
  return {
    url: `${api}/pulls/${number}`,
    id: pull.id,
    node_id: pull.nodeId,
    html_url: `${web}/pull/${number}`,
    diff_url: `${web}/pull/${number}.diff`,
    patch_url: `${web}/pull/${number}.patch`,
    issue_url: `${api}/issues/${number}`,
    commits_url: `${api}/pulls/${number}/commits`,
    review_comments_url: `${api}/pulls/${number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${number}/comments`,
    statuses_url: statuses,
    number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: presentAccount(world, pull.author),
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? pull.testMerge?.sha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: presentSide(world, {repository: head.repository, branch: head.branch, sha: head.sha, label: head.label}),
    base: presentSide(world, {...base, repository, label: `${repository.owner.login}:${base.branch}`}),
    _links: {...links(api, web, number), statuses: {href: statuses}},
    author_association: associationOf(world, repository, pull.author),
    auto_merge: null,
    draft: pull.draft,
  }
}

interface Side {
  readonly repository: Repository
  readonly branch: string
  readonly sha: string
  readonly label: string
}

/** A fork that was deleted leaves `repo: null` behind. */
const presentSide = (world: World, side: Side) => ({
  label: side.label,
  ref: side.branch,
  sha: side.sha,
  user: presentAccount(world, side.repository.owner),
  repo: world.repositories.includes(side.repository) ? presentRepository(world, side.repository) : null,
})

export async function presentPull(world: World, pull: PullRequest) {
  // Everything that may still change is taken before the first wait, so the answer is of one moment.
  const simple = presentPullSimple(world, pull)
  const merged = pull.merged
  const comments = [...world.comments.values()].filter(({issue}) => issue === pull).length
  const mergeable = merged ? null : pull.testMerge ? pull.testMerge.sha !== null : null
  const state = mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty'
  const size = await measurePull(pull)
  return {
    ...simple,
    merged: merged !== undefined,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: state,
    merged_by: merged ? presentIfKnown(world, merged.by) : null,
    comments,
    review_comments: 0,
    maintainer_can_modify: false,
    ...size,
  }
}

async function measurePull(pull: PullRequest) {
  const {git} = pull.repository
  const ends = {base: pull.base.sha, head: pull.head.sha}
  const changes = await readChanges(git, await mergeBase(git, ends), ends.head)
  return {commits: countApart(git, ends).ahead, ...countLines(changes), changed_files: changes.length}
}

/** How check runs name the pull requests of their commit. */
export function presentMinimalPull(world: World, pull: PullRequest) {
  const side = (repository: Repository, ref: string, sha: string) => ({
    ref,
    sha,
    repo: {id: repository.id, url: apiAddress(world, repository), name: repository.name},
  })
  return {
    id: pull.id,
    number: pull.number,
    url: `${apiAddress(world, pull.repository)}/pulls/${pull.number}`,
    head: side(pull.head.repository, pull.head.branch, pull.head.sha),
    base: side(pull.repository, pull.base.branch, pull.base.sha),
  }
}
