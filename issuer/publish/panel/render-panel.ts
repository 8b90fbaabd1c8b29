/**
 * A panel as Markdown: for a phone and an e-mail, so no tables, and nothing that stands only in a colour. Whatever
 * others wrote is escaped; no line of ours begins with `/` but the one to copy, in its block.
 */
import type {Origin} from '#protocol'
import type {Hand} from '../../model/facts.ts'
import type {Risk, RuleOutcome} from '../../model/ruling.ts'
import {contributorsOf} from '../../policy/independence.ts'
import {clip, codeSpan, escapeText, paragraphs} from '../markdown.ts'
import {renderLine, renderTime, renderWhatGoesOut} from '../render-change.ts'
import {listDenials} from '../render-denials.ts'
import {renderMissing} from '../render-missing.ts'
import type {Expected, Panel, State, Subject, Unreadable} from './panel.ts'
import {type Blocker, countMissing, findBlocker, listNames, renderStageLine} from './render-state.ts'

export function renderPanel({pullRequest, subject, proposed}: Panel, issuer: Origin): string {
  const [answer, ...more] = renderSubject(subject, {pullRequest, issuer})
  const policy = proposed === undefined ? [] : [renderPolicyProblems(proposed, 'proposed')]
  return paragraphs('### May this be deployed?', answer, ...policy, ...more)
}

interface Around {
  readonly pullRequest: Panel['pullRequest']
  readonly issuer: Origin
}

/** The answer first. */
function renderSubject(subject: Subject, {pullRequest, issuer}: Around): readonly [string, ...string[]] {
  switch (subject.kind) {
    case 'fork':
      return [
        '**Nothing in this pull request can be authorized:** its branch is in a fork, where nobody can see who pushes. To deploy it, push the branch to this repository and open a pull request from there.',
      ]
    case 'unreadable':
      return [renderPolicyProblems(subject.source, 'in force')]
    case 'closed':
      return [
        '**Closed without being merged:** what was authorized in it counts no more.',
        ...(subject.stages.length === 0 ? [] : [renderList(subject.stages, {issuer, isOver: true})]),
      ]
    case 'change':
      return renderChange(subject, {pullRequest, issuer})
  }
}

type ChangeSubject = Extract<Subject, {kind: 'change'}>

function renderChange(subject: ChangeSubject, {pullRequest, issuer}: Around): readonly [string, ...string[]] {
  const {commit, stages, more, source} = subject
  const place = pullRequest.state === 'merged' ? 'the merge commit' : 'its newest commit'
  return [
    renderList(stages, {issuer, isOver: false}),
    ...renderWarnings(stages),
    ...stages.flatMap(renderSection),
    ...(more.length === 0
      ? []
      : [
          `**Not shown:** ${more.map(codeSpan).join(', ')}. A comment \`/authorize <environment>\` is answered with its line.`,
        ]),
    `<sub>About ${place}, ${codeSpan(commit)}. ${renderSource(source)} This comment is kept up to date. \`/countersign help\` lists the other commands.</sub>`,
  ]
}

const renderList = (
  stages: Extract<Subject, {kind: 'closed'}>['stages'],
  how: {readonly issuer: Origin; readonly isOver: boolean},
): string => stages.map((stage) => `- ${renderStageLine(stage, how)}`).join('\n')

const renderSource = (source: ChangeSubject['source']): string =>
  source.kind === 'file'
    ? `The rules are those of ${codeSpan(source.path)} on the default branch.`
    : 'The repository has no `.github/countersign.yml`, so the built-in rules apply.'

/** What a reader should know whatever the environment; each found thing once. */
function renderWarnings(stages: readonly Expected[]): readonly string[] {
  const found = stages
    .flatMap(({risk}) => risk.factors)
    .filter(({name, value}) => value > 0 && warned.has(name))
    .map(({why}) => `- ⚠️ ${clip(why)}`)
  return found.length === 0 ? [] : ['**Before you decide:**', [...new Set(found)].join('\n')]
}

const shownProblems = 20

