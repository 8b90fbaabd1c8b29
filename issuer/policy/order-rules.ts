/** What was said before, and stands (formats §8, "Order and time"). A failure here is a decision: DENY. */
import {printSecondsTime} from '#protocol'
import {type Rule, fail, pass} from './rule.ts'
import type {Case, StandingDenial} from '../model/ruling.ts'

type OrderRule = Rule<Case>

const notVoid: OrderRule = {
  name: 'not-void',
  evaluate: ({isVoid}) =>
    isVoid
      ? fail('Somebody denied or revoked here after this was said. Look at why, then say it again.')
      : pass('Nothing was denied or revoked here after this was said.'),
}

/**
 * Whether the statement in hand lifts a denial: it names the full commit that is there now, and is by whoever denied, or
 * by an admin when that person may no longer approve.
 */
function lifts({request, standing, change}: Case, {by, mayStillApprove}: StandingDenial): boolean {
  if (request.sha === undefined || request.sha !== change.commit.sha) return false
  return standing.author.id === by.id || (standing.permission === 'admin' && !mayStillApprove)
}

/** Whoever denied has authorized what is there now, whatever else the rules say of it. Ids of accounts. */
export const liftedBy = (asked: Case): readonly number[] =>
  asked.denials.filter((denial) => lifts(asked, denial)).map(({by}) => by.id)

const notDenied: OrderRule = {
  name: 'not-denied',
  evaluate: (asked) => {
    const standing = asked.denials.filter((denial) => !lifts(asked, denial))
    if (standing.length === 0) {
      return pass(asked.denials.length === 0 ? 'No denial stands.' : 'Whoever denied it authorizes it now.')
    }
    const [first] = standing
    const names = standing.map(({by}) => by.login).join(', ')
    return fail(
      `${names} denied this pull request${first === undefined ? '' : ` at ${printSecondsTime(first.at)}`}, and that stands whatever is pushed until the same person authorizes a full commit (or, when that person may no longer approve, an admin).`,
    )
  },
}

export const orderRules: readonly OrderRule[] = [notVoid, notDenied]
