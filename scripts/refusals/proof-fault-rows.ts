/** What happened, a sentence a code, for the second table of docs/refusals.md; what to do stands with the codes. */
import type {ProofFaultCode} from '#protocol'

export const proofFaultRows: {readonly [Code in ProofFaultCode]: string} = {
  chain_broken:
    'An entry names another predecessor than the one before it, so an entry was changed, removed, inserted or moved.',
  chain_empty: 'The segment of the ledger holds no entry, so there is nothing that could hold.',
  chain_gap: 'A number is missing, stands twice or is out of order.',
  chain_ledger_mismatch: 'An entry belongs to another ledger than the one before it, or than the checkpoint.',
  chain_options_invalid: 'An option is unknown, undefined or given without the one that it needs.',
  chain_root_mismatch: 'The tree over the entries has another root than the checkpoint that was signed over them.',
  chain_time_backwards: 'An entry is not later than one before it.',
  chain_truncated: 'The checkpoint covers more entries than the segment has.',
  chain_unanchored:
    'The segment begins in the middle of the ledger, where the given checkpoints say nothing about what lies before it.',
  chain_unreadable: 'The segment is nothing that holds entries, or its stream failed.',
  checkpoint_backwards: 'The checkpoint that should be newer covers fewer entries than the previous one.',
  checkpoint_conflict: 'Two signed checkpoints give two roots for the same number of entries.',
  checkpoint_key_invalid: 'The ledger key is not a C2SP verifier key of an Ed25519 key.',
  checkpoint_malformed: 'The checkpoint is not a signed note of three lines or more, in their one spelling.',
  checkpoint_origin_mismatch: 'The first line of the checkpoint is not the name of the key.',
  checkpoint_signature_invalid: 'The signature under the ledger key does not fit the text of the checkpoint.',
  checkpoint_unsigned: 'No signature of the checkpoint is by the ledger key; those of others do not count.',
  consistency_malformed: 'The consistency proof, a size or a root is not in its form.',
  consistency_mismatch: 'The proof does not show that the newer ledger begins with the older one.',
  entry_hash_mismatch: 'The hash of an entry is not that of its content.',
  entry_malformed:
    'A line of the ledger is not an entry: not strict JSON, too long, or with a member missing, unknown or in the wrong form.',
  evidence_key_invalid:
    'What was given as the key of the bundle is not one: it has another length than 32 bytes, is not lower-case hex, or looks like a PEM.',
  evidence_mac_invalid: 'The MAC does not fit: the header of the bundle was changed, or the key is of another bundle.',
  evidence_malformed:
    'What was given as an evidence bundle is not one, or one of its disclosures is not in its form. The message names the first fault.',
  evidence_not_committed:
    'A disclosure is not among the commitments of the header: it was changed, or comes from another bundle.',
  evidence_salt_invalid:
    'A disclosure has a salt of another length than 16 bytes, so its content could be guessed from its digest.',
  evidence_section_repeated: 'Two disclosures have the same name, so the bundle gives two answers to one question.',
  evidence_too_large: 'The bundle has more than 256 KiB of JSON.',
  inclusion_malformed: 'The inclusion proof, an option or a number is not in its form.',
  inclusion_mismatch: 'The proof does not show that the entry is in the ledger of the checkpoint.',
  revocation_key_not_pinned: 'The revocation is signed with a key that is not among the pinned ones.',
  revocation_key_revoked:
    "The key of the revocation is pinned as `revoked`, or the revocation was made after the key's `until=` time.",
  revocation_malformed: 'What was given as a revocation is not one. The message names the first fault.',
  revocation_mismatch: 'The revocation is of another receipt or repository than the one that was asked about.',
  revocation_signature_invalid:
    'The signature does not fit the revocation: something in it was changed, or it was never signed with this key.',
  revocation_too_large: 'The file has more than 16 KiB, or its signed part more than 4096 bytes.',
  status_key_not_pinned: 'The status is signed with a key that is not pinned.',
  status_key_revoked: 'The key of the status is pinned as revoked, or the status was made after the end of its pin.',
  status_malformed:
    'What was given as a status is not one: no strict JSON, or a member is missing, unknown or in a wrong form.',
  status_mismatch: 'The status is of another receipt than the one that was asked about.',
  status_not_yet_valid: 'The status was made more than 60 seconds after the time that this machine has.',
  status_signature_invalid:
    'The signature does not fit the status: something in it was changed, or it was never signed with this key.',
  status_stale: 'The status was made five minutes ago or longer.',
  status_too_large: 'The status has more than 16 KiB.',
  token_algorithm_refused: 'The header of the token asks for another algorithm than RS256.',
  token_audience_mismatch:
    'The token is for another audience than the one that was expected, `countersign-gate` unless told.',
  token_claims_invalid:
    'A claim of the token is missing, unknown or in a wrong form, or two claims contradict each other. The message names the first fault.',
  token_expired: 'The life of the token was over at the time it was judged at.',
  token_header_refused:
    'The header of the token has other names than `alg`, `kid` and `typ`, or another `typ` than `authority+jwt`.',
  token_issuer_mismatch: 'The token was made by another issuer than the one that was expected.',
  token_key_invalid:
    'What was given as the public key cannot verify tokens: it is private, symmetric, not RSA, of fewer than 2048 or more than 8192 bits, known to be weak, or not in a strict form.',
  token_key_unknown:
    'The token names a key that is not among the given ones. The `kid` must be the RFC 7638 thumbprint of the key.',
  token_lifetime_too_long: 'The token lives longer than 24 hours.',
  token_malformed:
    'What was given as a token is not one: not three parts of canonical base64url, or not strict JSON inside. The message names the first fault.',
  token_not_yet_valid: 'The token begins more than 60 seconds after the time that this machine has.',
  token_signature_invalid:
    'The signature does not fit the token: something in it was changed, or it was never signed with this key.',
  token_too_large: 'The token has more than 16 KiB.',
}
