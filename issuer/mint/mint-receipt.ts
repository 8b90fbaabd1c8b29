/** Ruling -> the body of a receipt; and the last look at a signed one before anything else may see it. */
import {
  type Approval,
  type CommitSha,
  type DecisionId,
  type Digest,
  type Origin,
  type PublicKey,
  type Receipt,
  type ReceiptBody,
  type ReceiptId,
  parseAccountId,
  parseLogin,
  parseReceipt,
  parseReceiptId,
  printSecondsTime,
  printSignature,
  verifyReceipt,
} from '#protocol'
import type {PermissionLevel, Statement} from '../model/facts.ts'
import type {Allowed, Case, CollectedApproval} from '../model/ruling.ts'

export interface ReceiptOrder {
  readonly case: Case
  readonly ruling: Allowed
  readonly statement: Statement
  /** The receipt's id follows from it, so that a retry makes the same. */
  readonly decision: DecisionId
  readonly issuer: Origin
  readonly publicKey: PublicKey
  /** Digest of the evidence (mintEvidence). */
  readonly evidence: Digest
  /** What the range was counted from; absent when there was none or it could not be read. */
  readonly since?: CommitSha | undefined
  /** Milliseconds. */
  readonly now: number
}

/** `unmintable`: the facts do not fit the format (a login, say). `why` completes "no receipt can be made: …". */
export type Minted =
  {readonly kind: 'minted'; readonly body: ReceiptBody} | {readonly kind: 'unmintable'; readonly why: string}

/** The unsigned receipt of an ALLOW. Sign `signingBytes(body)` and give both to acceptSigned. */
export function mintReceiptBody(order: ReceiptOrder): Minted {
  const {case: asked, ruling, decision, now} = order
  const {change, request, environment} = asked
  const approval = approvalOf(order)
  const collected = asked.approvals.map((one) => printApproval(one, 'write'))
  if (approval === undefined || !collected.every((one) => one !== undefined)) {
    return {kind: 'unmintable', why: 'the login or id of an account does not fit its format'}
  }
  const approvals = [...collected, approval].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const body: ReceiptBody = {
    type: 'countersign.receipt/v1',
    id: receiptIdOf(decision),
    action: 'deploy',
    scope: {
      repository: change.repository.name,
      repositoryId: change.repository.id,
      sha: change.commit.sha,
      tree: change.commit.tree,
      environment: request.environment,
      pullRequest: change.pullRequest.number,
      ...(order.since !== undefined && {since: order.since}),
    },
    authorizedBy: approvals.at(-1)?.login ?? approval.login,
    approvals,
    flags: ruling.flags,
    issuedAt: printSecondsTime(now),
    expiresAt: printSecondsTime(endOfLife(environment, now)),
    issuer: order.issuer,
    decision,
    evidence: order.evidence,
    policy: ruling.policy,
    publicKey: order.publicKey,
  }
  // The format's own parser has the last word on what may be signed; only the signature is still to come.
  const parsed = parseReceipt({...body, signature: `ed25519:${'0'.repeat(128)}`})
  return parsed.ok ? {kind: 'minted', body} : {kind: 'unmintable', why: parsed.fault}
}

/** No receipt outlives the beginning of a freeze: the gate knows no policy. Milliseconds. */
function endOfLife({ttl, freeze}: Case['environment'], now: number): number {
  const begins = freeze.filter(({to}) => now < to).map(({from}) => from)
  return Math.min(now + ttl, ...begins)
}

/** `rcpt_dg_` and the ULID of the decision. */
export function receiptIdOf(decision: DecisionId): ReceiptId {
  const id = parseReceiptId(`rcpt_dg_${decision.slice('dec_'.length)}`)
  if (id === undefined) throw new TypeError('a decision id without a ULID')
  return id
}

/** The approval in hand; a custom role's name is free text, and where the format forbids it the ladder's word stands for it. */
const approvalOf = ({case: {standing, request}, statement}: ReceiptOrder): Approval | undefined =>
  printApproval(
    {
      ...standing.author,
      role: standing.role,
      at: standing.createdAt,
      statement: {id: statement.comment.id, digest: standing.bodyDigest},
      binding: request.sha === undefined ? 'head' : 'commit',
    },
    standing.permission,
  )

/** `rank` stands for a role that is no word of the format. */
function printApproval(
  {login, id, role, at, statement, binding}: Omit<CollectedApproval, 'decision' | 'isAdmin'>,
  rank: PermissionLevel,
): Approval | undefined {
  const [who, account, as] = [parseLogin(login), parseAccountId(id), parseLogin(role) ?? parseLogin(rank)]
  if (who === undefined || account === undefined || as === undefined) return undefined
  return {
    login: who,
    id: account,
    role: as,
    at: printSecondsTime(at),
    statement: {kind: 'issue_comment', ...statement},
    binding,
    proof: 'comment',
  }
}

/**
 * Joins body and signature, and verifies the whole as a gate will. Throws when it does not hold: a wrong key or a
 * faulty signer must end here, before the record is written.
 */
export function acceptSigned(body: ReceiptBody, signature: Uint8Array): Receipt {
  const receipt: Receipt = {...body, signature: printSignature(signature)}
  const verdict = verifyReceipt(receipt, {
    keys: new Map([[body.publicKey, {key: body.publicKey, status: 'trusted'}]]),
    now: 'issued',
    expect: {},
    maxTtl: Infinity,
  })
  if (!verdict.valid) throw new Error(`the signed receipt does not verify: ${verdict.refusal.code}`)
  return receipt
}
