/** What a change may expect before anybody has spoken: its risk, the approvals that it needs, and what stands in its way. */
import {digestOf} from '#protocol'
import type {StandingFacts} from '../model/facts.ts'
import {approvalsAsked, findFreeze, rulesOfPeople} from './condition-rules.ts'
import {evaluate, standingRules} from './rules.ts'
import type {Case, FreezeWindow, Risk, RuleOutcome} from '../model/ruling.ts'

export interface Forecast {
  readonly risk: Risk
  /** How many people must approve. */
  readonly needed: number
  /** The rules that would refuse it to everybody. */
  readonly obstacles: readonly RuleOutcome[]
  /** In which nothing is authorized now. */
  readonly frozen?: FreezeWindow | undefined
}

export type Unsaid = Pick<Case, 'request' | 'change' | 'policy' | 'source' | 'environment'>

/** The very rules of a statement, asked for somebody in whom nothing is wrong. `now` in milliseconds. */
export function forecast(asked: Unsaid, now: number): Forecast {
  const request = {...asked.request, sha: asked.change.commit.sha}
  const said = {standing: anybody(now), approvals: [], denials: [], isVoid: false, clockAhead: 0}
  const {risk, outcomes} = evaluate({...asked, ...said, request})
  const obstacles = outcomes.filter(({rule, outcome}) => outcome === 'fail' && !forSome.has(rule))
  const frozen = findFreeze(asked.environment.freeze, now)
  return {risk, needed: approvalsAsked({...asked, risk}).needed, obstacles, frozen}
}

/** What refuses some and not others. */
const forSome: ReadonlySet<string> = new Set([...standingRules, ...rulesOfPeople].map(({name}) => name))

const anybody = (now: number): StandingFacts => ({
  readAt: now,
  createdAt: now,
  author: {id: -1, login: 'nobody', type: 'User'},
  viaApp: false,
  viaEmail: false,
  edited: false,
  asAnnounced: true,
  bodyDigest: digestOf(''),
  permission: 'admin',
  role: 'admin',
  teams: [],
})
