/** A row for each refusal: its sentences in docs/refusals.md and the README, and an example of its facts for the tests. */
import type {Refusal, RefusalCode} from '#protocol'

export interface RefusalRow<Code extends RefusalCode = RefusalCode> {
  readonly what: string
  readonly fix: string
  readonly example: Omit<Extract<Refusal, {readonly code: Code}>, 'code'>
  /** No verifier gives it, so there is no vector of it (docs/vectors). */
  readonly isOfGateAlone?: true
}

const compared = {authorized: 'this', deploying: 'that'}

export const refusalRows: {readonly [Code in RefusalCode]: RefusalRow<Code>} = {
  receipt_missing: {
    what: 'Every place that was asked answered, and none has a receipt for this commit and environment.',
    fix: 'Have someone who may approve comment the exact line that the message gives, `/authorize <environment> <full SHA>`, on the pull request; then run the job again.',
    example: {
      asked: {environment: 'production', sha: '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b', pullRequest: 42},
      sources: ['GitHub', 'the issuer'],
    },
    isOfGateAlone: true,
  },
  receipt_malformed: {
    what: 'What was given as a receipt is not one: not strict JSON, a member missing, unknown or in the wrong form, or members that contradict each other. The message names the first fault.',
    fix: 'Give the receipt as the issuer made it: the JSON in the check run, or `GET /v1/receipts/{id}`. Editing it by hand breaks it.',
    example: {problem: 'scope.sha is missing'},
  },
  receipt_too_large: {
    what: 'The file has more than 16 KiB, or its signed part more than 4096 bytes.',
    fix: 'Give the receipt alone, not a page or an archive around it.',
    example: {problem: '16385 bytes of at most 16384'},
  },
  key_not_pinned: {
    what: 'The receipt is signed with a key that is not among the lines of `public-key`.',
    fix: "If the key is your issuer's (it prints it at every start), add the line. Otherwise do not trust the receipt: somebody else made it.",
    example: {publicKey: 'pp_pk_00'},
  },
  key_revoked: {
    what: 'The key is pinned as `revoked`, or the receipt was issued after the `until=` time of its pin; or the key set of the issuer says the same of it.',
    fix: 'Have the commit authorized again by an issuer whose current key is pinned.',
    example: {publicKey: 'pp_pk_00'},
  },
  signature_invalid: {
    what: 'The signature does not fit the receipt: something in it was changed, or it was never signed with this key.',
    fix: 'Fetch the receipt again. If it still fails, treat it as forged and tell your security team.',
    example: {publicKey: 'pp_pk_00'},
  },
  not_yet_valid: {
    what: 'The receipt was issued more than 60 seconds after the time that this machine has.',
    fix: 'Set the clocks of the runner and of the issuer, then run the job again.',
    example: {issuedAt: '2026-04-02T14:30:00Z', now: '2026-04-02T14:00:00Z'},
  },
  expired: {
    what: "The receipt's life is over.",
    fix: 'Have the commit authorized again, then run the job again.',
    example: {expiresAt: '2026-04-02T15:30:00Z', now: '2026-04-02T16:00:00Z'},
  },
  lifetime_too_long: {
    what: 'The receipt lives longer than `max-ttl`.',
    fix: "Shorten `ttl` in the issuer's policy, or raise `max-ttl`.",
    example: {seconds: 90_000, maxSeconds: 86_400},
  },
  action_mismatch: {
    what: 'The receipt authorizes another action than a deployment.',
    fix: 'Use a receipt whose `action` is `deploy`.',
    example: {...compared},
  },
  repository_mismatch: {
    what: 'The receipt is for another repository, by numeric id or by name. A repository that was deleted and made again has another id; one that was renamed has the same, and the message says so.',
    fix: 'Have the commit authorized on a pull request of the repository that is deployed.',
    example: {...compared},
  },
  commit_mismatch: {
    what: 'The receipt authorizes another commit than the one that this job deploys.',
    fix: 'Have the deployed commit authorized by its full SHA, or deploy the authorized one: the output `sha` names it.',
    example: {...compared},
  },
  tree_mismatch: {
    what: 'With `match: tree`: the content of what is deployed is not the content that was authorized.',
    fix: 'Have the deployed commit authorized by its full SHA.',
    example: {...compared},
  },
  environment_mismatch: {
    what: "The receipt is for another environment, or the job's own environment is not the one in the input. Names are compared exactly.",
    fix: 'Ask for a receipt for this environment, or correct the input `environment`.',
    example: {...compared},
  },
  issuer_mismatch: {
    what: 'The receipt names another issuer than `issuer-url`.',
    fix: 'Correct `issuer-url`, or use a receipt of that issuer.',
    example: {...compared},
  },
  too_few_approvals: {
    what: 'Fewer people approved than `min-approvals` asks for.',
    fix: "Raise `approvals` in the issuer's policy and have more people authorize, or lower `min-approvals`.",
    example: {approvals: 1, needed: 2},
    isOfGateAlone: true,
  },
  proof_too_weak: {
    what: 'Enough people approved, but too few of them with the proof that `require-proof` asks for.',
    fix: 'Have the commit authorized again with that proof, or change `require-proof`.',
    example: {proven: 0, needed: 1, proof: 'passkey'},
    isOfGateAlone: true,
  },
  flag_refused: {
    what: 'The receipt carries a flag that `refuse-flags` names, such as `self` or `emergency`.',
    fix: 'Have somebody authorize the commit without it, or take the word out of `refuse-flags` if you mean it.',
    example: {flags: ['self']},
    isOfGateAlone: true,
  },
  revoked: {
    what: 'The receipt was revoked after it was made: a revocation by a pinned key was seen, or the issuer says so.',
    fix: 'Ask whoever revoked it why. A new authorization makes a new receipt.',
    example: {receipt: 'rcpt_dg_1', by: 'octocat', at: '2026-04-02T15:00:00Z'},
    isOfGateAlone: true,
  },
  receipt_unknown: {
    what: 'The signature holds, and the issuer says with its own signature that it never made this receipt.',
    fix: 'Treat the key that signed it as stolen: tell whoever runs the issuer, and take the key out of `public-key`.',
    example: {receipt: 'rcpt_dg_1'},
    isOfGateAlone: true,
  },
  already_used: {
    what: 'The receipt serves one run, and another run has used it.',
    fix: 'Have the commit authorized again.',
    example: {receipt: 'rcpt_dg_1', run: '7', at: '2026-04-02T15:00:00Z'},
    isOfGateAlone: true,
  },
  checkout_mismatch: {
    what: 'The files in the workspace do not make the tree that was signed, or HEAD is another commit.',
    fix: 'Check out the authorized commit by its SHA before the gate, say where by `path`, and change nothing in between; the message gives the lines.',
    example: {problem: 'HEAD is another commit', fix: 'Check out the commit.'},
    isOfGateAlone: true,
  },
  denied: {
    what: 'Somebody who may approve said `/deny` for this pull request and environment, which revoked the receipt.',
    fix: 'Talk to that person: only they, or an admin, can let it out again.',
    example: {environment: 'production', by: 'octocat', at: '2026-04-02T15:00:00Z'},
    isOfGateAlone: true,
  },
  source_unreachable: {
    what: "A question that the job asked was not answered, and the message says which: whether there is a receipt, whether it was revoked (neither the issuer's signed status nor all of GitHub's check runs could be had), whether this run uses it, or which environment GitHub gives the job.",
    fix: 'Run the job again when GitHub and the issuer answer; check `issuer-url` and the permissions `checks: read` and `id-token: write`; where others flood the check runs, give `app-id`.',
    example: {problems: ['GitHub: 503']},
    isOfGateAlone: true,
  },
  input_invalid: {
    what: 'An input, an option or a pinned key is not in its form; what the receipt asks for is missing (`issuer-url`, `id-token: write`); or the issuer takes no redemption of this job.',
    fix: 'Correct what is named; the README describes every input.',
    example: {problems: ['environment: is missing']},
  },
  event_unsupported: {
    what: 'The event that started the workflow does not say which commit is deployed.',
    fix: 'Give the input `sha` with the full commit, or start the job by an event that names one.',
    example: {event: 'issue_comment', problem: 'it names no commit'},
    isOfGateAlone: true,
  },
  internal_error: {
    what: 'The gate met something that it did not expect, so it refuses.',
    fix: 'Run the job again. If it comes back, report it with the message.',
    example: {problem: 'a bug'},
    isOfGateAlone: true,
  },
}

/** What to do, in a few words, about those that people meet first. */
export const firstRefusals: {readonly [Code in RefusalCode]?: string} = {
  receipt_missing: 'have someone who may approve post the comment that the job summary shows',
  commit_mismatch: 'have the deployed commit authorized, or deploy the authorized one',
  expired: 'ask for it again, then run the job again',
  key_not_pinned: "pin the line that your issuer prints; if it is not your issuer's key, do not trust the receipt",
  flag_refused: 'have somebody else authorize it, or let the job accept the flag on purpose',
  checkout_mismatch: 'check out the output `sha`; on `pull_request` add the `ref:` line that the refusal prints',
  source_unreachable: 'run the job again when GitHub or the issuer answers; give the job `checks: read`',
}
