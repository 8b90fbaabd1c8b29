/** The one table of what `countersign doctor` looks for. The ids are API, the sentences are not; docs/doctor.md is made of it. */
import {type Rule, type Severity, severities} from './rules/rule.ts'
import {settingRules} from './rules/setting-rules.ts'
import {workflowRules} from './rules/workflow-rules.ts'

export {type Rule, type Severity, severities} from './rules/rule.ts'

export type RuleId = keyof typeof workflowRules | keyof typeof settingRules

/** In the order of docs/doctor.md. */
export const rules: Readonly<Record<RuleId, Rule>> = {...workflowRules, ...settingRules}

export const severityOf = (rule: RuleId): Severity => rules[rule].severity

/** Whether a finding counts where everything from `least` on counts. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(least)
