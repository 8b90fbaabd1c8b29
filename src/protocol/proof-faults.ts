/** Why a proof other than a receipt does not hold: one code a cause, what happened and what to do. The codes are API. */
import {type Refusal, type Words, describeRefusal} from './refusals.ts'

/** Rows stand in alphabetical order of their codes. */
export const proofFaults = {
  chain_broken: {
    what: 'The chain is broken',
    fix: 'An entry was changed, taken out, put in or moved: fetch the segment again, and if it stays so, keep it with the checkpoint and tell your security team.',
  },
  chain_empty: {
    what: 'The segment holds no entry',
    fix: 'Give the entries from where you want to begin, such as `GET /v1/ledger/entries?start=0`.',
  },
  chain_gap: {
    what: 'The entries are not numbered one after the other',
    fix: 'Give every entry of the part in order, each once; of private repositories the masked form.',
  },
  chain_ledger_mismatch: {
    what: 'Two ledgers are mixed',
    fix: 'Give entries of one ledger only, and the checkpoint and key of that ledger.',
  },
  chain_options_invalid: {
    what: 'The options of the question do not fit',
    fix: 'Give `checkpoint` with `ledgerKey`; and with an older checkpoint as `previous`, its consistency proof as `proof`.',
  },
  chain_root_mismatch: {
    what: 'The segment is not what was signed',
    fix: 'The entries, or the checkpoint, were rewritten or are of another copy: keep both and ask the operator to explain.',
  },
  chain_time_backwards: {
    what: 'Time runs backwards',
    fix: 'No issuer writes such an entry: treat the segment as forged, or the issuer as faulty.',
  },
  chain_truncated: {
    what: 'The segment ends before the checkpoint',
    fix: 'Fetch the entries up to the size of the checkpoint; if the issuer does not have them, they were cut off.',
  },
  chain_unanchored: {
    what: 'The checkpoint cannot be held against the segment',
    fix: 'Begin at entry 0, or where a checkpoint that you kept ends, and give that one as `previous` with the proof.',
  },
  chain_unreadable: {
    what: 'The segment cannot be read',
    fix: 'Give an array of entries, NDJSON as text or bytes, or an async stream of either, whole to its end.',
  },
  checkpoint_backwards: {
    what: 'The newer checkpoint covers less than the previous one',
    fix: 'Exchange the two if they were swapped; else the ledger was cut: keep both notes and ask the operator to explain.',
  },
  checkpoint_conflict: {
    what: 'Two checkpoints contradict each other',
    fix: 'The operator signed two histories: keep both notes, they prove it, and tell your security team.',
  },
  checkpoint_key_invalid: {
    what: 'The ledger key is not one',
    fix: 'Give the verifier key as the issuer prints it, whole and on one line.',
  },
  checkpoint_malformed: {
    what: 'The checkpoint is not one',
    fix: 'Give the note byte for byte as `GET /v1/ledger/checkpoint` sends it, its line ends included.',
  },
  checkpoint_origin_mismatch: {
    what: 'The checkpoint is of another ledger',
    fix: 'Give the checkpoint of the ledger that the key belongs to.',
  },
  checkpoint_signature_invalid: {
    what: 'A signature of the checkpoint does not hold',
    fix: 'Fetch the note again without changing its bytes; if it still fails, treat it as forged.',
  },
  checkpoint_unsigned: {
    what: 'The checkpoint is not signed by the ledger key',
    fix: 'If the ledger has a new key, pin that one; otherwise somebody else made the note.',
  },
  consistency_malformed: {
    what: 'The consistency proof is not one',
    fix: 'Give the `proof` of `GET /v1/ledger/consistency` for the sizes of the two checkpoints.',
  },
  consistency_mismatch: {
    what: 'The consistency proof does not hold',
    fix: 'Fetch the proof for exactly these two sizes; if it still fails, the ledger was rewritten: keep both checkpoints.',
  },
  entry_hash_mismatch: {
    what: 'The entry was changed',
    fix: 'Fetch the entry again; if it stays so, keep it and tell your security team.',
  },
  entry_malformed: {
    what: 'The entry is not one',
    fix: 'Give the entries as the issuer sends them, one JSON object a line.',
  },
  evidence_key_invalid: {
    what: 'This is no key of an evidence bundle',
    fix: 'Give the key of this one bundle, as 32 bytes or 64 lower-case hex digits; never a PEM.',
  },
  evidence_mac_invalid: {
    what: 'The MAC does not fit the evidence bundle',
    fix: 'Ask the issuer for the bundle again and for the key of this bundle id. If it still fails, treat the bundle as forged.',
  },
  evidence_malformed: {
    what: 'This is no evidence bundle',
    fix: 'Give the bundle exactly as the issuer made it; to redact it, drop whole disclosures and nothing else.',
  },
  evidence_not_committed: {
    what: 'The evidence bundle holds a disclosure that its header does not vouch for',
    fix: 'Ask the issuer for the bundle again: this section was changed, or comes from another bundle.',
  },
  evidence_salt_invalid: {
    what: 'A section of the evidence bundle can be guessed from its digest',
    fix: 'Have the issuer seal its bundles with 16 random bytes for each section.',
  },
  evidence_section_repeated: {
    what: 'The evidence bundle says the same section twice',
    fix: 'Ask the issuer for the bundle again: two answers to one question are none.',
  },
  evidence_too_large: {
    what: 'The evidence bundle is too large',
    fix: 'A bundle has at most 256 KiB of JSON. Give the bundle alone.',
  },
  inclusion_malformed: {
    what: 'The inclusion proof is not one',
    fix: 'Give the `proof` of `GET /v1/ledger/inclusion` for the entry, with the checkpoint of that size.',
  },
  inclusion_mismatch: {
    what: 'The inclusion proof does not hold',
    fix: 'Fetch the proof for this entry and exactly the size of the checkpoint; if it still fails, the entry is not in that ledger.',
  },
  revocation_key_not_pinned: {
    what: 'The revocation is signed with a key that is not pinned',
    fix: "If that is your issuer's key, pin it; otherwise somebody else made this revocation.",
  },
  revocation_key_revoked: {
    what: 'The key of the revocation is not trusted for its time',
    fix: 'Have the receipt revoked again by an issuer whose current key is pinned.',
  },
  revocation_malformed: {
    what: 'This is no revocation',
    fix: 'Give the revocation exactly as the issuer made it.',
  },
  revocation_mismatch: {
    what: 'The revocation is of another receipt or repository',
    fix: 'Give the revocation of the receipt that is asked about.',
  },
  revocation_signature_invalid: {
    what: 'The signature does not fit the revocation',
    fix: 'Fetch the revocation again. If it still fails, treat it as forged and tell your security team.',
  },
  revocation_too_large: {
    what: 'The revocation is too large',
    fix: 'A revocation file has at most 16 KiB, its signed part at most 4096 bytes. Give the revocation alone.',
  },
  status_key_not_pinned: {
    what: 'The status is signed with a key that is not pinned',
    fix: "If that is your issuer's key, pin it; otherwise somebody else made this status.",
  },
  status_key_revoked: {
    what: 'The key of the status is not trusted for its time',
    fix: 'Ask an issuer whose current key is pinned.',
  },
  status_malformed: {
    what: 'This is no status',
    fix: 'Give the answer of `GET /v1/receipts/{id}/status` exactly as the issuer sends it.',
  },
  status_mismatch: {
    what: 'The status is of another receipt',
    fix: 'Ask for the status of the receipt in question, by its id.',
  },
  status_not_yet_valid: {
    what: 'The status is of a time still to come',
    fix: 'Set the clocks of this machine and of the issuer; 60 seconds apart are tolerated.',
  },
  status_signature_invalid: {
    what: 'The signature does not fit the status',
    fix: 'Ask for the status again. If it still fails, treat it as forged and tell your security team.',
  },
  status_stale: {
    what: 'The status is too old',
    fix: 'Ask the issuer again: a status is good for five minutes.',
  },
  status_too_large: {
    what: 'The status is too large',
    fix: 'A status has at most 16 KiB. Give the status alone.',
  },
  token_algorithm_refused: {
    what: 'The token is not signed with RS256',
    fix: 'Use the token as the issuer made it. Another algorithm in the header is a sign of forgery.',
  },
  token_audience_mismatch: {
    what: 'The token is for another audience',
    fix: 'Use a token for the audience "countersign-gate", or give the audience that you mean.',
  },
  token_claims_invalid: {
    what: 'The token claims something in a wrong form',
    fix: 'Ask the issuer for the token of this decision again; if it comes back the same, report it.',
  },
  token_expired: {
    what: 'The token is not valid any more',
    fix: 'A token is a record: to look at a past decision, verify it as of that time (now) or of its own ("issued").',
  },
  token_header_refused: {
    what: 'The header of the token is not exactly "alg", "kid" and "typ"',
    fix: 'Use the token as the issuer made it. Keys and addresses in a header are never followed.',
  },
  token_issuer_mismatch: {
    what: 'The token is of another issuer',
    fix: 'Give the token of the issuer that you trust, or correct the expected issuer.',
  },
  token_key_invalid: {
    what: 'This key cannot verify tokens',
    fix: 'Give the RSA public key of the issuer (2048 to 8192 bits): a PEM, a JWK, the JWKS of /.well-known/jwks.json or a KeyObject.',
  },
  token_key_unknown: {
    what: 'The token is signed with a key that was not given',
    fix: 'If the issuer has changed its key, fetch /.well-known/jwks.json again. The kid must be the RFC 7638 thumbprint of the key.',
  },
  token_lifetime_too_long: {
    what: 'The token lives longer than 24 hours',
    fix: 'Have the issuer mint tokens that live at most 24 hours.',
  },
  token_malformed: {
    what: 'This is no token',
    fix: 'Give the token exactly as the issuer made it, without quotes, spaces or line ends around it.',
  },
  token_not_yet_valid: {
    what: 'The token is not valid yet',
    fix: 'Set the clocks of this machine and of the issuer; 60 seconds apart are tolerated.',
  },
  token_signature_invalid: {
    what: 'The signature does not fit the token',
    fix: 'Ask the issuer for the token again. If it still fails, treat it as forged and tell your security team.',
  },
  token_too_large: {
    what: 'The token is too large',
    fix: 'A token has at most 16 KiB. Give the token alone.',
  },
} as const satisfies Readonly<Record<string, Words>>

export type ProofFaultCode = keyof typeof proofFaults

export interface Faulty {
  readonly valid: false
  readonly code: ProofFaultCode
  /** What happened, in a sentence; foreign text in it is quoted. */
  readonly reason: string
}

/** `detail` completes the row's sentence: "This is no token: the header …". */
export const faulty = (code: ProofFaultCode, detail: string): Faulty => ({
  valid: false,
  code,
  reason: `${proofFaults[code].what}: ${detail}.`,
})

/** A code with its words: what happened in a sentence, and what to do. */
export interface Explained {
  readonly code: string
  readonly reason: string
  readonly fix: string
}

export const explainFaulty = ({code, reason}: Faulty): Explained => ({code, reason, fix: proofFaults[code].fix})

export function explainRefusal(refusal: Refusal): Explained {
  const {what: reason, fix} = describeRefusal(refusal)
  return {code: refusal.code, reason, fix}
}
