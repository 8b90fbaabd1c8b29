/** Evaluates a policy's named rules: all of them, every time, and keeps every outcome. */
import type {Flag} from '#protocol'
import type {StandingFacts} from '../model/facts.ts'
import {builtInPolicy, environmentDefaults, sealPolicy} from './built-in.ts'
import {changeRules as rulesOfTheChange} from './change-rules.ts'
import {approvalsAsked, conditionRules, missingPeople, rulesOfPeople} from './condition-rules.ts'
import {agentOf} from './accounts.ts'
import {chooseSufficient, mostCollected} from './independence.ts'
import {liftedBy, orderRules} from './order-rules.ts'
import {scoreRisk} from './risk.ts'
import type {Judgement, Rule} from './rule.ts'
import type {
  Allowed,
  Case,
  CollectedApproval,
  Denied,
  EnvironmentPolicy,
  Intent,
  RatedCase,
  RuleOutcome,
  Ruling,
  StandingCase,
} from '../model/ruling.ts'
import {standingRules} from './standing-rules.ts'

export const changeRules: readonly Rule<RatedCase>[] = [...rulesOfTheChange, ...orderRules, ...conditionRules]
export {standingRules}

export interface StandingRuling {
  readonly kind: 'standing' | 'no-standing'
  readonly outcomes: readonly RuleOutcome[]
}

/** Whether whoever commented may approve there at all. Asked before anything dearer is read. */
export function evaluateStanding(asked: StandingCase): StandingRuling {
  const judged = standingRules.map((rule) => judge(rule, asked))
  return {kind: judged.every(hasPassed) ? 'standing' : 'no-standing', outcomes: judged.map(outcomeOf)}
}

/**
 * What every policy asks of whoever approves: who fails here has no standing anywhere, whatever the repository's file
 * says. Judged before that file is read, so that a stranger costs no more than three requests (threats A52).
 */
export const evaluateFloor = (standing: StandingFacts): StandingRuling =>
  evaluateStanding({standing, policy: builtInPolicy, environment: environmentDefaults})

/** The ruling on a statement. Standing is judged again with the rest, so that no allow can come without it. */
export function evaluate(asked: Case): Ruling {
  const rated: RatedCase = {...asked, risk: scoreRisk(asked)}
  const judged = [...standingRules.map((rule) => judge(rule, rated)), ...changeRules.map((rule) => judge(rule, rated))]
  const ruled = {outcomes: judged.map(outcomeOf), ...describeCase(asked), risk: rated.risk}
  const failed = judged.filter((one) => !hasPassed(one))
  if (failed.length === 0) return {kind: 'allow', ...ruled, flags: flagsOf(judged, asked.environment)}
  if (failed.every(({rule}) => isOfPeople(rule))) {
    return {kind: 'escalate', ...ruled, missing: missingPeople(rated)}
  }
  return {kind: 'deny', ...ruled}
}

/** Of what others said of the same commit, the fewest words that suffice beside the one in hand; all, where none do. */
export function chooseApprovals(alone: Case, found: readonly CollectedApproval[]): readonly CollectedApproval[] {
  const rated: RatedCase = {...alone, risk: scoreRisk(alone)}
  const chosen = chooseSufficient(rated, {found, needed: approvalsAsked(rated).needed})
  const all = found.slice(0, mostCollected)
  // A denial may take more of them.
  const [most, few] = [all, chosen].map((approvals) => liftedBy({...rated, approvals}).length)
  return most === few ? chosen : all
}

/** The comments of the denials that the statement lifts. */
export const findLifted = (asked: Case): readonly number[] =>
  liftedBy({...asked, risk: scoreRisk(asked)}).map(({commentId}) => commentId)

/** Whether nothing but denials, and people who are missing, stand in its way: then it waits for others. */
export const waitsForOthers = ({outcomes}: Ruling): boolean =>
  outcomes.every(({rule, outcome}) => outcome === 'pass' || rule === 'not-denied' || isOfPeople(rule))

const isOfPeople = (rule: string): boolean => rulesOfPeople.some(({name}) => name === rule)

/** A person's no: standing is judged and recorded with it, and nothing else has a say. `why` is one sentence. */
export function denyBy(asked: Case, why: string): Denied {
  const risk = scoreRisk(asked)
  const judged = standingRules.map((rule) => judge(rule, asked))
  const withdrawn: RuleOutcome = {rule: 'not-withdrawn', outcome: 'fail', why}
  return {kind: 'deny', outcomes: [...judged.map(outcomeOf), withdrawn], ...describeCase(asked), risk}
}

/** What is the same however it is ruled. */
const describeCase = (asked: Case): Pick<Ruling, 'intent' | 'agent' | 'policy'> => ({
  intent: classifyIntent(asked),
  agent: agentOf(asked),
  policy: sealPolicy(asked.policy).digest,
})

export function classifyIntent({request: {environment}, change}: Pick<Case, 'request' | 'change'>): Intent {
  const {repository, commit, pullRequest, range} = change
  return {
    domain: 'software-delivery',
    category: 'deploy',
    action: `deploy:${environment}`,
    summary: `Deploy ${commit.sha} of ${repository.name} (pull request ${pullRequest.number}) to ${environment}`,
    scope: {
      repository: repository.name,
      repositoryId: repository.id,
      sha: commit.sha,
      tree: commit.tree,
      environment,
      pullRequest: pullRequest.number,
      ...(range.since !== undefined && {since: range.since}),
    },
  }
}

/** An ALLOW that no receipt can be made for is a DENY. `problem` completes "no receipt can be made: …". */
export function overrule({kind: _kind, flags: _flags, outcomes, ...ruled}: Allowed, problem: string): Denied {
  const why = `No receipt can be made: ${problem}. Ask somebody else who may approve, or the issuer's operator.`
  return {kind: 'deny', ...ruled, outcomes: [...outcomes, {rule: 'receipt-mintable', outcome: 'fail', why}]}
}

type Judged = Judgement & {readonly rule: string}

const judge = <Facts>(rule: Rule<Facts>, facts: Facts): Judged => ({rule: rule.name, ...rule.evaluate(facts)})
const hasPassed = ({outcome}: Judged): boolean => outcome === 'pass'
const outcomeOf = ({rule, outcome, why}: Judged): RuleOutcome => ({rule, outcome, why})

function flagsOf(judged: readonly Judged[], {singleUse, fresh}: EnvironmentPolicy): readonly Flag[] {
  const earned = judged.flatMap((one) => (one.outcome === 'pass' && one.flag !== undefined ? [one.flag] : []))
  const asked: readonly Flag[] = [...(singleUse ? ['once' as const] : []), ...(fresh ? ['fresh' as const] : [])]
  return [...new Set([...earned, ...asked])].sort()
}
