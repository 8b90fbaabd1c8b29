/** The outcome -> outputs, one annotation, the job summary and the exit code. */
import {oneLine} from './escape.ts'
import type {GateOutcome} from '../gate/ports.ts'
import {type GateResult, checkoutLines, describeRevocation, resultOf} from './result.ts'
import {renderSummary} from './summary.ts'

/** The outputs of action.yml. `authorized` is written last: what can still fail has not failed by then. */
export const outputNames = [
  'sha',
  'receipt-id',
  'authorized-by',
  'issued-at',
  'expires-at',
  'reason-code',
  'receipt',
  'result',
  'authorized',
] as const
export type OutputName = (typeof outputNames)[number]

/** What a runner takes from a step. Promise: `record` and `summarize` throw when the runner will not see it. */
export interface Runner {
  readonly say: (kind: 'error' | 'warning' | 'info', text: string, title: string) => void
  readonly record: (name: OutputName, value: string) => void
  readonly summarize: (markdown: string) => void
  /** Where people see repositories, such as https://github.com; absent, nothing leads there. */
  readonly web?: string | undefined
}

export type ExitCode = 0 | 1

export function publishReport(outcome: GateOutcome, runner: Runner): ExitCode {
  const result = resultOf(outcome)
  return result.authorized ? publishAllow(result, runner) : publishRefusal(result, runner)
}

/** Throws when an output cannot be recorded: a step that read `authorized` and `sha` afterwards would read nothing. */
function publishAllow(result: GateResult, runner: Runner): ExitCode {
  // First of all: nothing may have said yes when this throws.
  recordOutputs(result, runner)
  for (const warning of result.warnings) runner.say('warning', oneLine(warning), 'Countersign')
  if (attempt(() => runner.summarize(renderSummary(result, runner.web))) === 'failed') {
    runner.say('warning', 'The job summary could not be written.', 'Countersign')
  }
  const standing = result.revocation === 'issuer' ? '' : `\n${describeRevocation(result)}`
  const held = result.checkpoint?.verified === true ? `\nHeld by this run:\n${eachLine(result.checkpoint.note)}` : ''
  runner.say('info', `${oneLine(result.what)}${standing}${held}${checkoutHint(result)}`, 'Authorized')
  return 0
}

/** A line of a note must not speak to the runner either. */
const eachLine = (note: string): string => note.split('\n').map(oneLine).join('\n')

/** Nothing that fails here makes the refusal less of one. */
function publishRefusal(result: GateResult, runner: Runner): ExitCode {
  runner.say('error', renderAnnotation(result), `Deployment refused: ${result.code ?? ''}`)
  for (const warning of result.warnings) runner.say('info', oneLine(warning), 'Countersign')
  const summary = attempt(() => runner.summarize(renderSummary(result)))
  const outputs = attempt(() => recordOutputs(result, runner))
  if (summary === 'failed' || outputs === 'failed') {
    runner.say('info', 'The job summary or the outputs could not be written.', 'Countersign')
  }
  return 1
}

function attempt(write: () => void): 'done' | 'failed' {
  try {
    write()
    return 'done'
  } catch {
    return 'failed'
  }
}

function recordOutputs(result: GateResult, runner: Runner): void {
  const values = outputsOf(result)
  for (const name of outputNames) runner.record(name, values[name])
}

/** After a refusal only the reason is there: an empty `sha` cannot be deployed by mistake. */
function outputsOf(result: GateResult): Readonly<Record<OutputName, string>> {
  const receipt = result.authorized ? result.receipt : null
  // With `match: tree` the receipt names another commit of the same content: this job deploys its own.
  const sha = result.authorized ? result.asked?.sha : undefined
  return {
    authorized: result.authorized ? 'true' : 'false',
    sha: sha ?? '',
    'receipt-id': receipt?.id ?? '',
    'authorized-by': receipt?.authorizedBy ?? '',
    'issued-at': receipt?.issuedAt ?? '',
    'expires-at': receipt?.expiresAt ?? '',
    'reason-code': result.code ?? '',
    receipt: receipt === null ? '' : JSON.stringify(receipt),
    result: JSON.stringify(result),
  }
}

/** What happened, what to do, and the comment to post where the fix has not said it already. */
function renderAnnotation({what, fix, comment}: GateResult): string {
  const lines = [oneLine(what), oneLine(fix ?? '')]
  if (comment !== null && fix?.includes(comment.text) !== true) {
    const where =
      comment.pullRequest === null ? 'the pull request of this commit' : `pull request #${comment.pullRequest}`
    lines.push(`The comment to post on ${where}: ${comment.text}`)
  }
  return lines.join('\n')
}

const checkoutHint = ({checks, warnings}: GateResult): string =>
  warnings.length > 0 && checks.some(({name, result}) => name === 'checkout' && result === 'not asked')
    ? `\n${checkoutLines}`
    : ''
