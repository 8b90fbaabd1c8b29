/** What a badge says of an environment: the newest authorization that is in force, or why there is none. */
import {
  type CommitSha,
  type Environment,
  type Login,
  type Receipt,
  type RepositoryId,
  type RepositoryName,
  parseEnvironment,
  parseRepositoryName,
  secondsTimeToMs,
} from '#protocol'
import {type Viewer, sees} from '../../model/viewer.ts'
import {type ShownState, judgeState, readHappened} from '../receipt/proof.ts'
import {stands} from '../../mint/meet.ts'
import type {BadgeTools} from '../tools.ts'

export type BadgeStatus =
  | {readonly kind: 'authorized'; readonly by: Login; readonly sha: CommitSha}
  | {readonly kind: 'pending' | 'denied' | 'expired' | 'revoked' | 'emergency' | 'unknown'}

interface BadgeQuestion {
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly viewer: Viewer
}

/** Whatever goes wrong, the answer is `unknown`. */
export async function findStatus(
  request: Request,
  asked: {readonly repository: string; readonly environment: string},
  tools: BadgeTools,
): Promise<BadgeStatus> {
  const [repository, environment] = [parseRepositoryName(asked.repository), parseEnvironment(asked.environment)]
  if (repository === undefined || environment === undefined) return {kind: 'unknown'}
  try {
    // Who asks is known before anything is looked up by name.
    const viewer = await tools.readCaller(request)
    return await readBadgeStatus({repository, environment, viewer}, tools)
  } catch (fault) {
    tools.reportFault(fault)
    return {kind: 'unknown'}
  }
}

/**
 * Nothing that this caller may read is `unknown`, as is a receipt that does not verify. Of what is not in sight the same is
 * looked for as of what is not there, and GitHub is asked about the name last, of what is shown: how long an answer takes tells
 * nobody of a private repository (threats A70).
 */
async function readBadgeStatus({repository, ...asked}: BadgeQuestion, tools: BadgeTools): Promise<BadgeStatus> {
  const id = await tools.records.repositoryInSight(repository, asked.viewer)
  const status = await readStatus({id, ...asked}, tools)
  if (status.kind === 'unknown') return status
  return (await tools.bearsName({id, name: repository})) ? status : {kind: 'unknown'}
}

type Identified = Omit<BadgeQuestion, 'repository'> & {readonly id: RepositoryId}

async function readStatus({id, environment, viewer}: Identified, tools: BadgeTools): Promise<BadgeStatus> {
  const found = await tools.store.find({by: 'scope', repository: id, environment, viewer})
  const receipts = found.map((one) => one.receipt)
  const now = tools.now()
  for (const receipt of receipts) {
    const isOver = !(now < secondsTimeToMs(receipt.expiresAt))
    if (isOver) continue
    const state = await readState(receipt, tools)
    if (isBroken(state)) return {kind: 'unknown'}
    if (state === 'active' || state === 'redeemed') return sayInForce(receipt)
  }
  const [newest] = receipts
  const since = newest === undefined ? -Infinity : secondsTimeToMs(newest.issuedAt)
  const awaited = await readAwaited({id, environment, viewer, since}, tools)
  return awaited ?? (newest === undefined ? {kind: 'unknown'} : await sayEnded(newest, tools))
}

const isBroken = (state: ShownState): boolean => state === 'damaged' || state === 'key_revoked'

const readState = async (receipt: Receipt, tools: BadgeTools): Promise<ShownState> =>
  judgeState(receipt, {happened: await readHappened(receipt, tools), keys: tools.keys, now: tools.now()})

const sayInForce = ({flags, authorizedBy, scope}: Receipt): BadgeStatus =>
  flags.includes('emergency') ? {kind: 'emergency'} : {kind: 'authorized', by: authorizedBy, sha: scope.sha}

/** What was said since: a denial that stands, or an approval that waits for more; as far as this caller may know of it. */
async function readAwaited(
  {id: repositoryId, environment, viewer, since}: Identified & {readonly since: number},
  {store, now}: BadgeTools,
): Promise<BadgeStatus | undefined> {
  const {state} = await store.read({repositoryId, environment})
  const isShown = (one: {readonly public: boolean}): boolean => sees(viewer, {repositoryId, public: one.public})
  if (state.denials.some((one) => isShown(one) && one.at >= since && stands(state, one))) return {kind: 'denied'}
  const isWaiting = state.waiting.some((one) => isShown(one) && now() < one.until)
  return isWaiting ? {kind: 'pending'} : undefined
}

async function sayEnded(newest: Receipt, tools: BadgeTools): Promise<BadgeStatus> {
  const state = await readState(newest, tools)
  return {kind: isBroken(state) ? 'unknown' : state === 'revoked' ? 'revoked' : 'expired'}
}
