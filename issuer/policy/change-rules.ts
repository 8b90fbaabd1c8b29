/** What may be authorized, and by whom of those with standing. A failure here is a decision: DENY. */
import {findEnvironment} from './built-in.ts'
import {describeUnreadable} from './in-force.ts'
import {type Rule, fail, pass} from './rule.ts'
import type {Case} from '../model/ruling.ts'

type ChangeRule = Rule<Case>

/** GitHub's clock and its answers may differ by this much; a comment from further ahead was never made. */
const skew = 60_000

const environmentNamed: ChangeRule = {
  name: 'environment-named',
  evaluate: ({policy, request, source}) =>
    findEnvironment(policy, request.environment) !== undefined
      ? pass(`The policy names ${request.environment}.`)
      : fail(
          source.kind === 'unreadable'
            ? `Whether the policy names the environment ${request.environment} cannot be read.`
            : `The policy does not name the environment ${request.environment}. Use one that it names.`,
        ),
}

const policyReadable: ChangeRule = {
  name: 'policy-readable',
  evaluate: ({source}) => {
    switch (source.kind) {
      case 'built-in':
        return pass('The repository has no policy file, so the built-in policy applies.')
      case 'file':
        return pass(`The policy is that of ${source.path} on the default branch.`)
      case 'unreadable':
        return fail(`${describeUnreadable(source)} Until it is mended, nothing is authorized.`)
    }
  },
}

const commitNamed: ChangeRule = {
  name: 'commit-named',
  evaluate: ({request, environment}) => {
    if (request.sha !== undefined) return pass(`The statement names the commit ${request.sha}.`)
    return environment.binding.includes('head')
      ? pass('The statement names no commit, and the policy takes that for the head.')
      : fail('The statement names no commit. Name it by its full SHA.')
  },
}

const commitCurrent: ChangeRule = {
  name: 'commit-current',
  evaluate: ({request, change: {commit, pullRequest}}) => {
    const {state, mergeCommit, head, base} = pullRequest
    if (state === 'merged' ? mergeCommit === undefined : commit.sha !== head.sha) {
      return fail('Which commit of the pull request can be authorized could not be established. Say it again.')
    }
    const place =
      commit.sha === mergeCommit
        ? 'the merge commit'
        : mergeCommit === undefined
          ? 'the head'
          : 'on top of the merge commit'
    if ((request.sha ?? commit.sha) === commit.sha) return pass(`${commit.sha} is ${place} of the pull request.`)
    return fail(
      mergeCommit === undefined
        ? `The statement names ${String(request.sha)}, and the head of the pull request is ${commit.sha}. Look at what is there now, then name that.`
        : `The statement names ${String(request.sha)}, which is not the merge commit ${commit.sha}, nor a commit of ${base.ref} that contains it. Look at what is there now, then name that.`,
    )
  },
}

const pullRequestAlive: ChangeRule = {
  name: 'pull-request-alive',
  evaluate: ({change: {pullRequest}}) =>
    pullRequest.state === 'open' || pullRequest.state === 'merged'
      ? pass(`The pull request is ${pullRequest.state}.`)
      : fail('The pull request was closed without being merged. Open it again, or use another.'),
}

const mergeReachable: ChangeRule = {
  name: 'merge-reachable',
  evaluate: ({change}) => {
    const {state, base} = change.pullRequest
    if (state === 'open') return pass('The pull request is not merged yet.')
    return change.mergeReachable === true
      ? pass(`The commit is part of ${base.ref}.`)
      : fail(
          `The commit is not part of ${base.ref}. After a merge only what its branch holds can be authorized: use a pull request that is in it.`,
        )
  },
}

const baseAllowed: ChangeRule = {
  name: 'base-allowed',
  evaluate: ({change: {repository, pullRequest}, policy}) => {
    const {base} = pullRequest
    const allowed = [...new Set([repository.defaultBranch, ...policy.branches])]
    return allowed.includes(base.ref) && base.repositoryId === repository.id
      ? pass(`The pull request goes into ${base.ref}.`)
      : fail(
          `The pull request goes into ${base.ref}, and only ${allowed.join(', ')} of this repository can be authorized. Change its base.`,
        )
  },
}

const notAFork: ChangeRule = {
  name: 'not-a-fork',
  evaluate: ({change: {pullRequest}}) =>
    // A deleted head repository is null, which equals no id: a fork.
    pullRequest.head.repositoryId === pullRequest.base.repositoryId
      ? pass('The branch is in this repository.')
      : fail('The branch is in a fork. Push it to this repository and open a pull request from there.'),
}

const statementFresh: ChangeRule = {
  name: 'statement-fresh',
  evaluate: ({standing: {createdAt, readAt}, policy: {statementLife}}) => {
    // Positive comparisons: NaN refuses.
    if (!(createdAt - readAt <= skew)) return fail('The comment claims to be from the future. Say it again.')
    return readAt - createdAt < statementLife
      ? pass(`The statement was read within ${statementLife / 60_000} minutes.`)
      : fail(`A statement counts for ${statementLife / 60_000} minutes, and this one is older. Say it again.`)
  },
}

export const changeRules: readonly ChangeRule[] = [
  environmentNamed,
  policyReadable,
  commitNamed,
  commitCurrent,
  pullRequestAlive,
  mergeReachable,
  baseAllowed,
  notAFork,
  statementFresh,
]
