/** What the environment's policy asks besides who and what: approvals, checks, times, risk. A failure is a DENY. */
import {printSecondsTime} from '#protocol'
import type {CheckRunFacts} from '../model/facts.ts'
import {countPeopleMissing, seenByOthers, speakersOf} from './independence.ts'
import {type Rule, fail, pass} from './rule.ts'
import {type FreezeWindow, type RatedCase, type RequiredCheck, clockTolerance} from '../model/ruling.ts'

type ConditionRule = Rule<RatedCase>

/** How many people must approve at this risk, and how many more that is than otherwise. */
export function approvalsAsked({
  environment: {approvals, risk: limits},
  risk,
}: Pick<RatedCase, 'environment' | 'risk'>): {readonly needed: number; readonly extra: number} {
  const extra = limits?.escalateAt !== undefined && risk.score >= limits.escalateAt ? limits.extraApprovals : 0
  return {needed: approvals + extra, extra}
}

const countPeople = (asked: RatedCase): number => speakersOf(asked).length

/** How many more people can make it an ALLOW. */
export const missingPeople = (asked: RatedCase): number =>
  countPeopleMissing(
    {range: asked.change.range, speakers: speakersOf(asked), needed: approvalsAsked(asked).needed},
    asked.environment.independence,
  )

const enoughApprovals: ConditionRule = {
  name: 'enough-approvals',
  evaluate: (asked) => {
    const {needed, extra} = approvalsAsked(asked)
    const people = countPeople(asked)
    const because = extra > 0 ? ` (${extra} of them for a risk of ${asked.risk.score})` : ''
    const found = `${countOf(needed, 'approval is', 'approvals are')} needed${because}, and ${countOf(people, 'person has', 'people have')} approved.`
    return people >= needed
      ? pass(found, extra > 0 ? 'escalated' : undefined)
      : fail(`${found} Ask somebody else who may approve.`)
  },
}

const countOf = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

const checksPassed: ConditionRule = {
  name: 'checks-passed',
  evaluate: ({environment: {checks}, change}) => {
    if (checks.length === 0) return pass('The policy asks for no checks.')
    if (change.checksCut)
      return fail('The commit has more check runs than can be read, so one of them may have failed.')
    const problems = checks.flatMap((check) => findProblem(check, change.checks) ?? [])
    return problems.length === 0
      ? pass(`Every run of ${checks.map(printCheck).join(', ')} completed with success.`)
      : fail(
          `The policy asks for checks that have not all passed: ${problems.join('; ')}. Say it again when they have.`,
        )
  },
}

/** Every run counts, not the latest alone: whoever starts workflows can post a second run of a name (threats A46). */
function findProblem(check: RequiredCheck, runs: readonly CheckRunFacts[]): string | undefined {
  const own = runs.filter(({name, app}) => name === check.name && (check.app === undefined || app === check.app))
  if (own.length === 0) return `${printCheck(check)} has no run on this commit`
  const bad = own.find(({status, conclusion}) => !(status === 'completed' && conclusion === 'success'))
  return bad === undefined ? undefined : `a run of ${printCheck(check)} is ${bad.conclusion ?? bad.status}`
}

const printCheck = ({name, app}: RequiredCheck): string => (app === undefined ? name : `${name}@${app}`)

/** Milliseconds: what would be authorized for less than that could not be deployed before the freeze. */
export const freezeLead = 60_000

/** Positive comparisons: at a time that is none everything is frozen. */
export const findFreeze = (freeze: readonly FreezeWindow[], now: number): FreezeWindow | undefined =>
  freeze.find(({from, to}) => !(now < from - freezeLead || now >= to))

const notFrozen: ConditionRule = {
  name: 'not-frozen',
  // GitHub's clock at the reading of the comment.
  evaluate: ({environment: {freeze}, standing: {readAt: now}}) => {
    const window = findFreeze(freeze, now)
    return window === undefined
      ? pass('The policy freezes nothing now.')
      : fail(
          `The policy authorizes nothing from ${printSecondsTime(window.from)} to ${printSecondsTime(window.to)} (${window.reason}). Ask again after that.`,
        )
  },
}

const riskAcceptable: ConditionRule = {
  name: 'risk-acceptable',
  evaluate: ({environment: {risk: limits}, risk: {score, factors}}) => {
    if (limits?.denyAt === undefined || score < limits.denyAt) return pass(`The risk is ${score}.`)
    const causes = factors.filter(({value}) => value > 0).map(({name}) => name)
    return fail(
      `The risk is ${score} (${causes.join(', ')}), and from ${limits.denyAt} on the policy authorizes nothing. Make a smaller change of it.`,
    )
  },
}

/** What more people can overcome: failing alone, these make the ruling an escalation. */
export const rulesOfPeople: readonly ConditionRule[] = [
  enoughApprovals,
  seenByOthers((asked) => approvalsAsked(asked).needed),
]

const clockRight: ConditionRule = {
  name: 'clock-right',
  // A positive comparison: what cannot be told is not right.
  evaluate: ({clockAhead}) =>
    Math.abs(clockAhead) <= clockTolerance
      ? pass("The issuer's clock and GitHub's agree.")
      : fail(
          `The issuer's clock is ${describeClock(clockAhead)}, so nothing is authorized until its operator has set it right. Denials and revocations count as ever.`,
        ),
}

const describeClock = (ahead: number): string =>
  Number.isNaN(ahead)
    ? 'moving while it decides'
    : `${Math.round(Math.abs(ahead) / 1000)} seconds ${ahead > 0 ? 'ahead of' : 'behind'} GitHub's`

export const conditionRules: readonly ConditionRule[] = [
  ...rulesOfPeople,
  checksPassed,
  notFrozen,
  riskAcceptable,
  clockRight,
]
