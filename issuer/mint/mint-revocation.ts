/** A receipt that counts no more, as a signed document (formats §6); and the last look at a signed one. */
import {
  type AccountId,
  type Digest,
  type PublicKey,
  type ReceiptId,
  type RepositoryId,
  type Revocation,
  type RevocationBody,
  type RevocationCause,
  digestOf,
  parseAccountId,
  parseLogin,
  parseRevocationId,
  printSecondsTime,
  printSignature,
  verifyRevocation,
} from '#protocol'

export interface RevocationOrder {
  readonly receipt: ReceiptId
  readonly repositoryId: RepositoryId
  readonly by: {readonly id: number; readonly login: string}
  /** The comment that asked for it; absent where none did. */
  readonly statement?: {readonly id: number; readonly digest: Digest} | undefined
  readonly cause: RevocationCause
  /** The idempotency record's, never shown: the id follows from it, so that a retry makes the same. */
  readonly nonce: string
  /** Milliseconds. */
  readonly at: number
  readonly publicKey: PublicKey
}

/** Sign `signingBytes(body)` and give both to acceptSignedRevocation. */
export function mintRevocationBody({by, at, nonce, statement, ...order}: RevocationOrder): RevocationBody {
  return {
    type: 'countersign.revocation/v1',
    id: revocationIdOf(order.receipt, nonce),
    receipt: order.receipt,
    repositoryId: order.repositoryId,
    revokedBy: accountOf(by),
    statement: statement === undefined ? null : {kind: 'issue_comment', ...statement},
    at: printSecondsTime(at),
    cause: order.cause,
    publicKey: order.publicKey,
  }
}

/** A login that the format does not take must not keep a receipt alive: the number says who it was. */
function accountOf({id, login}: RevocationOrder['by']): {
  login: NonNullable<ReturnType<typeof parseLogin>>
  id: AccountId
} {
  const [account, name] = [parseAccountId(id), parseLogin(login) ?? parseLogin(`account-${id}`)]
  if (account === undefined || name === undefined) throw new TypeError('an account without an id')
  return {login: name, id: account}
}

const crockford = '0123456789abcdefghjkmnpqrstvwxyz'

/** The form of a ULID: the time of the receipt's id, then 80 bits that follow from the nonce. */
function revocationIdOf(receipt: ReceiptId, nonce: string): RevocationBody['id'] {
  const time = receipt.slice('rcpt_dg_'.length, 'rcpt_dg_'.length + 10)
  const hex = digestOf(`countersign/v1/revocation/${receipt}\n${nonce}`).slice('sha256:'.length)
  const random = Array.from({length: 16}, (_, i) => crockford[Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16) % 32])
  const id = parseRevocationId(`rvk_${time}${random.join('')}`)
  if (id === undefined) throw new TypeError('a receipt id without a ULID')
  return id
}

/** Throws when the signature does not hold: a wrong key or a faulty signer must end before the record is written. */
export function acceptSignedRevocation(body: RevocationBody, signature: Uint8Array): Revocation {
  const revocation: Revocation = {...body, signature: printSignature(signature)}
  const keys = new Map([[body.publicKey, {key: body.publicKey, status: 'trusted' as const}]])
  const verdict = verifyRevocation(revocation, {keys})
  if (!verdict.valid) throw new Error(`the signed revocation does not verify: ${verdict.code}`)
  return revocation
}
