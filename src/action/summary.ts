/** The job summary: what was decided, what to do, and every check, in Markdown that a person can act on. */
import type {Receipt} from '#protocol'
import type {Check} from './checks.ts'
import {markdownCode, markdownSentence, markdownText} from './escape.ts'
import {type AskedResult, type GateResult, checkoutLines, notRevocationChecked} from './result.ts'

export function renderSummary(result: GateResult): string {
  const blocks = [
    renderVerdict(result),
    markdownSentence(result.what),
    ...(result.fix === null ? [renderStanding(result)] : [`**What to do.** ${markdownSentence(result.fix)}`]),
    ...renderComment(result),
    ...renderComparison(result),
    ...renderChecks(result.checks),
    ...renderWarnings(result),
    ...renderCheckpoint(result),
  ]
  return `${blocks.join('\n\n')}\n\n`
}

function renderVerdict({authorized, asked, code}: GateResult): string {
  const where = asked === null ? '' : ` to ${markdownCode(asked.environment)}`
  return authorized ? `## ✅ Authorised: deploy${where}` : `## ⛔ Refused: deploy${where} (${markdownCode(code ?? '')})`
}

const renderStanding = ({status, redeemedAt}: GateResult): string =>
  [
    status === null ? notRevocationChecked : `The issuer said at ${markdownText(status.at)}: not revoked.`,
    ...(redeemedAt === null ? [] : [`This run uses the receipt up, recorded at ${markdownText(redeemedAt)}.`]),
  ].join(' ')

/** Every character of the note has passed its pattern. */
function renderCheckpoint({checkpoint}: GateResult): readonly string[] {
  if (checkpoint === null) return []
  const {note, verified} = checkpoint
  const title = verified ? 'Ledger checkpoint, verified and held by this run' : 'Ledger checkpoint, not verified'
  return [`<details><summary>${title}</summary>`, fenced(note.trimEnd(), 'text'), '</details>']
}

/** Every character of the line has passed the parsers of an environment and a commit. */
function renderComment({comment}: GateResult): readonly string[] {
  if (comment === null) return []
  const where =
    comment.pullRequest === null ? 'the pull request of this commit' : `pull request #${comment.pullRequest}`
  return [`The comment to post on ${where}:`, fenced(comment.text, 'text')]
}

const fenced = (text: string, language: string): string => ['```' + language, text, '```'].join('\n')

function renderComparison({asked, receipt, standing, source, sources}: GateResult): readonly string[] {
  if (asked === null) return []
  const rows: readonly Row[] = [['looked at', sources.join(', ') || 'nothing'], ...askedFields(asked)]
  if (receipt === null || standing === null) return [table(['', 'asked by this job'], rows)]
  const found = [`${receipt.id}, from ${source ?? ''}`, ...foundValues(receipt)]
  const compared = rows.map(([name, value], i) => [name, value, found[i] ?? ''])
  return [table(['', 'asked by this job', foundTitles[standing]], compared)]
}

const foundTitles = {
  verified: 'found in the receipt',
  claimed: 'claimed by what was found (no signature holds)',
} as const

type Row = readonly [name: string, asked: string]

/** In the order of askedFields. */
const foundValues = ({scope, approvals, flags, issuedAt, expiresAt, issuer}: Receipt): readonly string[] => [
  `${scope.repository} (id ${scope.repositoryId})`,
  scope.sha,
  scope.environment,
  approvals.map(({login, role, proof, at}) => `${login} (${role}, ${proof}, ${at})`).join(', '),
  flags.join(', ') || 'none',
  `${issuedAt} to ${expiresAt}`,
  issuer,
]

const askedFields = (asked: AskedResult): readonly Row[] => [
  ['repository', `${asked.repository} (id ${asked.repositoryId})`],
  ['commit', `${asked.sha} (event ${asked.event}${asked.match === 'tree' ? ', by its tree' : ''})`],
  ['environment', asked.environment],
  ['approvals', `at least ${asked.minApprovals}, proof ${asked.requireProof}`],
  ['flags', asked.refuseFlags.length === 0 ? 'all are taken' : `none of ${asked.refuseFlags.join(', ')}`],
  ['life', `at most ${describeSeconds(asked.maxTtlSeconds)}`],
  ['issuer', asked.issuer ?? 'any that signs with a pinned key'],
]

/** In the largest unit that says it whole. */
function describeSeconds(seconds: number): string {
  for (const [unit, size] of [
    ['hours', 3600],
    ['minutes', 60],
  ] as const) {
    if (seconds > 0 && seconds % size === 0) return `${seconds / size} ${unit}`
  }
  return `${seconds} seconds`
}

/** Folded away where all is well; open where one of them is the reason. */
function renderChecks(checks: readonly Check[]): readonly string[] {
  if (checks.every(({result}) => result === 'not reached')) return []
  const failed = checks.some(({result}) => result === 'failed')
  const rows = checks.map(({name, result}) => [name, `${checkMarks[result]} ${result}`])
  return [
    `<details${failed ? ' open' : ''}><summary>Every check</summary>`,
    table(['check', 'result'], rows),
    '</details>',
  ]
}

const checkMarks = {passed: '✅', failed: '❌', 'not asked': '➖', 'not reached': '➖'} as const

function renderWarnings({warnings, authorized, checks}: GateResult): readonly string[] {
  const list = warnings.map((warning) => `- ${markdownText(warning)}`).join('\n')
  const unchecked = authorized && checks.some(({name, result}) => name === 'checkout' && result === 'not asked')
  return [
    ...(warnings.length === 0 ? [] : [`**Warnings**\n\n${list}`]),
    ...(unchecked && warnings.length > 0 ? [fenced(checkoutLines, 'yaml')] : []),
  ]
}

/** Every cell is escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(markdownText)))].join('\n')
}