const headings = {
  'in force':
    '**Nothing is authorized here now:** the policy on the default branch cannot be used, and every request is refused until it is fixed.',
  proposed:
    '**The policy in this pull request cannot be used.** Once it is on the default branch, every request is refused until it is fixed.',
} as const

/** What is wrong with a policy: the one in force, or the one that the pull request would bring. */
function renderPolicyProblems({path, problems}: Unreadable, which: keyof typeof headings): string {
  const more = problems.length - shownProblems
  return [
    `${headings[which]} In ${codeSpan(path)}:`,
    [
      ...problems.slice(0, shownProblems).map((problem) => `- ${escapeText(problem)}`),
      ...(more > 0 ? [`- And ${more} more.`] : []),
    ].join('\n'),
  ].join('\n\n')
}

/**
 * What one environment's authorization would let out, who may give it, and the line to copy. Empty for what is let out
 * already: the list above says all of it.
 */
function renderSection(stage: Expected): readonly string[] {
  const {environment, change, risk, earlier, elsewhere, state} = stage
  if (state.kind === 'authorized') return []
  const facts = [
    `- **What goes out:** ${renderWhatGoesOut(change, environment)}`,
    `- **Risk:** ${risk.score} on a scale from 0 to 1. ${renderCauses(risk)}`,
    `- **Who may approve:** ${renderApprovers(stage)}`,
    ...(state.kind === 'waiting'
      ? renderMissing({range: change.range, speakers: state.speakers, needed: stage.needed}, stage.rules.independence)
      : []),
    ...renderDeleted(state),
    ...(elsewhere.length === 0 ? [] : [`- **Denied here besides:** ${listDenials(elsewhere)}.`]),
    ...(earlier === undefined
      ? []
      : [
          `- **Still authorized:** an earlier commit of it, ${codeSpan(earlier.sha)}, until ${renderTime(earlier.expiresAt)}.`,
        ]),
  ]
  return [`#### ${codeSpan(environment)}`, facts.join('\n'), ...renderWay(stage)]
}

/** Words that their authors did not take back, and that cannot be read any more. */
const renderDeleted = (state: State): readonly string[] =>
  state.kind === 'waiting'
    ? state.deleted.map(
        ({login, by}) =>
          `- **Counts no more:** the approval of ${codeSpan(login)}, whose comment ${codeSpan(by)} deleted.`,
      )
    : []

/** Factors of risk that a panel warns of by themselves. */
const warned: ReadonlySet<string> = new Set(['workflow-or-policy', 'agent-author', 'behind-base'])

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
  const {permission, users, teams, independence} = rules
  const names = [...users, ...teams]
  const who = `people with ${codeSpan(permission)} permission or more`
  const among =
    names.length === 0 ? who : `${listNames(names)}, if they have ${codeSpan(permission)} permission or more`
  const said = `${among}${renderIndependence(independence, {needed, hands: contributorsOf(change.range)})}`
  return countMissing(stage) === undefined
    ? `${said}.`
    : `${said}. That is not enough. Name more people in the policy, or have somebody else make the change.`
}

/** Who counts of those, in words; begins with its punctuation. */
function renderIndependence(
  independence: Expected['rules']['independence'],
  {needed, hands}: {readonly needed: number; readonly hands: readonly Hand[]},
): string {
  const people = needed === 1 ? 'one person' : `${needed} people`
  const had = hands.length === 0 ? '' : ` (${listNames(hands.map(({login}) => login))} had)`
  switch (independence) {
    case 'usual':
      return `: ${people} without a hand in it${had}, or ${needed + 1} in all`
    case 'strict':
      return `: ${people} without a hand in it${had}`
    case 'none':
      return '. That includes whoever had a hand in the change: the policy allows it, and the receipt says so'
  }
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
  if (state.kind === 'denied') {
    const names = [...new Set(state.denials.map(({by}) => by.login))]
    return `${listNames(names)} can lift the denial by this comment; others can only together, one person more than otherwise needed, all without a hand in it and one of them an admin:`
  }
  if (state.kind === 'waiting') return `${when} at the change; if it may go out, somebody else comments:`
  return `${when} at the change; if it may go out, comment:`
}
