/** What one environment's authorisation would let out, who may give it, and the line to copy. */
import {codeSpan} from '../publish/markdown.ts'
import {renderLine, renderWhatGoesOut} from '../publish/render-change.ts'
import type {ChangeFacts} from '../facts/facts.ts'
import type {EnvironmentPolicy, Risk, RuleOutcome} from '../policy/ruling.ts'
import type {Expected, State} from './panel.ts'
import {clip, paragraphs} from './prose.ts'

/** Empty for what is let out already: the list above says all of it. */
export function renderSection(stage: Expected): readonly string[] {
  const {environment, change, risk, rules, earlier, state} = stage
  if (state.kind === 'authorised') return []
  const facts = [
    `- **What goes out:** ${renderWhatGoesOut(change, environment)}`,
    `- **Risk:** ${risk.score} on a scale from 0 to 1. ${renderCauses(risk)}`,
    `- **Who may approve:** ${renderApprovers(rules, change)}`,
    ...(earlier === undefined ? [] : [`- **Still authorised:** an earlier commit of it, ${codeSpan(earlier)}.`]),
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

const shownNames = 10

function renderApprovers({permission, users, teams, selfApproval}: EnvironmentPolicy, change: ChangeFacts): string {
  const names = [...users, ...teams]
  const who = `people with ${codeSpan(permission)} permission or more`
  const among =
    names.length === 0 ? who : `${listNames(names)}, if they have ${codeSpan(permission)} permission or more`
  return selfApproval
    ? `${among}. That includes whoever had a hand in the change: the policy allows it, and the receipt says so.`
    : `${among}; nobody who had a hand in the change, as ${listNames(handsOf(change))} had.`
}

/** Whoever opened it, then whoever pushed. Names on commits are free text, and tell no account. */
const handsOf = ({pullRequest, pushers}: ChangeFacts): readonly string[] => [
  ...new Set([pullRequest.author.login, ...(pushers.kind === 'seen' ? pushers.accounts.map(({login}) => login) : [])]),
]

function listNames(names: readonly string[]): string {
  const more = names.length - shownNames
  return `${names.slice(0, shownNames).map(codeSpan).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** These pass by themselves or by somebody's work elsewhere: the line is good as soon as they do. */
const passes = new Set(['checks-passed', 'not-frozen'])

/** What stands in the way, and the line where one helps. */
function renderWay({state, environment, obstacles, change}: Expected): readonly string[] {
  const reasons = obstacles.length === 0 ? [] : [renderObstacles(obstacles)]
  const isBarred = obstacles.some(({rule}) => !passes.has(rule))
  if (isBarred) return reasons
  const line = renderLine(environment, change.commit.sha)
  return [...reasons, renderAsk(state, obstacles.length > 0), line]
}

const renderObstacles = (obstacles: readonly RuleOutcome[]): string =>
  paragraphs('**It cannot be authorised as it is:**', obstacles.map(({why}) => `- ${clip(why)}`).join('\n'))

/** The sentence above the line. */
function renderAsk(state: State, isHeld: boolean): string {
  const when = isHeld ? 'When that has passed, look' : 'Look'
  if (state.kind === 'denied') return `Only ${codeSpan(state.denial.by.login)} can lift the denial, by this comment:`
  if (state.kind === 'waiting') return `${when} at the change; if it may go out, somebody else comments:`
  return `${when} at the change; if it may go out, comment:`
}
