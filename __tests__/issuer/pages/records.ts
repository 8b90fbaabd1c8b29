/** Records for the pages' tests: receipts, what happened to them, denials and waiting approvals, each one a real commit. */
import {
  type EntryEvent,
  type Receipt,
  type Revocation,
  appendLeaf,
  canonicalBytes,
  digestOf,
  parseReceipt,
  printSecondsTime,
  sealEntry,
  secondsTimeToMs,
  signingBytes,
} from '#protocol'
import {follow, mintEvent, nextTime} from '../../../issuer/mint/mint-record.ts'
import {acceptSignedRevocation, mintRevocationBody} from '../../../issuer/mint/mint-revocation.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import type {DecisionRecord, LedgerHead, LedgerRecord} from '../../../issuer/model/record.ts'
import type {ScopeKey, ScopeState} from '../../../issuer/model/state.ts'
import type {Change} from '../../../issuer/model/store.ts'
import {type Overrides, type TestKey, approvalBody, receiptBody} from '../../protocol/builders.ts'
import {type TokenKey, aToken} from '../../protocol/token-builders.ts'
import {decisionId, publicationOf, ulid} from '../../stores/builders.ts'

export interface Issuing {
  readonly public?: boolean
  /** Claims over the usual token's. */
  readonly claims?: Overrides
  readonly receipt?: Overrides
  /** Another key than the issuer's. */
  readonly signer?: TestKey
  /** Milliseconds; a minute after the one before. */
  readonly at?: number
}

export interface Records {
  readonly issue: (issuing?: Issuing) => Promise<Receipt>
  readonly revoke: (receipt: Receipt) => Promise<Revocation>
  /** An event with any body. */
  readonly happen: (receipt: Receipt, event: RunEvent, body: object) => Promise<void>
  /** What the scope of a receipt has become besides. */
  readonly fold: (receipt: Receipt, state: Partial<ScopeState>) => Promise<void>
}

type RunEvent = Extract<EntryEvent, 'receipt.redeemed' | 'deploy.started' | 'deploy.finished'>

interface Tools {
  readonly durable: Durable
  readonly key: TestKey
  readonly tokenKey: TokenKey
  readonly issuer: string
}

const start = Date.parse('2026-04-02T14:30:00Z')
const ownerId = 9919

export function writeRecords({durable, key, tokenKey, issuer}: Tools): Records {
  let issued = 0
  const open = new Map<string, boolean>()
  const append = async (scope: ScopeKey, make: (head: LedgerHead) => readonly LedgerRecord[], more: Extra = {}) => {
    const read = await durable.store.read(scope)
    const {completes, state, at = start} = more
    const change = {appends: {scope, records: make(read.head), state: {...read.state, ...state}, read}, at}
    const done = await durable.store.commit(completes === undefined ? change : {...change, completes})
    if (done !== 'committed') throw new Error('another writer was first')
  }
  const appendEvent = async (receipt: Receipt, event: RunEvent | 'receipt.revoked', body: object): Promise<void> =>
    await append(scopeOf(receipt), (head) => [
      mintEvent({
        ...keptOf(receipt, open.get(receipt.id) ?? true),
        head,
        at: nextTime(head, Date.parse(head.last.time) + 20_000),
        event,
        receipt: receipt.id,
        body,
        once: `${event}/${receipt.id}/${digestOf(JSON.stringify(body))}`,
      }),
    ])
  return {
    issue: async ({public: isPublic = true, claims = {}, receipt: overrides = {}, signer = key, at} = {}) => {
      const n = ++issued
      const moment = at ?? start + (n - 1) * 60_000
      const decision = decisionId(n)
      const life = {issuedAt: printSecondsTime(moment), expiresAt: printSecondsTime(moment + 3_600_000)}
      const approvals = [approvalBody({at: printSecondsTime(moment - 2000)})]
      // An emergency's receipt says so in its id; the rest of it is its decision's.
      const isEmergency = Array.isArray(overrides['flags']) && overrides['flags'].includes('emergency')
      const id = `rcpt_${isEmergency ? 'bg' : 'dg'}_${ulid(n)}`
      const body = receiptBody({id, decision, issuer, approvals, ...life, ...overrides})
      const parsed = parseReceipt(signer.sign(body))
      if (!parsed.ok) throw new Error(parsed.fault)
      const receipt = parsed.value
      open.set(receipt.id, isPublic)
      const seconds = Math.floor(moment / 1000)
      const times = {
        iat: seconds,
        nbf: seconds,
        exp: seconds + 3600,
        decidedAt: `${life.issuedAt.slice(0, -1)}.000000Z`,
      }
      const token = aToken(tokenKey, {jti: decision, iss: issuer, receipt: receipt.id, ...times, ...claims})
      const claim = {repositoryId: receipt.scope.repositoryId, subject: `comment/${n}`}
      await durable.idempotency.begin(claim, {decision, nonce: String(n).padStart(32, '0')})
      const record = (head: LedgerHead): DecisionRecord => recordOf({receipt, head, token, moment, isPublic})
      const completes = {key: claim, outcome: {kind: 'allow' as const, publication: publicationOf(0)}}
      await append(scopeOf(receipt), (head) => [record(head)], {completes, at: moment})
      return receipt
    },
    revoke: async (receipt) => {
      const revocation = revocationOf(receipt, key)
      await appendEvent(receipt, 'receipt.revoked', revocation)
      return revocation
    },
    happen: appendEvent,
    fold: async (receipt, state) => await append(scopeOf(receipt), () => [], {state}),
  }
}

interface Extra {
  readonly completes?: Change['completes']
  readonly state?: Partial<ScopeState>
  readonly at?: number
}

const scopeOf = ({scope}: Receipt): ScopeKey => ({repositoryId: scope.repositoryId, environment: scope.environment})

const keptOf = (receipt: Receipt, isPublic: boolean) => ({
  scope: scopeOf(receipt),
  repository: receipt.scope.repository,
  ownerId,
  public: isPublic,
})

interface Recorded {
  readonly receipt: Receipt
  readonly head: LedgerHead
  readonly token: string
  /** Milliseconds. */
  readonly moment: number
  readonly isPublic: boolean
}

function recordOf({receipt, head, token, moment, isPublic}: Recorded): DecisionRecord {
  const {decision} = receipt
  const entry = sealEntry({
    ...follow(head, nextTime(head, moment)),
    event: 'receipt.issued',
    subject: receipt.id,
    digests: {
      decision,
      token: digestOf(token),
      evidence: receipt.evidence,
      receipt: digestOf(canonicalBytes(receipt)),
    },
  })
  return {
    kind: 'decision',
    ...keptOf(receipt, isPublic),
    entry,
    frontier: appendLeaf(head.frontier, entry.hash),
    once: `decision/${decision}`,
    decision,
    receipt,
    evidence: '{}',
    policy: '{}',
    token,
  }
}

/** By octocat's comment, five minutes after the receipt. */
function revocationOf(receipt: Receipt, key: TestKey): Revocation {
  const body = mintRevocationBody({
    receipt: receipt.id,
    repositoryId: receipt.scope.repositoryId,
    by: {id: 583231, login: 'octocat'},
    statement: {id: 99262141, digest: digestOf('/revoke production')},
    cause: 'person',
    nonce: receipt.id,
    at: secondsTimeToMs(receipt.issuedAt) + 300_000,
    publicKey: key.pin,
  })
  return acceptSignedRevocation(body, Buffer.from(key.signBytes(signingBytes(body)).slice('ed25519:'.length), 'hex'))
}
