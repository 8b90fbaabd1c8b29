/** An issuer's SQLite store with real receipts, tokens, events and a signed ledger, for the tests of what audits show. */
import {
  type Entry,
  type Receipt,
  type SecondsTime,
  appendLeaf,
  canonicalBytes,
  canonicalJson,
  digestOf,
  parseReceipt,
  parseRepositoryId,
  printVerifierKey,
  sealEntry,
} from '#protocol'
import {signCheckpoint} from '../../../issuer/keys/checkpoint-signer.ts'
import {type EventOrder, follow, mintEvent, nextTime} from '../../../issuer/mint/mint-record.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import {openSqlite} from '../../../issuer/store/sqlite.ts'
import type {LedgerHead, LedgerRecord} from '../../../issuer/model/record.ts'
import type {ScopeKey} from '../../../issuer/model/state.ts'
import {type Json, makeKey, receiptBody} from '../../protocol/builders.ts'
import {signText} from '../../protocol/ledger-builders.ts'
import {aToken, makeTokenKey} from '../../protocol/token-builders.ts'
import {decisionId, firstEntry, proposal, publicationOf, statementOf, ulid} from '../../stores/builders.ts'

export const receiptKey = makeKey()
export const tokenKey = makeTokenKey()
const ledgerSigner = makeKey()
export const ledgerKey = printVerifierKey(firstEntry.ledger, ledgerSigner.pin)
export const owner = 9919
export const issuer = 'https://countersign.example'

export interface Issuing {
  readonly n: number
  readonly issuedAt: string
  readonly expiresAt: string
  readonly public?: boolean
  /** Over the usual scope. */
  readonly scope?: Json
}

const intent = {domain: 'software-delivery', category: 'deploy', action: 'deploy:production', summary: 'Deploy it'}

export class SeededStore {
  readonly durable: Durable

  private constructor(durable: Durable) {
    this.durable = durable
  }

  static async open(path: string): Promise<SeededStore> {
    const durable = openSqlite(path)
    await durable.createLedger(firstEntry)
    return new SeededStore(durable)
  }

  /** What an ALLOW leaves behind. */
  async issue({n, issuedAt, expiresAt, public: isPublic = true, scope: changes = {}}: Issuing): Promise<Receipt> {
    const body = receiptBody({id: `rcpt_dg_${ulid(n)}`, decision: decisionId(n), issuedAt, expiresAt, scope: changes})
    const receipt = parsed(receiptKey.sign(body))
    const {id, decision, scope, evidence} = receipt
    const token = aToken(tokenKey, {jti: decision, receipt: id, evidence, intent: {...intent, scope}})
    await this.durable.idempotency.begin(statementOf(n, scope), proposal(n))
    await this.#append(receipt, (head) => {
      const digests = {decision, evidence, token: digestOf(token), receipt: digestOf(canonicalBytes(receipt))}
      const time = nextTime(head, Date.parse(issuedAt))
      const entry = sealEntry({...follow(head, time), event: 'receipt.issued', subject: id, digests})
      const kept = {scope: keyOf(receipt), repository: scope.repository, ownerId: owner, public: isPublic}
      const bodies = {evidence: '{}', policy: '{}', token, receipt, decision}
      return {kind: 'decision', ...kept, ...bodies, entry, frontier: grow(head, entry), once: `decision/${decision}`}
    })
    return receipt
  }

  /** Something that happened to it: kept as this body. */
  async tell(receipt: Receipt, event: EventOrder['event'], body: Json): Promise<void> {
    const at = String(body['at']) as SecondsTime
    await this.#append(receipt, (head) =>
      mintEvent({
        head,
        at: nextTime(head, Date.parse(at)),
        event,
        receipt: receipt.id,
        body,
        scope: keyOf(receipt),
        repository: receipt.scope.repository,
        ownerId: owner,
        public: true,
        once: digestOf(canonicalJson({event, body})),
      }),
    )
  }

  revoke(receipt: Receipt, at: string): Promise<void> {
    const body = receiptKey.sign({
      type: 'countersign.revocation/v1',
      id: `rvk_${receipt.id.slice('rcpt_dg_'.length)}`,
      receipt: receipt.id,
      repositoryId: receipt.scope.repositoryId,
      revokedBy: {login: 'monalisa', id: 2},
      statement: null,
      at,
      cause: 'closed',
    })
    return this.tell(receipt, 'receipt.revoked', body)
  }

  async sign(): Promise<void> {
    const {ledger, checkpoints} = this.durable
    const sign = (message: Uint8Array): Promise<Uint8Array> =>
      Promise.resolve(signText(new TextDecoder().decode(message), ledgerSigner))
    await signCheckpoint({ledger, checkpoints, signer: {publicKey: ledgerSigner.pin, sign}})
  }

  async #append(receipt: Receipt, mint: (head: LedgerHead) => LedgerRecord): Promise<void> {
    const read = await this.durable.store.read(keyOf(receipt))
    const record = mint(read.head)
    const appends = {scope: keyOf(receipt), records: [record], state: read.state, read}
    const claim = statementOf(Number(receipt.id.slice(-16)), receipt.scope)
    const completes =
      record.kind === 'decision'
        ? {completes: {key: claim, outcome: {kind: 'allow', publication: publicationOf(0)} as const}}
        : {}
    const result = await this.durable.store.commit({...completes, appends, at: Date.parse(receipt.issuedAt)})
    if (result !== 'committed') throw new Error('the seed was not written')
  }
}

function parsed(value: Json): Receipt {
  const result = parseReceipt(value)
  if (!result.ok) throw new Error(result.fault)
  return result.value
}

const keyOf = ({scope: {repositoryId, environment}}: Receipt): ScopeKey => ({repositoryId, environment})
const grow = ({frontier}: LedgerHead, {hash}: Entry): LedgerHead['frontier'] => appendLeaf(frontier, hash)

export const run = {id: '7', attempt: 1, url: 'https://github.com/octo-org/api-service/actions/runs/7'}
const nonce = '0'.repeat(32)

/** As the issuer keeps a redemption: the signed status that it answered. */
export const usedBody = ({id: receipt}: Receipt, at: string): Json =>
  receiptKey.sign({
    type: 'countersign.status/v1',
    receipt,
    status: 'redeemed',
    at,
    run: {id: run.id, attempt: run.attempt, at},
  })

/** As the issuer keeps what a job told. */
export const toldBody = ({id}: Receipt, at: string, more: Json = {}): Json => ({
  receipt: id,
  run,
  at,
  environment: 'attested',
  nonce,
  ...more,
})

/** An id that a test knows to be one. */
export const repositoryIdOf = (id: number): NonNullable<ReturnType<typeof parseRepositoryId>> => {
  const parsedId = parseRepositoryId(id)
  if (parsedId === undefined) throw new Error('not an id')
  return parsedId
}
