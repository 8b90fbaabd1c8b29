/** Commits, differences and trees as GitHub's API prints them. */

import {accountOfEmail} from '../emails.ts'
import type {FileChange} from '../git/changes.ts'
import type {CommitInfo, Signature} from '../git/commits.ts'
import type {TreeEntry} from '../git/trees.ts'
import {gitNodeId} from '../identifiers.ts'
import {verificationOf} from '../signatures.ts'
import type {Repository} from '../state.ts'
import type {World} from '../world.ts'
import {presentAccount} from './accounts.ts'
import {apiAddress, webAddress} from './repositories.ts'

const presentStamp = ({name, email, date}: Signature) => ({name, email, date})

export function presentCommit(world: World, repository: Repository, commit: CommitInfo) {
  const api = apiAddress(world, repository)
  const {sha} = commit
  return {
    sha,
    node_id: gitNodeId('C', repository.id, sha),
    commit: {
      author: presentStamp(commit.author),
      committer: presentStamp(commit.committer),
      message: commit.message,
      tree: {sha: commit.tree, url: `${api}/git/trees/${commit.tree}`},
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: verificationOf(world, commit),
    },
    url: `${api}/commits/${sha}`,
    html_url: `${webAddress(world, repository)}/commit/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: presentOwner(world, commit.author),
    committer: presentOwner(world, commit.committer),
    parents: commit.parents.map((parent) => presentParent(world, repository, parent)),
  }
}

function presentOwner(world: World, stamp: Signature) {
  const account = accountOfEmail(world, stamp.email)
  return account ? presentAccount(world, account) : null
}

const presentParent = (world: World, repository: Repository, sha: string) => ({
  sha,
  url: `${apiAddress(world, repository)}/commits/${sha}`,
  html_url: `${webAddress(world, repository)}/commit/${sha}`,
})

export function presentGitCommit(world: World, repository: Repository, commit: CommitInfo) {
  const api = `${apiAddress(world, repository)}/git`
  return {
    sha: commit.sha,
    node_id: gitNodeId('C', repository.id, commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${webAddress(world, repository)}/commit/${commit.sha}`,
    author: presentStamp(commit.author),
    committer: presentStamp(commit.committer),
    tree: {sha: commit.tree, url: `${api}/trees/${commit.tree}`},
    message: commit.message,
    parents: commit.parents.map((sha) => ({...presentParent(world, repository, sha), url: `${api}/commits/${sha}`})),
    verification: verificationOf(world, commit),
  }
}

export interface ChangesAt {
  readonly sha: string
  readonly changes: readonly FileChange[]
}

export function presentChanges(world: World, repository: Repository, {sha, changes}: ChangesAt) {
  const web = webAddress(world, repository)
  return changes.map((change) => {
    const path = change.path.split('/').map(encodeURIComponent).join('/')
    return {
      sha: change.sha,
      filename: change.path,
      status: change.status,
      additions: change.additions,
      deletions: change.deletions,
      changes: change.additions + change.deletions,
      blob_url: `${web}/blob/${sha}/${path}`,
      raw_url: `${web}/raw/${sha}/${path}`,
      contents_url: `${apiAddress(world, repository)}/contents/${path}?ref=${sha}`,
      ...(change.patch !== undefined && {patch: change.patch}),
      ...(change.previousPath !== undefined && {previous_filename: change.previousPath}),
    }
  })
}

export const countLines = (changes: readonly FileChange[]) => ({
  additions: changes.reduce((sum, {additions}) => sum + additions, 0),
  deletions: changes.reduce((sum, {deletions}) => sum + deletions, 0),
})

export function presentTreeEntry(world: World, repository: Repository, entry: TreeEntry) {
  const kind = entry.type === 'tree' ? 'trees' : 'blobs'
  return {
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size !== undefined && {size: entry.size}),
    ...(entry.type !== 'commit' && {url: `${apiAddress(world, repository)}/git/${kind}/${entry.sha}`}),
  }
}
