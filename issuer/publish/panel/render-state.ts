/** Where an environment stands, in one line; and what keeps a commit from being authorized there, whoever asks. */
import {type Origin, type Revocation, secondsTimeToMs} from '#protocol'
import type {LiveReceipt} from '../../model/state.ts'
import {contributorsOf, countPeopleMissing} from '../../policy/independence.ts'
import {clip, codeSpan} from '../markdown.ts'
import {listDenials} from '../render-denials.ts'
import {renderTime} from '../render-change.ts'
import type {Deployed, Expected, Stage, State, Waiting} from './panel.ts'

interface How {
  /** Where receipts are shown. */
  readonly issuer: Origin
  /** Whether nothing is awaited any more. */
  readonly isOver: boolean
}

/** An Expected says how many approvals are needed and what holds it up, a Stage of a closed pull request does not. */
export function renderStageLine(stage: Stage | Expected, how: How): string {
  const hold = 'needed' in stage ? findBlocker(stage) : undefined
  return `${marks[markOf(stage.state, hold)]} ${codeSpan(stage.environment)}: ${renderState(stage, {...how, hold})}`
}

/** Each one character, and never the only thing that says it. */
const marks = {
  needed: '🔒',
  waiting: '⏳',
  authorized: '✅',
  deployed: '🚀',
  failed: '❌',
  expired: '⌛',
  revoked: '🚫',
  denied: '⛔',
  barred: '🚧',
  nobody: '🚧',
  frozen: '🧊',
  checks: '⏳',
} as const

function markOf(state: State, hold: Blocker | undefined): keyof typeof marks {
  if (state.kind === 'needed') return hold?.kind ?? 'needed'
  if (state.kind !== 'authorized' && state.kind !== 'expired') return state.kind
  const outcome = state.deployed?.outcome
  if (outcome === undefined) return state.kind
  return outcome === 'success' ? 'deployed' : 'failed'
}

type Held = How & {readonly hold: Blocker | undefined}

function renderState(stage: Stage | Expected, how: Held): string {
  const {state} = stage
  const needed = 'needed' in stage ? stage.needed : undefined
  switch (state.kind) {
    case 'needed':
      return (
        how.hold?.words ??
        `**needs authorization**${needed === undefined || needed === 1 ? '' : ` by ${needed} people`}`
      )
    case 'waiting':
      return `${renderAwaited(stage, state)}, good until **${renderTime(state.until)}**${renderHold(how)}`
    case 'authorized':
    case 'expired':
      return `${renderUse(state)} · ${renderReceipt(state.receipt, how.issuer)}${state.kind === 'expired' ? renderHold(how) : ''}`
    case 'revoked':
      return `**revoked**${renderCause(state.revocation)}${renderHold(how)}`
    case 'denied':
      return `**denied**: ${listDenials(state.denials)}${how.isOver ? '' : ', which stands whatever is pushed'}`
  }
}

const renderHold = ({hold}: Held): string => (hold === undefined ? '' : `; ${hold.words}`)

function renderAwaited(stage: Stage | Expected, {speakers}: Waiting): string {
  const names = listNames(speakers.map(({login}) => login))
  if (!('needed' in stage)) return `**not enough approvals**: ${names}`
  const {change, needed, rules} = stage
  // Where the policy asks for fewer since, the next word is enough.
  const people = Math.max(1, countPeopleMissing({range: change.range, speakers, needed}, rules.independence))
  return `**waits for ${people} more ${people === 1 ? 'person' : 'people'}**, besides ${names}`
}

const causes: Readonly<Record<Revocation['cause'], string>> = {
  person: ' by',
  denied: ' by a denial of',
  closed: ', since the pull request was closed by',
  permission: ', since the permission was lost by',
}

const renderCause = ({cause, revokedBy, at}: Revocation): string =>
  `${causes[cause]} ${codeSpan(revokedBy.login)} at ${renderTime(secondsTimeToMs(at))}`

