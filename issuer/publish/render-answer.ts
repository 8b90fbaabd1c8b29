/** Answers that are no decisions: help, status, a near miss, a refusal of standing, and "say it again". */
import type {Environment} from '#protocol'
import type {Policy, RuleOutcome} from '../model/ruling.ts'
import {stands} from '../mint/meet.ts'
import type {Denial, LiveReceipt, ScopeState} from '../model/state.ts'
import {codeSpan, escapeText, fencedBlock, paragraphs} from './markdown.ts'
import {renderTime} from './render-change.ts'

/** The forms that a command may have. */
const forms = fencedBlock(
  [
    '/authorize <environment> <full commit SHA>',
    '/deny <environment>',
    '/revoke <environment or receipt id>',
    '/countersign status',
    '/countersign help',
  ].join('\n'),
)

/** `line`: what to copy, where it can be told what was meant. */
export function renderNearMiss(problem: string, line?: string): string {
  return paragraphs(
    `**That was not understood, so nothing was done.** ${escapeText(problem)}`,
    ...(line === undefined ? ['A command is the first line of a new comment, exactly one of:', forms] : [line]),
  )
}

export function renderHelp(policy: Policy): string {
  return paragraphs(
    '**Countersign** lets a deploy job through only with a signed receipt that authorizes its commit. A person who may approve creates one with a new comment on the pull request, whose first line is one of these:',
    forms,
    `Environments here: ${listEnvironments(policy)}. With only the environment given, the answer is the exact line to copy and what would go out. Edited comments, comments by e-mail, by apps and by bots do not count.`,
  )
}

export const renderUnnamedEnvironment = (environment: Environment, policy: Policy): string =>
  `**There is no environment ${codeSpan(environment)} in this repository’s policy**, so nothing was done. It names: ${listEnvironments(policy)}. Names are compared exactly.`

const listEnvironments = (policy: Policy): string => Object.keys(policy.environments).map(codeSpan).join(', ')

/** `problem` as describeUnreadable gave it. */
export const renderUnreadable = (problem: string): string =>
  `**Nothing is authorized here now.** ${escapeText(problem)}`

/** Someone without standing: a refusal and no decision. `outcomes` as evaluateStanding gave them. */
export function renderNoStanding(outcomes: readonly RuleOutcome[]): string {
  const failed = outcomes.filter(({outcome}) => outcome === 'fail')
  return paragraphs(
    '**This comment does not count as an authorization**, so nothing was done.',
    failed.map(({why}) => `- ${escapeText(why)}`).join('\n'),
  )
}

export interface EnvironmentStatus {
  readonly environment: Environment
  readonly state: ScopeState
}

/** What is authorized at `now` (milliseconds), by environment. */
export function renderStatus(statuses: readonly EnvironmentStatus[], now: number): string {
  return paragraphs(
    `**What is authorized** at ${renderTime(now)}:`,
    statuses.map((status) => renderEnvironmentStatus(status, now)).join('\n'),
  )
}

function renderEnvironmentStatus({environment, state}: EnvironmentStatus, now: number): string {
  const live = state.receipts.filter(({expiresAt}) => now < expiresAt)
  const denials = state.denials.filter((denial) => stands(state, denial))
  const standing = [...denials.map(renderDenial), ...renderWaiting(state, now)]
  if (live.length > 0) return [`- ${codeSpan(environment)}:`, ...live.map(renderLive), ...standing].join('\n')
  const last = state.authorized.at(-1)?.sha
  const before = last === undefined ? '' : ` The last commit that was: ${codeSpan(last)}.`
  return [`- ${codeSpan(environment)}: nothing is authorized now.${before}`, ...standing].join('\n')
}

const renderDenial = ({pullRequest, by, at}: Denial): string =>
  `  - pull request ${pullRequest}, and whatever holds a commit of it: denied by ${codeSpan(by.login)} at ${renderTime(at)}, which stands`

/** How many approvals wait for more people, by pull request. */
function renderWaiting({waiting}: ScopeState, now: number): readonly string[] {
  const alive = waiting.filter(({until, deletedBy}) => now < until && deletedBy === undefined)
  const byPullRequest = Map.groupBy(alive, ({statement}) => statement.pullRequest)
  return [...byPullRequest].map(
    ([number, approvals]) => `  - pull request ${number}: ${approvals.length} of the approvals that are needed`,
  )
}

const renderLive = ({id, sha, pullRequest, authorizedBy, expiresAt}: LiveReceipt): string =>
  `  - ${codeSpan(sha)} (pull request ${pullRequest}) by ${codeSpan(authorizedBy)}, until ${renderTime(expiresAt)}: receipt ${codeSpan(id)}`

/** `github`: GitHub gave no usable answer. `internal`: our own fault. Either way nothing was minted. */
export function renderGaveUp(cause: 'github' | 'internal'): string {
  const what =
    cause === 'github'
      ? 'GitHub did not answer in time'
      : 'Something went wrong in the issuer, and its operator can see it'
  return `**This could not be decided**, so nothing was authorized. ${what}. Say it again in a new comment.`
}
