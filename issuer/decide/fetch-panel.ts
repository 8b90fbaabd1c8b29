/** Reads what a panel says: of GitHub afresh, and of each environment's state. */
import {type CommitSha, type Environment, parseEnvironment} from '#protocol'
import {fetchCurrentCandidate, fetchOver} from './fetch-change.ts'
import {readHappened} from './happened.ts'
import type {Candidate, ChangeFacts, PullPlace, PullRequestSource} from '../model/facts.ts'
import type {RecordReader, Scopes} from '../model/lookups.ts'
import {touchesPolicy} from '../github/pull-request.ts'
import {findEnvironment} from '../policy/built-in.ts'
import {choosePolicy} from '../policy/in-force.ts'
import {forecast} from '../policy/forecast.ts'
import type {PolicyInForce} from '../model/ruling.ts'
import {findElsewhere, shorten, standingDenials, workOf} from '../mint/meet.ts'
import type {LiveReceipt, ScopeState, Work} from '../model/state.ts'
import type {Store} from '../model/store.ts'
import type {FactTools, ServesOwner} from './tools.ts'
import type {Deployed, Expected, Panel, Stage, State, Subject, Unreadable, Waiting} from '../publish/panel/panel.ts'

export interface PanelReader extends Pick<FactTools, 'facts' | 'pushLog'> {
  readonly pullRequests: PullRequestSource
  readonly store: Store
  readonly scopes: Scopes
  readonly records: RecordReader
  readonly servesOwner: ServesOwner
  /** Milliseconds. */
  readonly now: () => number
}

/** A longer panel is read by nobody, and each environment may cost a request. */
const maxStages = 8

/** Undefined for a pull request that is not served. Throws GitHubUnavailable. */
export async function fetchPanel(announced: PullPlace, tools: PanelReader): Promise<Panel | 'gone' | undefined> {
  const found = await tools.pullRequests.fetchPullRequest(announced)
  if (found === 'gone') return 'gone'
  if (!tools.servesOwner(found.repository.owner)) return undefined
  const {pullRequest, repository} = found
  const place = {...announced, repository: {id: repository.id, name: repository.name}}
  const subject = await readSubject(place, {pullRequest, tools})
  return subject && {place, pullRequest, subject, proposed: await readProposed(place, {pullRequest, subject, tools})}
}

/** Not asked where the files, which are read already, say that there is none. */
async function readProposed(
  place: PullPlace,
  {pullRequest, subject, tools: {pullRequests}}: PanelContext & {readonly subject: Subject},
): Promise<Unreadable | undefined> {
  const files = subject.kind === 'change' ? subject.stages.map(({change}) => change) : []
  const isUntouched =
    files.some(({range, filesCut}) => range.base !== 'none' && !filesCut) &&
    !files.some((change) => change.files.some(touchesPolicy))
  if (pullRequest.state !== 'open' || isUntouched) return undefined
  const found = await pullRequests.fetchProposedPolicy(place)
  if (found === 'gone' || found === 'untouched') return undefined
  const {source} = choosePolicy(found)
  return source.kind === 'unreadable' ? source : undefined
}

interface PanelContext {
  readonly pullRequest: ChangeFacts['pullRequest']
  readonly tools: PanelReader
}

/** Anybody can open a pull request from a fork, so of those no more is read than that they are (threats A52). */
async function readSubject(place: PullPlace, {pullRequest, tools}: PanelContext): Promise<Subject | undefined> {
  if (pullRequest.head.repositoryId !== pullRequest.base.repositoryId) return {kind: 'fork'}
  if (pullRequest.state === 'closed') return {kind: 'closed', stages: await readLast(place, {pullRequest, tools})}
  const baseline = await tools.facts.fetchBaseline(place)
  if (baseline === 'gone') return undefined
  const inForce = choosePolicy(baseline.policy)
  const {source, policy} = inForce
  if (source.kind === 'unreadable') return {kind: 'unreadable', source}
  const candidate = await fetchCurrentCandidate(place, {baseline}, tools)
  if (candidate === 'gone') return undefined
  const names = environmentsOf(Object.keys(policy.environments))
  const expect = (environment: Environment) => readExpected({place, environment, candidate, inForce}, tools)
  const stages = await Promise.all(names.slice(0, maxStages).map(expect))
  return {kind: 'change', commit: candidate.commit.sha, source, stages, more: names.slice(maxStages)}
}

