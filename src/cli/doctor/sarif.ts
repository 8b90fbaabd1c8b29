/** What was found as SARIF 2.1.0, for whoever shows it beside the code. */
import type {Finding, Place} from './finding.ts'
import {type Report, printPlace} from './report.ts'
import {policyFile} from './policy-file.ts'
import {type RuleId, type Severity, rules} from './rules.ts'

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {high: 'error', medium: 'warning', low: 'note'}
const ruleIds = Object.keys(rules) as readonly RuleId[]

export const sarifOf = ({findings, unknown, unseen}: Report): object => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: {driver: {name: 'countersign doctor', rules: ruleIds.map(describeRule)}},
      results: findings.map(printResult),
      invocations: [
        {
          executionSuccessful: unseen.length === 0,
          toolExecutionNotifications: [
            ...unseen.map(({what, why}) => ({
              level: 'error',
              message: {text: `${what} could not be looked at: ${why}`},
            })),
            ...unknown.map(({place, what}) => ({
              level: 'note',
              message: {text: what},
              locations: [locationOf(place)],
            })),
          ],
        },
      ],
    },
  ],
})

const describeRule = (id: RuleId): object => {
  const {severity, title, risk, fix} = rules[id]
  return {
    id,
    shortDescription: {text: title},
    fullDescription: {text: risk},
    help: {text: fix},
    defaultConfiguration: {level: levels[severity]},
  }
}

const printResult = ({rule, place, what, fix}: Finding): object => ({
  ruleId: rule,
  ruleIndex: ruleIds.indexOf(rule),
  level: levels[rules[rule].severity],
  message: {
    text: `${what} ${rules[rule].risk}\n\n${fix ?? rules[rule].fix}${'file' in place ? '' : `\n\n${printPlace(place)}`}`,
  },
  locations: [locationOf(place)],
})

/** A setting stands in no file, and viewers want one: the policy's, which it belongs beside. */
const locationOf = (place: Place): object => ({
  physicalLocation:
    'file' in place
      ? {artifactLocation: {uri: place.file}, region: {startLine: place.line, startColumn: place.column}}
      : {artifactLocation: {uri: policyFile}, region: {startLine: 1}},
})
