/** What the proofs are and when they hold. Pure: shared by the gate, the issuer, the SDK and browsers. */
export type {Result} from './result.ts'
export * from './ids.ts'
export * from './times.ts'
export {
  type JsonObject,
  type JsonResult,
  type JsonValue,
  canonicalBytes,
  canonicalJson,
  isPlainObject,
  parseJson,
} from './json.ts'
export {bytesToHex, digestOf, hexToBytes, printPublicKey, printSignature, publicKeyBytes, sha256} from './crypto.ts'
export {parseCompactJws} from './jws.ts'
export {ShapeFault, by, listOf, oneOf, readMembers} from './shape.ts'
export * from './receipt.ts'
export * from './keys.ts'
export * from './refusals.ts'
export * from './proof-faults.ts'
export * from './verify-receipt.ts'
export * from './decide.ts'
export * from './rsa-key.ts'
export * from './token-claims.ts'
export * from './token.ts'
export * from './verify-token.ts'
export * from './disclosure.ts'
export * from './evidence.ts'
export * from './evidence-key.ts'
export * from './verify-evidence.ts'
export * from './revocation.ts'
export * from './status.ts'
export * from './verify-status.ts'
export * from './key-set.ts'
export * from './audit.ts'
export * from './decision-ties.ts'
export * from './intoto.ts'
export * from './verify.ts'
export * from './ledger/entry.ts'
export * from './ledger/merkle.ts'
export {type MaskedEntry, isMasked, parseEntry, parseSegmentEntry} from './ledger/parse-entry.ts'
export * from './ledger/tree-proofs.ts'
export {parseVerifierKey, printBase64, printVerifierKey} from './ledger/note.ts'
export * from './ledger/checkpoint.ts'
export {type ChainOptions, type ChainVerdict, verifyChain} from './ledger/chain.ts'
export {type Anchor, type ChainResult, ChainWalk} from './ledger/chain-walk.ts'
export {LineReader} from './ledger/read-line.ts'
export type {Segment} from './ledger/segment.ts'
export * from './ledger/verify-ledger.ts'
