/** What a badge says of an environment: the newest authorisation that is in force, or why there is none. */
import {
  type CommitSha,
  type Environment,
  type Login,
  type PinnedKeys,
  type Receipt,
  type RepositoryId,
  type RepositoryName,
  secondsTimeToMs,
} from '#protocol'
import {type MayRead} from '../pages/caller.ts'
import {judgeState, readHappened, belongingOf} from '../pages/receipt/proof.ts'
import type {BearsName} from '../receipts/present-names.ts'
import type {RecordReader, ScopeState, Store} from '../store/store.ts'

export type BadgeStatus =
  | {readonly kind: 'authorized'; readonly by: Login; readonly sha: CommitSha}
  | {readonly kind: 'pending' | 'denied' | 'expired' | 'revoked' | 'emergency' | 'unknown'}

export interface StatusTools {
  readonly store: Pick<Store, 'find' | 'read'>
  readonly records: RecordReader
  readonly bearsName: BearsName
  /** What this issuer's receipts are verified with. */
  readonly keys: PinnedKeys
  /** Milliseconds. */
  readonly now: () => number
}

export interface BadgeQuestion {
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly mayRead: MayRead
}

/**
 * Nothing that this caller may read is `unknown`, as is a receipt that does not verify. GitHub is asked about the name last,
 * of what is shown: how long an answer takes tells nobody of a private repository.
 */
export async function readBadgeStatus({repository, ...asked}: BadgeQuestion, tools: StatusTools): Promise<BadgeStatus> {
  const id = await tools.records.repositoryNamed(repository)
  const status: BadgeStatus = id === undefined ? {kind: 'unknown'} : await readStatus({id, ...asked}, tools)
  if (id === undefined || status.kind === 'unknown') return status
  return (await tools.bearsName({id, name: repository})) ? status : {kind: 'unknown'}
}

type Identified = Omit<BadgeQuestion, 'repository'> & {readonly id: RepositoryId}

async function readStatus({id, environment, mayRead}: Identified, tools: StatusTools): Promise<BadgeStatus> {
  const found = await tools.store.find({by: 'scope', repository: id, environment})
  const receipts = found.filter((one) => mayRead(belongingOf(one))).map((one) => one.receipt)
  const [newest] = receipts
  if (newest === undefined) return await readUnissued({id, environment, mayRead}, tools)
  const now = tools.now()
  for (const receipt of receipts) {
    const isOver = !(now < secondsTimeToMs(receipt.expiresAt))
    if (isOver) continue
    const state = await readState(receipt, tools)
    if (state === 'damaged') return {kind: 'unknown'}
    if (state === 'active' || state === 'redeemed') return sayInForce(receipt)
  }
  // What else the environment's state tells is about the repository as it is now: as its newest receipt was.
  const isOpen = found[0]?.receipt.id === newest.id
  const {state} = isOpen ? await tools.store.read({repositoryId: newest.scope.repositoryId, environment}) : {}
  return sayAwaited(newest, state, now) ?? (await sayEnded(newest, tools))
}

const readState = async (receipt: Receipt, tools: StatusTools): Promise<ReturnType<typeof judgeState>> =>
  judgeState(receipt, {happened: await readHappened(receipt, tools), keys: tools.keys, now: tools.now()})

const sayInForce = ({flags, authorizedBy, scope}: Receipt): BadgeStatus =>
  flags.includes('emergency') ? {kind: 'emergency'} : {kind: 'authorized', by: authorizedBy, sha: scope.sha}

/** Where no receipt can be shown: what was said of a first one, as far as this caller may know of it. */
async function readUnissued(
  {id: repositoryId, environment, mayRead}: Identified,
  {store, now}: StatusTools,
): Promise<BadgeStatus> {
  const {state} = await store.read({repositoryId, environment})
  const isShown = (one: {readonly public?: boolean | undefined}): boolean =>
    mayRead({repositoryId, public: one.public === true})
  if (state.denials?.some(isShown) === true) return {kind: 'denied'}
  const waiting = state.waiting?.filter(isShown) ?? []
  return {kind: waiting.some(({until}) => now() < until) ? 'pending' : 'unknown'}
}

/** What was said since: a denial that stands, or an approval that waits for more. */
function sayAwaited(newest: Receipt, state: ScopeState | undefined, now: number): BadgeStatus | undefined {
  const issuedAt = secondsTimeToMs(newest.issuedAt)
  if (state?.denials?.some(({at}) => at >= issuedAt) === true) return {kind: 'denied'}
  if (state?.waiting?.some(({until}) => now < until) === true) return {kind: 'pending'}
  return undefined
}

async function sayEnded(newest: Receipt, tools: StatusTools): Promise<BadgeStatus> {
  switch (await readState(newest, tools)) {
    case 'revoked':
      return {kind: 'revoked'}
    case 'damaged':
      return {kind: 'unknown'}
    default:
      return {kind: 'expired'}
  }
}
