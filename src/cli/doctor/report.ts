/** What was found as text, and as one JSON object. Nothing is decided here. */
import type {Terminal} from '../terminal.ts'
import type {Examined, Finding, Place} from './finding.ts'
import {type Severity, rules, severities, severityOf} from './rules.ts'

export interface Report extends Examined {
  /** The repository or the folder. */
  readonly subject: string
}

/** The worst first, and each severity in the order of the files. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({rule}: Finding): number => severities.indexOf(severityOf(rule))
  const orderOf = ({place}: Finding): string =>
    'file' in place ? `${place.file}:${String(place.line).padStart(9)}` : '~'
  return findings.toSorted(
    (a, b) => rank(a) - rank(b) || (orderOf(a) < orderOf(b) ? -1 : orderOf(a) > orderOf(b) ? 1 : 0),
  )
}

export const printPlace = (place: Place): string =>
  'file' in place ? `${place.file}:${place.line}:${place.column}` : `${place.setting} (${place.url})`

export function tell({subject, findings, unknown, unseen}: Report, terminal: Terminal): void {
  for (const {rule, place, what, fix} of findings) {
    const {severity, risk, fix: usual} = rules[rule]
    terminal.print(`${severity.padEnd(6)} ${rule}  ${printPlace(place)}`, severityOf(rule) === 'low' ? 'faint' : 'bad')
    terminal.print(`  ${what}`)
    terminal.print(`  ${risk}`)
    for (const line of (fix ?? usual).split('\n')) terminal.print(`    ${line}`, 'faint')
    terminal.print('')
  }
  for (const {place, what} of unknown) terminal.print(`not judged  ${printPlace(place)}: ${what}`, 'faint')
  for (const {what, why} of unseen) terminal.complain(`not seen  ${what}: ${why}`, 'bad')
  const counts = severities.map((severity) => `${countOf(findings, severity)} ${severity}`).join(', ')
  const rest = unseen.length === 0 ? '' : ` ${unseen.length} things could not be looked at: this is not all.`
  terminal.print(`${subject}: ${counts}.${rest}`, findings.length + unseen.length === 0 ? 'good' : undefined)
}

const countOf = (findings: readonly Finding[], severity: Severity): number =>
  findings.filter(({rule}) => severityOf(rule) === severity).length

export const printable = ({subject, findings, unknown, unseen}: Report): object => ({
  type: 'countersign.doctor/v1',
  subject,
  complete: unseen.length === 0,
  findings: findings.map(({rule, place, what, fix}) => ({
    id: rule,
    severity: severityOf(rule),
    ...place,
    what,
    risk: rules[rule].risk,
    fix: fix ?? rules[rule].fix,
  })),
  unknown: unknown.map(({place, what}) => ({...place, what})),
  unseen,
})
