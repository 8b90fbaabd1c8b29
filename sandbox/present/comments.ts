/** Comments, reactions and the issues around them as GitHub's API prints them. */

import {associationOf} from '../access.ts'
import type {Comment, Issue, PullRequest, Reaction} from '../state.ts'
import type {World} from '../world.ts'
import {presentAccount, presentApp} from './accounts.ts'
import {isPull} from './pulls.ts'
import {apiAddress, webAddress} from './repositories.ts'

export function presentComment(world: World, comment: Comment) {
  const {issue, id} = comment
  const api = apiAddress(world, issue.repository)
  const kind = isPull(issue) ? 'pull' : 'issues'
  const url = `${api}/issues/comments/${id}`
  return {
    url,
    html_url: `${webAddress(world, issue.repository)}/${kind}/${issue.number}#issuecomment-${id}`,
    issue_url: `${api}/issues/${issue.number}`,
    id,
    node_id: comment.nodeId,
    user: presentAccount(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(world, issue.repository, comment.author),
    body: comment.body,
    reactions: rollUp(`${url}/reactions`, comment.reactions),
    performed_via_github_app: comment.viaApp ? presentApp(world, comment.viaApp) : null,
  }
}

function rollUp(url: string, reactions: readonly Reaction[]) {
  const count = (content: Reaction['content']): number => reactions.filter((one) => one.content === content).length
  return {
    url,
    total_count: reactions.length,
    '+1': count('+1'),
    '-1': count('-1'),
    laugh: count('laugh'),
    hooray: count('hooray'),
    confused: count('confused'),
    heart: count('heart'),
    rocket: count('rocket'),
    eyes: count('eyes'),
  }
}

export const presentReaction = (world: World, reaction: Reaction) => ({
  id: reaction.id,
  node_id: reaction.nodeId,
  user: presentAccount(world, reaction.user),
  content: reaction.content,
  created_at: reaction.createdAt,
})

/** The `issue` of an issue_comment webhook; a pull request shows as one with `pull_request`. */
export function presentIssue(world: World, issue: Issue | PullRequest) {
  const {repository, number} = issue
  const api = `${apiAddress(world, repository)}/issues/${number}`
  const web = webAddress(world, repository)
  return {
    url: api,
    repository_url: apiAddress(world, repository),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: `${web}/${isPull(issue) ? 'pull' : 'issues'}/${number}`,
    id: issue.id,
    node_id: issue.nodeId,
    number,
    title: issue.title,
    user: presentAccount(world, issue.author),
    labels: [],
    state: issue.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...world.comments.values()].filter((comment) => comment.issue === issue).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: associationOf(world, repository, issue.author),
    active_lock_reason: null,
    body: issue.body,
    reactions: rollUp(`${api}/reactions`, []),
    timeline_url: `${api}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
    ...(isPull(issue) && {draft: false, pull_request: pullLinks(world, issue)}),
  }
}

function pullLinks(world: World, pull: PullRequest) {
  const web = `${webAddress(world, pull.repository)}/pull/${pull.number}`
  return {
    url: `${apiAddress(world, pull.repository)}/pulls/${pull.number}`,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    merged_at: pull.merged?.at ?? null,
  }
}