const environmentsOf = (names: readonly string[]): readonly Environment[] =>
  names.flatMap((name) => parseEnvironment(name) ?? [])

/** Of the environments that were ever decided about, those where the pull request left something. */
async function readLast(place: PullPlace, {pullRequest, tools}: PanelContext): Promise<readonly Stage[]> {
  const {number, head} = pullRequest
  const work = {pullRequest: number, brought: [], commits: [shorten(head.sha)], isUnreadable: false}
  const candidate = {work, sha: head.sha}
  const environments = await tools.scopes.environments(place.repository.id)
  const stages = await Promise.all(
    environments.map(async (environment) => {
      const {state} = await tools.store.read({repositoryId: place.repository.id, environment})
      return {environment, state: await readState(state, candidate, tools)}
    }),
  )
  return stages.filter(({state}) => state.kind !== 'needed').slice(0, maxStages)
}

interface Expecting {
  readonly place: PullPlace
  readonly environment: Environment
  readonly candidate: Candidate
  readonly inForce: PolicyInForce
}

async function readExpected(asked: Expecting, tools: PanelReader): Promise<Expected> {
  const {place, environment, candidate: found, inForce} = asked
  const rules = findEnvironment(inForce.policy, environment)
  if (rules === undefined) throw new TypeError('the environment was taken from this very policy')
  const {state} = await tools.store.read({repositoryId: place.repository.id, environment})
  const change = await fetchOver(place, {candidate: found, environment: rules, state}, tools)
  const candidate = {work: workOf(change), sha: change.commit.sha}
  return {
    environment,
    rules,
    change,
    state: await readState(state, candidate, tools),
    earlier: findEarlier(state, candidate, tools.now()),
    elsewhere: findElsewhere(state, candidate.work, tools.now()),
    ...forecast({request: {environment}, change, ...inForce, environment: rules}, tools.now()),
  }
}

async function readState(scope: ScopeState, candidate: Standpoint, tools: PanelReader): Promise<State> {
  const state = judgeState(scope, candidate, tools.now())
  if (state.kind !== 'authorized' && state.kind !== 'expired') return state
  const {executions} = readHappened(await tools.records.events(state.receipt.id))
  const last = executions.at(-1)
  return last === undefined ? state : {...state, deployed: describe(last)}
}

const describe = ({run, outcome, at}: Deployed): Deployed => ({run, outcome, at})

export interface Standpoint {
  readonly work: Work
  /** The commit that can be authorized. */
  readonly sha: CommitSha
}

/** What forbids comes first, then what lets out, then what is over. `now` in milliseconds. */
export function judgeState(state: ScopeState, {work, sha}: Standpoint, now: number): State {
  const denials = standingDenials(state, work)
  if (denials.length > 0) return {kind: 'denied', denials}
  const receipts = state.receipts.filter((one) => one.sha === sha)
  const alive = receipts.findLast(({expiresAt}) => now < expiresAt)
  if (alive !== undefined) return {kind: 'authorized', receipt: alive}
  const waiting = readWaiting(state, sha, now)
  if (waiting !== undefined) return waiting
  const ended = state.revoked.findLast((one) => one.sha === sha)
  if (ended !== undefined) return {kind: 'revoked', revocation: ended.revocation}
  const expired = receipts.at(-1)
  return expired === undefined ? {kind: 'needed'} : {kind: 'expired', receipt: expired}
}

/** People whose approval of this very commit waits for others. */
function readWaiting({waiting}: ScopeState, sha: string, now: number): Waiting | undefined {
  const words = waiting.filter((one) => one.sha === sha && now < one.until)
  if (words.length === 0) return undefined
  const theirs = words.filter(({deletedBy}) => deletedBy === undefined)
  return {
    kind: 'waiting',
    deleted: words.flatMap(({login, deletedBy: by}) => (by === undefined ? [] : [{login, by}])),
    speakers: [
      ...new Map(
        theirs.map(({statement: {comment}, login}) => [comment.authorId, {id: comment.authorId, login}]),
      ).values(),
    ],
    until: Math.min(...words.map(({until}) => until)),
  }
}

/** An earlier commit of the pull request whose receipt still lets it out. */
export const findEarlier = (state: ScopeState, {work, sha}: Standpoint, now: number): LiveReceipt | undefined =>
  state.receipts.findLast((one) => one.pullRequest === work.pullRequest && one.sha !== sha && now < one.expiresAt)
