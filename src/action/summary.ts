/** The job summary: what was decided, what to do, and every check, in Markdown that a person can act on. */
import {type Receipt, comparisonPath, sayRange} from '#protocol'
import type {Check, CheckName} from '../gate/checks.ts'
import {markdownCode, markdownSentence, markdownText} from './escape.ts'
import {type AskedResult, type GateResult, checkoutLines, describeRevocation} from './result.ts'

/** `web`: where people see repositories, such as https://github.com; absent, nothing leads there. */
export function renderSummary(result: GateResult, web?: string): string {
  const blocks = [
    renderVerdict(result),
    ...renderLife(result, web),
    renderReason(result),
    ...(result.fix === null ? [renderStanding(result)] : [`**What to do.** ${sentence(result.fix)}`]),
    ...renderComment(result),
    ...renderComparison(result),
    ...renderChecks(result.checks),
    ...renderWarnings(result),
    ...renderCheckpoint(result),
  ]
  return `${blocks.join('\n\n')}\n\n`
}

function renderVerdict({authorized, asked}: GateResult): string {
  const where = asked === null ? '' : ` to ${markdownCode(asked.environment)}`
  return `## ${authorized ? '✅ Authorized' : '⛔ Refused'}: deploy${where}`
}

/** In the panel's words: who, until when, and what goes out. */
function renderLife({authorized, receipt}: GateResult, web: string | undefined): readonly string[] {
  if (!authorized || receipt === null) return []
  const {authorizedBy, expiresAt, scope} = receipt
  const life = `By ${markdownCode(authorizedBy)}, until **${markdownText(showTime(expiresAt))}**.`
  return [`${life} ${renderRange(scope, web)}.`]
}

/** Every character of the address has passed the parsers of a repository and of commits. */
function renderRange(scope: Receipt['scope'], web: string | undefined): string {
  const words = markdownText(sayRange(scope).replace(/^./, (letter) => letter.toUpperCase()))
  const path = comparisonPath(scope)
  return web === undefined || path === undefined ? words : `[${words}](${web}/${scope.repository}${path})`
}

/** `2026-04-02T15:30:00Z` as people write it. */
const showTime = (time: string): string => `${time.replace('T', ' ').replace('Z', '')} UTC`

const renderReason = ({what, code}: GateResult): string =>
  code === null ? sentence(what) : `${markdownCode(code)}: ${sentence(what)}`

/** Commits, keys and receipt ids as code, where a sentence has not made them so already. */
const sentence = (text: string): string =>
  markdownSentence(text)
    .split(/(<code>.*?<\/code>)/)
    .map((part) => (part.startsWith('<code>') ? part : withIds(part)))
    .join('')

/** Their underscores are escaped already. */
const ids = /\b(?:(?:pp&#95;pk&#95;)?[0-9a-f]{64}|[0-9a-f]{40}|rcpt&#95;[db]g&#95;[0-9a-hjkmnp-tv-z]{26})\b/g

const withIds = (escaped: string): string => escaped.replace(ids, (id) => `<code>${id}</code>`)

const renderStanding = (result: GateResult): string =>
  [
    markdownText(describeRevocation(result)),
    ...describeJobEnvironment(result),
    ...(result.redeemedAt === null
      ? []
      : [`This run uses the receipt up, recorded at ${markdownText(result.redeemedAt)}.`]),
  ].join(' ')

const unnamed: {readonly [Kind in NonNullable<AskedResult['jobEnvironment']>]: readonly string[]} = {
  named: [],
  unnamed: ['This job has no environment of its own that the input could be compared with.'],
  'no token': [
    markdownText('The environment of this job is unnamed: without "id-token: write" GitHub does not tell it.'),
  ],
}

/** Where GitHub named none, the input was compared with the receipt alone. */
const describeJobEnvironment = ({asked}: GateResult): readonly string[] => unnamed[asked?.jobEnvironment ?? 'named']

/** Every character of the note has passed its pattern. */
function renderCheckpoint({checkpoint}: GateResult): readonly string[] {
  if (checkpoint === null) return []
  const {note, verified} = checkpoint
  const title = verified ? 'Ledger checkpoint, verified and held by this run' : 'Ledger checkpoint, not verified'
  return [`<details><summary>${title}</summary>`, fenced(note.trimEnd(), 'text'), '</details>']
}

/** Every character of the line has passed the parsers of an environment and a commit. */
function renderComment({comment, fix}: GateResult): readonly string[] {
  if (comment === null) return []
  const where =
    comment.pullRequest === null ? 'the pull request of this commit' : `pull request #${comment.pullRequest}`
  const line = fenced(comment.text, 'text')
  // Said with its place already: here it is to be copied.
  return fix?.includes(comment.text) === true ? [line] : [`The comment to post on ${where}:`, line]
}

const fenced = (text: string, language: string): string => ['```' + language, text, '```'].join('\n')

function renderComparison({asked, receipt, standing, source, sources, checks}: GateResult): readonly string[] {
  if (asked === null) return []
  const failed = checks.find(({result}) => result === 'failed')?.name
  const fields = askedFields(asked).map(([name, value]): Row => [isAbout(name, failed) ? `❌ ${name}` : name, value])
  const rows: readonly Row[] = [['looked at', sources.join(', ') || 'nothing'], ...fields]
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

/** Checks that are called otherwise than the row they are about. */
const rowOf: {readonly [Name in CheckName]?: string} = {
  tree: 'commit',
  'life and times': 'life',
  'number of approvals': 'approvals',
  'proof of approvals': 'approvals',
}

const isAbout = (row: string, check: CheckName | undefined): boolean =>
  check !== undefined && (rowOf[check] ?? check) === row

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

/** Folded away: what came of them stands in its title. */
function renderChecks(checks: readonly Check[]): readonly string[] {
  if (checks.every(({result}) => result === 'not reached')) return []
  const rows = checks.map(({name, result}) => [name, `${checkMarks[result]} ${result}`])
  return [
    `<details><summary>Every check: ${countResults(checks)}</summary>`,
    table(['check', 'result'], rows),
    '</details>',
  ]
}

function countResults(checks: readonly Check[]): string {
  const of = (wanted: Check['result']): number => checks.filter(({result}) => result === wanted).length
  const failed = checks.filter(({result}) => result === 'failed').map(({name}) => `❌ ${name}`)
  const notReached = of('not reached')
  return [`${of('passed')} passed`, ...failed, ...(notReached === 0 ? [] : [`${notReached} not reached`])].join(', ')
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
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => withIds(markdownText(cell))))),
  ].join('\n')
}
