/** What may be authorized, and by whom of those with standing. A failure here is a decision: DENY. */
import {findEnvironment} from './built-in.ts'
import {describeUnreadable} from './in-force.ts'
import {contributionOf} from './accounts.ts'
import {type Judgement, type Rule, fail, pass} from './rule.ts'
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
    const merged = pullRequest.state === 'merged'
    const current = merged ? pullRequest.mergeCommit : pullRequest.head.sha
    const place = merged ? 'merge commit' : 'head'
    if (commit.sha !== current) return fail(`The ${place} of the pull request could not be established. Say it again.`)
    return (request.sha ?? commit.sha) === commit.sha
      ? pass(`${commit.sha} is the ${place} of the pull request.`)
      : fail(
          `The statement names ${String(request.sha)}, and the ${place} of the pull request is ${commit.sha}. Look at what is there now, then name that.`,
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
    const {defaultBranch} = change.repository
    if (change.pullRequest.state === 'open') return pass('The pull request is not merged yet.')
    return change.mergeReachable === true
      ? pass(`The merge commit is part of ${defaultBranch}.`)
      : fail(
          `The merge commit is not part of ${defaultBranch}. Only what the default branch holds can be authorized after a merge: use a pull request that is in it.`,
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

const notTheAuthor: ChangeRule = {
  name: 'not-the-author',
  evaluate: (asked) =>
    judgeHand(
      asked,
      asked.change.pullRequest.author.id === asked.standing.author.id ? 'opened this pull request' : undefined,
    ),
}

const notAPusher: ChangeRule = {
  name: 'not-a-pusher',
  evaluate: (asked) => {
    const {pushers} = asked.change
    if (pushers.kind === 'unseen') return fail(unseen('who pushed to the branch', pushers.why))
    const pushed = pushers.accounts.some(({id}) => id === asked.standing.author.id)
    return judgeHand(asked, pushed ? 'pushed to the branch of this pull request' : undefined)
  },
}

const notACommitAuthor: ChangeRule = {
  name: 'not-a-commit-author',
  evaluate: (asked) => {
    const {authors} = asked.change
    if (authors.kind === 'unseen') return fail(unseen('who wrote the commits', authors.why))
    const hand = contributionOf(asked.standing.author, authors.people)
    return judgeHand(asked, hand === undefined ? undefined : `has a hand in its commits (${hand})`)
  },
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

/** Somebody's own work: refused, unless the policy allows it, and then the receipt says so. */
function judgeHand({standing: {author}, environment}: Case, hand: string | undefined): Judgement {
  if (hand === undefined) return pass(`${author.login} is somebody else.`)
  return environment.selfApproval
    ? pass(`${author.login} ${hand}, and the policy allows self-approval.`, 'self')
    : fail(`${author.login} ${hand}, and nobody authorizes their own work. Ask somebody else who may approve.`)
}

const unseen = (what: string, why: string): string =>
  `It could not be established ${what}: ${why}. Until it can, nobody can be told from an author; a new pull request with fewer or freshly pushed commits helps.`

export const changeRules: readonly ChangeRule[] = [
  environmentNamed,
  policyReadable,
  commitNamed,
  commitCurrent,
  pullRequestAlive,
  mergeReachable,
  baseAllowed,
  notAFork,
  notTheAuthor,
  notAPusher,
  notACommitAuthor,
  statementFresh,
]
