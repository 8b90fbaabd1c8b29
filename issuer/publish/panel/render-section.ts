/** What one environment's authorization would let out, who may give it, and the line to copy. */
import {clip, codeSpan, paragraphs} from '../markdown.ts'
import {renderLine, renderTime, renderWhatGoesOut} from '../render-change.ts'
import type {Risk, RuleOutcome} from '../../model/ruling.ts'
import {countMissing, findBlocker, contributorsOf, type Blocker, listNames} from './blocker.ts'
import type {Expected, State} from './panel.ts'

/** Empty for what is let out already: the list above says all of it. */
export function renderSection(stage: Expected): readonly string[] {
  const {environment, change, risk, earlier, state} = stage
  if (state.kind === 'authorized') return []
  const facts = [
    `- **What goes out:** ${renderWhatGoesOut(change, environment)}`,
    `- **Risk:** ${risk.score} on a scale from 0 to 1. ${renderCauses(risk)}`,
    `- **Who may approve:** ${renderApprovers(stage)}`,
    ...(earlier === undefined
      ? []
      : [
          `- **Still authorized:** an earlier commit of it, ${codeSpan(earlier.sha)}, until ${renderTime(earlier.expiresAt)}.`,
        ]),
  ]
  return [`#### ${codeSpan(environment)}`, facts.join('\n'), ...renderWay(stage)]
}

/** Factors of risk that a panel warns of by themselves. */
export const warned: ReadonlySet<string> = new Set(['workflow-or-policy', 'agent-author', 'behind-base'])

const shownCauses = 3

/** The gravest first, without what is said elsewhere: the environment's name, and what is warned of. */
function renderCauses({factors}: Risk): string {
  const causes = factors
    .filter(({name, value, weight}) => value * weight > 0 && name !== 'environment' && !warned.has(name))
    .sort((a, b) => b.value * b.weight - a.value * a.weight)
  return causes
    .slice(0, shownCauses)
    .map(({why}) => clip(why))
    .join(' ')
}

function renderApprovers(stage: Expected): string {
  const {rules, change, needed} = stage
  const {permission, users, teams, selfApproval} = rules
  const names = [...users, ...teams]
  const who = `people with ${codeSpan(permission)} permission or more`
  const among =
    names.length === 0 ? who : `${listNames(names)}, if they have ${codeSpan(permission)} permission or more`
  if (selfApproval && countMissing(stage) === undefined) {
    return `${among}. That includes whoever had a hand in the change: the policy allows it, and the receipt says so.`
  }
  const said = selfApproval
    ? among
    : `${among}; nobody who had a hand in the change, as ${listNames(contributorsOf(change))} had`
  return countMissing(stage) === undefined
    ? `${said}.`
    : `${said}. That is not enough: ${needed} must. Name more people in the policy, or have somebody else make the change.`
}

/** What stands in the way, and the line where one helps. */
function renderWay(stage: Expected): readonly string[] {
  const {state, environment, obstacles, change} = stage
  const reasons = obstacles.length === 0 ? [] : [renderObstacles(obstacles)]
  const hold = findBlocker(stage)
  if (hold?.kind === 'barred' || hold?.kind === 'nobody') return reasons
  const line = renderLine(environment, change.commit.sha)
  return [...reasons, renderAsk(state, hold), line]
}

const renderObstacles = (obstacles: readonly RuleOutcome[]): string =>
  paragraphs('**It cannot be authorized as it is:**', obstacles.map(({why}) => `- ${clip(why)}`).join('\n'))

/** The sentence above the line. */
function renderAsk(state: State, hold: Blocker | undefined): string {
  const when = hold === undefined ? 'Look' : 'When that has passed, look'
  if (state.kind === 'denied') return `Only ${codeSpan(state.denial.by.login)} can lift the denial, by this comment:`
  if (state.kind === 'waiting') return `${when} at the change; if it may go out, somebody else comments:`
  return `${when} at the change; if it may go out, comment:`
}
