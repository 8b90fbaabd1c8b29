/** Evaluates a policy's named rules: all of them, every time, and keeps every outcome. */
import type {Flag} from '#protocol'
import {sealPolicy} from './built-in.ts'
import {changeRules} from './change-rules.ts'
import type {Judgement, Rule} from './rule.ts'
import type {Allowed, Case, Denied, RuleOutcome, Ruling, StandingCase} from './ruling.ts'
import {standingRules} from './standing-rules.ts'

export {changeRules, standingRules}

export interface StandingRuling {
  readonly kind: 'standing' | 'no-standing'
  readonly outcomes: readonly RuleOutcome[]
}

/** Whether whoever commented may approve there at all. Asked before anything dearer is read. */
export function evaluateStanding(asked: StandingCase): StandingRuling {
  const judged = standingRules.map((rule) => judge(rule, asked))
  return {kind: judged.every(hasPassed) ? 'standing' : 'no-standing', outcomes: judged.map(outcomeOf)}
}

/** The ruling on a statement. Standing is judged again with the rest, so that no allow can come without it. */
export function evaluate(asked: Case): Ruling {
  const judged = [...standingRules.map((rule) => judge(rule, asked)), ...changeRules.map((rule) => judge(rule, asked))]
  const outcomes = judged.map(outcomeOf)
  const policy = sealPolicy(asked.policy).digest
  if (!judged.every(hasPassed)) return {kind: 'deny', outcomes, policy}
  return {kind: 'allow', outcomes, policy, flags: flagsOf(judged)}
}

/** An ALLOW that no receipt can be made for is a DENY. `problem` completes "no receipt can be made: …". */
export function overrule({outcomes, policy}: Allowed, problem: string): Denied {
  const why = `No receipt can be made: ${problem}. Ask somebody else who may approve, or the issuer's operator.`
  return {kind: 'deny', outcomes: [...outcomes, {rule: 'receipt-mintable', outcome: 'fail', why}], policy}
}

type Judged = Judgement & {readonly rule: string}

const judge = <Facts>(rule: Rule<Facts>, facts: Facts): Judged => ({rule: rule.name, ...rule.evaluate(facts)})
const hasPassed = ({outcome}: Judged): boolean => outcome === 'pass'
const outcomeOf = ({rule, outcome, why}: Judged): RuleOutcome => ({rule, outcome, why})

function flagsOf(judged: readonly Judged[]): readonly Flag[] {
  const flags = judged.flatMap((one) => (one.outcome === 'pass' && one.flag !== undefined ? [one.flag] : []))
  return [...new Set(flags)].sort()
}