type Let = Extract<State, {readonly kind: 'authorized' | 'expired'}>

/** What became of it first, where a job told. */
function renderUse({kind, receipt, deployed}: Let): string {
  const until = renderTime(receipt.expiresAt)
  const by = codeSpan(receipt.authorizedBy)
  const outcome = deployed?.outcome
  if (deployed !== undefined && outcome !== undefined) {
    const ended = outcome === 'success' ? '**deployed**' : `**deployment ended in ${clip(outcome)}**`
    const told = `${ended}, as its job reported in ${renderRun(deployed.run)}`
    return `${told}; authorized by ${by} ${kind === 'expired' ? `until ${until}, which is over` : `until **${until}**`}`
  }
  const words =
    kind === 'expired'
      ? `**expired** at ${until}; ${by} had authorized it`
      : `**authorized** by ${by} until **${until}**`
  return `${words}${renderRunning(receipt, deployed)}`
}

function renderRunning({redeemed}: LiveReceipt, deployed: Deployed | undefined): string {
  if (deployed !== undefined) return `; a job began to deploy it in ${renderRun(deployed.run)}`
  return redeemed === undefined ? '' : `; used by ${renderRun(redeemed.run)}`
}

/** Made of the job's verified token; even so only what cannot leave its place becomes a link. */
const renderRun = ({id, url}: Deployed['run']): string =>
  /^https?:\/\/[A-Za-z0-9._:/-]+$/.test(url) ? `[run ${id}](${url})` : codeSpan(`run ${id}`)

/** Its page is public where its repository was. */
const renderReceipt = ({id, public: isPublic}: LiveReceipt, issuer: Origin): string =>
  isPublic ? `[receipt](${issuer}/r/${id})` : `receipt ${codeSpan(id)}`

/** In a few words, and whether it passes without a new commit. */
export interface Blocker {
  readonly kind: 'barred' | 'nobody' | 'frozen' | 'checks'
  /** Markdown; says the state first. */
  readonly words: string
}

/** These pass by themselves or by somebody's work elsewhere: the line is good as soon as they do. */
const passes = new Set(['checks-passed', 'not-frozen'])

/** The gravest. */
export function findBlocker(stage: Expected): Blocker | undefined {
  const {obstacles, frozen} = stage
  if (obstacles.some(({rule}) => !passes.has(rule))) return {kind: 'barred', words: '**cannot be authorized** as it is'}
  const missing = countMissing(stage)
  if (missing !== undefined) {
    const words =
      missing.may === 0 ? '**nobody may approve it**' : `**${missing.may} may approve it, of ${missing.of}**`
    return {kind: 'nobody', words}
  }
  if (frozen !== undefined) {
    return {kind: 'frozen', words: `**frozen** until **${renderTime(frozen.to)}** (${clip(frozen.reason)})`}
  }
  return obstacles.length === 0 ? undefined : {kind: 'checks', words: '**waits for checks**'}
}

/**
 * Where the policy names people alone, it can be counted whether they can be enough: those without a hand in it, or one
 * more of all. Undefined where they can, or where they cannot be counted: members of teams, and whoever has a permission.
 */
export function countMissing({
  rules,
  change,
  needed,
}: Expected): {readonly may: number; readonly of: number} | undefined {
  const {users, teams, independence} = rules
  if (users.length === 0 || teams.length > 0) return undefined
  const names = [...new Set(users.map((login) => login.toLowerCase()))]
  const hands = new Set(contributorsOf(change.range).map(({login}) => login.toLowerCase()))
  const others = names.filter((login) => !hands.has(login)).length
  if (others >= needed) return undefined
  const {may, of} = {
    usual: {may: names.length, of: needed + 1},
    strict: {may: others, of: needed},
    none: {may: names.length, of: needed},
  }[independence]
  return may >= of ? undefined : {may, of}
}

const shownNames = 10

export function listNames(names: readonly string[]): string {
  const more = names.length - shownNames
  return `${names.slice(0, shownNames).map(codeSpan).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
