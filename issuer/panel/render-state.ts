/** Where an environment stands, in one line. */
import {type Origin, type Revocation, secondsTimeToMs} from '#protocol'
import {codeSpan} from '../publish/markdown.ts'
import {renderTime} from '../publish/render-change.ts'
import type {LiveReceipt} from '../store/store.ts'
import type {Deployed, Expected, Stage, State} from './panel.ts'

export interface How {
  /** Where receipts are shown. */
  readonly issuer: Origin
  /** Whether nothing is awaited any more. */
  readonly isOver: boolean
}

/** An Expected says how many approvals are needed, a Stage of a closed pull request does not. */
export const renderStageLine = (stage: Stage | Expected, how: How): string =>
  `${marks[markOf(stage.state)]} ${codeSpan(stage.environment)}: ${renderState(stage, how)}`

const marks = {
  needed: '🔒',
  waiting: '⏳',
  authorised: '✅',
  deployed: '🚀',
  expired: '⌛',
  revoked: '🚫',
  denied: '⛔',
} as const

function markOf(state: State): keyof typeof marks {
  if (state.kind === 'authorised' || state.kind === 'expired') {
    return state.deployed?.outcome === 'success' ? 'deployed' : state.kind
  }
  return state.kind
}

function renderState(stage: Stage | Expected, {issuer, isOver}: How): string {
  const {state} = stage
  const needed = 'needed' in stage ? stage.needed : undefined
  switch (state.kind) {
    case 'needed':
      return `**needs authorisation**${needed === undefined || needed === 1 ? '' : ` by ${needed} people`}`
    case 'waiting':
      return `**${state.approvals} of ${needed ?? 'the'} approvals**`
    case 'authorised':
      return `**authorised** by ${codeSpan(state.receipt.authorizedBy)} until **${renderTime(state.receipt.expiresAt)}**${renderUse(state, issuer)}`
    case 'expired':
      return `**expired** at ${renderTime(state.receipt.expiresAt)}; ${codeSpan(state.receipt.authorizedBy)} had authorised it${renderUse(state, issuer)}`
    case 'revoked':
      return `**revoked**${renderCause(state.revocation)}`
    case 'denied':
      return `**denied** by ${codeSpan(state.denial.by.login)} at ${renderTime(state.denial.at)}${isOver ? '' : ', which stands whatever is pushed'}`
  }
}

const causes: Readonly<Record<Revocation['cause'], string>> = {
  person: ' by',
  denied: ' by a denial of',
  closed: ', since the pull request was closed by',
  permission: ', since the permission was lost by',
}

const renderCause = ({cause, revokedBy, at}: Revocation): string =>
  `${causes[cause]} ${codeSpan(revokedBy.login)} at ${renderTime(secondsTimeToMs(at))}`

const renderUse = (
  {receipt, deployed}: {readonly receipt: LiveReceipt; readonly deployed?: Deployed | undefined},
  issuer: Origin,
): string => `${renderDeployed(receipt, deployed)} · ${renderReceipt(receipt, issuer)}`

function renderDeployed({redeemed}: LiveReceipt, deployed: Deployed | undefined): string {
  if (deployed !== undefined) {
    const run = renderRun(deployed.run)
    return deployed.outcome === undefined
      ? `; a job began to deploy it in ${run}`
      : `; its job reported **${deployed.outcome}** in ${run}`
  }
  return redeemed === undefined ? '' : `; used by ${renderRun(redeemed.run)}`
}

/** Made of the job's verified token; even so only what cannot leave its place becomes a link. */
const renderRun = ({id, url}: Deployed['run']): string =>
  /^https?:\/\/[A-Za-z0-9._:/-]+$/.test(url) ? `[run ${id}](${url})` : codeSpan(`run ${id}`)

/** Its page is public where its repository was. */
const renderReceipt = ({id, public: isPublic}: LiveReceipt, issuer: Origin): string =>
  isPublic ? `[receipt](${issuer}/r/${id})` : `receipt ${codeSpan(id)}`
