/** What was said before, and stands (formats §8, "Order and time"). A failure here is a decision: DENY. */
import {printSecondsTime} from '#protocol'
import {approvalsAsked} from './condition-rules.ts'
import {type Speaker, handOf, speakersOf} from './independence.ts'
import {type Rule, fail, pass} from './rule.ts'
import type {RatedCase, StandingDenial} from '../model/ruling.ts'

type OrderRule = Rule<RatedCase>

const notVoid: OrderRule = {
  name: 'not-void',
  evaluate: ({isVoid}) =>
    isVoid
      ? fail(
          'After this was said, somebody denied or revoked what it would let out, the pull request was closed, or the comment was deleted. Look at why, then say it again.',
        )
      : pass('Nothing of it was denied, revoked, closed or deleted after this was said.'),
}

/** One more than the environment asks for otherwise. */
const liftersNeeded = (asked: RatedCase): number => approvalsAsked(asked).needed + 1

type Lifting = 'own' | 'for-another' | 'by-others'

/**
 * How the statement in hand lifts a denial: it names by its full SHA a commit that the denial forbids, in a later second,
 * and is by whoever denied; by an admin, when that person may no longer approve; or the last of one person more than
 * otherwise needed, none of them with a hand in what was denied, and one of them an admin.
 */
function liftingOf(asked: RatedCase, denial: StandingDenial): Lifting | undefined {
  const {standing} = asked
  if (!denial.isHeld || !namesCommit(asked) || standing.createdAt <= denial.at) return undefined
  if (standing.author.id === denial.by.id) return 'own'
  if (standing.permission === 'admin' && !denial.mayStillApprove) return 'for-another'
  const {people, hasAdmin} = liftersOf(asked, denial)
  return people.length >= liftersNeeded(asked) && hasAdmin ? 'by-others' : undefined
}

const namesCommit = ({request, change}: RatedCase): boolean =>
  request.sha !== undefined && request.sha === change.commit.sha

interface Lifters {
  readonly people: readonly Speaker[]
  readonly hasAdmin: boolean
}

/** Those who named the commit after the denial and had no hand in what was denied. */
function liftersOf({standing, approvals}: RatedCase, {at, parts}: StandingDenial): Lifters {
  const later = approvals.filter((one) => one.binding === 'commit' && one.at > at)
  const isFree = (speaker: Speaker): boolean => parts.every((part) => handOf(part, speaker) === undefined)
  const people = speakersOf({standing, approvals: later}).filter(isFree)
  const admins = [
    ...(standing.permission === 'admin' ? [standing.author.id] : []),
    ...later.filter(({isAdmin}) => isAdmin).map(({id}) => id),
  ]
  return {people, hasAdmin: people.some(({id}) => admins.includes(id))}
}

/** The denials that the statement lifts, whatever else the rules say of it. */
export const liftedBy = (asked: RatedCase): readonly StandingDenial[] =>
  asked.denials.filter((denial) => liftingOf(asked, denial) !== undefined)

const notDenied: OrderRule = {
  name: 'not-denied',
  evaluate: (asked) => {
    const {denials} = asked
    if (denials.length === 0) return pass('No denial meets what goes out.')
    const lifted = liftedBy(asked)
    const left = denials.filter((denial) => !lifted.includes(denial))
    if (left.length > 0) return fail(`${describe(left)}, and that would go out. ${describeWay(asked, left)}`)
    return lifted.some((denial) => liftingOf(asked, denial) === 'by-others')
      ? pass(
          `${describe(denials)}. One person more than otherwise needed, an admin among them, authorizes it all the same.`,
          'escalated',
        )
      : pass(
          `${describe(denials)}. Whoever denied it, or an admin for somebody who may no longer approve, authorizes it.`,
        )
  },
}

const describe = (denials: readonly StandingDenial[]): string =>
  denials.map(({by, at, pullRequest}) => `${by.login} denied #${pullRequest} at ${printSecondsTime(at)}`).join(', ')

/** Who can go on, and how far those are who have said so. */
function describeWay(asked: RatedCase, left: readonly StandingDenial[]): string {
  const needed = liftersNeeded(asked)
  const counts = namesCommit(asked) ? left.map((denial) => liftersOf(asked, denial)) : []
  const said = counts.length === 0 ? 0 : Math.min(...counts.map(({people}) => people.length))
  const far = said === 0 ? '' : ` (${said} of ${needed} have)`
  return `It stands until the same person authorizes the full commit (or, when that person may no longer approve, an admin), or until ${needed} people without a hand in it do, an admin among them${far}.`
}

export const orderRules: readonly OrderRule[] = [notVoid, notDenied]
