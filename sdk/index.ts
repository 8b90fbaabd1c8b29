/** @countersign/verify: everything that a verifier needs, and nothing that signs. Runs offline, without dependencies. */
export {verify} from '../src/protocol/verify.ts'
export type {
  ReceiptOptions,
  ReceiptResult,
  Refused,
  RevocationOptions,
  StatusOptions,
  TokenOptions,
} from '../src/protocol/verify.ts'
export type {Expectation} from '../src/protocol/verify-receipt.ts'
export type {RevocationResult} from '../src/protocol/revocation.ts'
export type {StatusResult} from '../src/protocol/verify-status.ts'
export type {TokenResult} from '../src/protocol/verify-token.ts'
export type {EvidenceResult} from '../src/protocol/verify-evidence.ts'
export type {ChainOptions, ChainVerdict} from '../src/protocol/ledger/chain.ts'
export type {ChainResult} from '../src/protocol/ledger/chain-walk.ts'
export type {
  CheckpointResult,
  ConsistencyOptions,
  ConsistencyResult,
  InclusionOptions,
  InclusionResult,
} from '../src/protocol/ledger/verify-ledger.ts'

export type {RefusalCode} from '../src/protocol/refusals.ts'
export {
  /** Every code of a refused receipt or deployment, in the order of docs/refusals.md. */ refusalCodes,
} from '../src/protocol/refusals.ts'
export type {Faulty, ProofFaultCode} from '../src/protocol/proof-faults.ts'
export {
  /** What happened and what to do, by the code of a refused token, bundle, revocation or ledger. */ proofFaults,
} from '../src/protocol/proof-faults.ts'

export type {Approval, Receipt, Scope} from '../src/protocol/receipt.ts'
export type {Revocation} from '../src/protocol/revocation.ts'
export type {Status, StatusWord} from '../src/protocol/status.ts'
export type {TokenClaims} from '../src/protocol/token-claims.ts'
export type {EvidenceBundle, EvidenceHeader} from '../src/protocol/evidence.ts'
export type {Entry} from '../src/protocol/ledger/entry.ts'

export {evidenceKey} from '../src/protocol/evidence-key.ts'
export {
  evidenceDigest,
  parseEvidence,
  /** `evd_` and a lower-case ULID; undefined for all else. */
  parseEvidenceId,
  /** An owner's numeric id in decimal, as text; undefined for all else. */
  parseOrganizationId,
} from '../src/protocol/evidence.ts'
export {digestOf} from '../src/protocol/crypto.ts'
export type {JsonResult, JsonValue} from '../src/protocol/json.ts'
export {canonicalJson, parseJson} from '../src/protocol/json.ts'
