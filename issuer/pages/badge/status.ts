/** What a badge says of an environment: the newest authorization that is in force, or why there is none. */
import {
  type CommitSha,
  type Environment,
  type Login,
  type Receipt,
  type RepositoryId,
  type RepositoryName,
  secondsTimeToMs,
} from '#protocol'
import {type Viewer, sees} from '../../model/viewer.ts'
import {judgeState, readHappened} from '../receipt/proof.ts'
import type {BadgeTools} from '../tools.ts'

export type BadgeStatus =
  | {readonly kind: 'authorized'; readonly by: Login; readonly sha: CommitSha}
  | {readonly kind: 'pending' | 'denied' | 'expired' | 'revoked' | 'emergency' | 'unknown'}

interface BadgeQuestion {
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly viewer: Viewer
}

/**
 * Nothing that this caller may read is `unknown`, as is a receipt that does not verify. GitHub is asked about the name last,
 * of what is shown: how long an answer takes tells nobody of a private repository.
 */
export async function readBadgeStatus({repository, ...asked}: BadgeQuestion, tools: BadgeTools): Promise<BadgeStatus> {
  const id = await tools.records.repositoryNamed(repository)
  const status: BadgeStatus = id === undefined ? {kind: 'unknown'} : await readStatus({id, ...asked}, tools)
  if (id === undefined || status.kind === 'unknown') return status
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
    if (state === 'damaged' || state === 'key_revoked') return {kind: 'unknown'}
    if (state === 'active' || state === 'redeemed') return sayInForce(receipt)
  }
  const [newest] = receipts
  const since = newest === undefined ? -Infinity : secondsTimeToMs(newest.issuedAt)
  const awaited = await readAwaited({id, environment, viewer, since}, tools)
  return awaited ?? (newest === undefined ? {kind: 'unknown'} : await sayEnded(newest, tools))
}

const readState = async (receipt: Receipt, tools: BadgeTools): Promise<ReturnType<typeof judgeState>> =>
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
  if (state.denials.some((one) => isShown(one) && one.at >= since)) return {kind: 'denied'}
  const isWaiting = state.waiting.some((one) => isShown(one) && now() < one.until)
  return isWaiting ? {kind: 'pending'} : undefined
}

async function sayEnded(newest: Receipt, tools: BadgeTools): Promise<BadgeStatus> {
  switch (await readState(newest, tools)) {
    case 'revoked':
      return {kind: 'revoked'}
    case 'damaged':
    case 'key_revoked':
      return {kind: 'unknown'}
    default:
      return {kind: 'expired'}
  }
}
