/** How the demo speaks: steps, quotations and verdicts, in colour on a terminal (NO_COLOR and FORCE_COLOR are honoured). */

import {styleText} from 'node:util'

type Style = Parameters<typeof styleText>[0]

const paint = (style: Style, text: string): string => styleText(style, text, {stream: process.stdout})
const say = (text = ''): void => void process.stdout.write(`${text}\n`)

export function printTitle(title: string, about: string): void {
  say(`\n${paint(['bold', 'cyan'], title)}\n${paint('dim', about)}`)
}

export function printStep(number: number, title: string): void {
  say(`\n${paint(['bold', 'white'], `${number}. ${title}`)}`)
}

/** What somebody wrote, between bars; long lines are left as they are. */
export function printQuote(who: string, text: string): void {
  say(`   ${paint('magenta', who)}`)
  for (const line of text.trimEnd().split('\n')) say(`   ${paint('dim', '│')} ${line}`)
}

/** A receipt's JSON with its names dimmed, so that the values stand out. */
export function printReceipt(text: string): void {
  const lines = JSON.stringify(JSON.parse(text), null, 2).split('\n')
  for (const line of lines)
    say(
      `   ${paint('yellow', '│')} ${line.replace(/^(\s*)("[^"]+":)/, (_, space: string, name: string) => space + paint('dim', name))}`,
    )
}

/** One run of the gate: its exit code, what it said, and the output that counts. */
export function printGate(run: {
  readonly exitCode: number | null
  readonly authorized: string
  readonly code: string
  readonly message: string
}): void {
  const allowed = run.authorized === 'true'
  const mark = allowed ? paint(['bold', 'green'], '✔ allowed') : paint(['bold', 'red'], '✖ blocked')
  const facts = `exit code ${String(run.exitCode)}, authorized=${run.authorized}${run.code === '' ? '' : `, ${run.code}`}`
  say(`   ${mark}  ${paint('dim', facts)}`)
  for (const line of run.message.trimEnd().split('\n')) if (line !== '') say(`   ${paint('dim', '│')} ${line}`)
}

/** Whether a step came out as it must; the demo's exit code follows from it. */
export function printCheck(what: string, holds: boolean): void {
  say(`   ${holds ? paint('green', '✓') : paint(['bold', 'red'], '✗ not as it must be:')} ${what}`)
}

export function printNote(text: string): void {
  say(paint('dim', `   ${text}`))
}

export function printEnd(failed: number, seconds: string): void {
  say(
    failed === 0
      ? `\n${paint(['bold', 'green'], 'Every step came out as it must.')} ${paint('dim', `(${seconds} s)`)}`
      : `\n${paint(['bold', 'red'], `${failed} ${failed === 1 ? 'step' : 'steps'} did not come out as it must.`)}`,
  )
}
