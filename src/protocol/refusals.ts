/** Every way to refuse a deployment: its facts, what happened, and what to do. The code is API, the sentence is not. */
import type {Flag} from './receipt.ts'

/** What was asked for, where a refusal's fix needs to say it. */
export interface Asked {
  readonly environment: string
  readonly sha: string
  /** The pull request to comment on, when the event names one. */
  readonly pullRequest?: number | undefined
}

type Facts = {
  readonly receipt_missing: {readonly asked: Asked; readonly sources: readonly string[]}
  readonly receipt_malformed: {readonly problem: string}
  readonly receipt_too_large: {readonly problem: string}
  readonly key_not_pinned: {readonly publicKey: string}
  readonly key_revoked: {readonly publicKey: string; readonly until?: string | undefined}
  readonly signature_invalid: {readonly publicKey: string}
  readonly not_yet_valid: {readonly issuedAt: string; readonly now: string}
  readonly expired: {readonly expiresAt: string; readonly now: string}
  readonly lifetime_too_long: {readonly seconds: number; readonly maxSeconds: number}
  readonly action_mismatch: Compared
  /** `isRenamed`: the id is the same, the name is another. */
  readonly repository_mismatch: Compared & {readonly isRenamed?: true | undefined}
  readonly commit_mismatch: Compared
  readonly tree_mismatch: Compared
  readonly environment_mismatch: Compared
  readonly issuer_mismatch: Compared
  readonly too_few_approvals: {readonly approvals: number; readonly needed: number}
  readonly proof_too_weak: {readonly proven: number; readonly needed: number; readonly proof: string}
  readonly flag_refused: {readonly flags: readonly Flag[]}
  readonly revoked: {readonly receipt: string; readonly by?: string | undefined; readonly at?: string | undefined}
  readonly receipt_unknown: {readonly receipt: string}
  readonly already_used: {readonly receipt: string; readonly run?: string | undefined; readonly at?: string | undefined}
  readonly checkout_mismatch: {readonly problem: string; readonly fix: string}
  readonly denied: {readonly environment: string; readonly by?: string | undefined; readonly at?: string | undefined}
  readonly source_unreachable: {readonly problems: readonly string[]}
  readonly input_invalid: {readonly problems: readonly string[]}
  readonly event_unsupported: {readonly event: string; readonly problem: string}
  readonly internal_error: {readonly problem: string}
}

/** A field of the receipt beside the same field of what is deployed; undefined where the job could not say. */
interface Compared {
  readonly authorized: string
  readonly deploying?: string | undefined
}

export type RefusalCode = keyof Facts
export type Refusal = {[Code in RefusalCode]: {readonly code: Code} & Facts[Code]}[RefusalCode]

/** What happened and what to do, in one sentence or two each. Foreign text is escaped by whoever shows it. */
export interface Words {
  readonly what: string
  readonly fix: string
}

type Table = {readonly [Code in RefusalCode]: (facts: Facts[Code]) => Words}

const or = (value: string | undefined, otherwise: string): string => value ?? otherwise
const renamed = (before: string, now: string): Words => ({
  what: `The receipt names its repository ${before}, which is called ${now} now: it was renamed or transferred after the receipt was issued.`,
  fix: `${newReceipt}: a receipt counts for the name that was authorized.`,
})

const newReceipt = 'Ask a reviewer to authorize this commit again'

const words: Table = {
  receipt_missing: ({asked, sources}) => ({
    what: `No receipt authorizes ${asked.sha} for ${asked.environment} (asked: ${sources.join(', ') || 'nobody'}).`,
    fix:
      `Have someone who may approve comment exactly \`/authorize ${asked.environment} ${asked.sha}\` on ` +
      `${asked.pullRequest === undefined ? 'the pull request of this commit' : `pull request #${asked.pullRequest}`}, then run this job again.`,
  }),
  receipt_malformed: ({problem}) => ({
    what: `What was given as a receipt is not one: ${problem}.`,
    fix: 'Give the receipt exactly as the issuer made it (the JSON in the check run, or GET /v1/receipts/{id}).',
  }),
  receipt_too_large: ({problem}) => ({
    what: `The receipt is too large: ${problem}.`,
    fix: 'A receipt file has at most 16 KiB, its signed part at most 4096 bytes. Give the receipt alone.',
  }),
  key_not_pinned: ({publicKey}) => ({
    what: `The receipt is signed with ${publicKey}, which this job does not pin.`,
    fix: 'If that is your issuer\'s key (it prints it when it starts), add the line to the input "public-key"; otherwise do not trust this receipt.',
  }),
  key_revoked: ({publicKey, until}) => ({
    what:
      until === undefined
        ? `The key ${publicKey} is pinned as revoked.`
        : `The key ${publicKey} is pinned until ${until}, and the receipt was issued later.`,
    fix: `${newReceipt} with an issuer whose current key is pinned.`,
  }),
  signature_invalid: ({publicKey}) => ({
    what: `The signature does not fit the receipt under ${publicKey}: something in it was changed.`,
    fix: 'Fetch the receipt again from GitHub or the issuer. If it still fails, treat it as forged and tell your security team.',
  }),
  not_yet_valid: ({issuedAt, now}) => ({
    what: `The receipt was issued at ${issuedAt}, and here it is ${now}.`,
    fix: 'Set the clocks of the runner and of the issuer (60 seconds apart are tolerated), then run this job again.',
  }),
  expired: ({expiresAt, now}) => ({
    what: `The receipt expired at ${expiresAt}, and here it is ${now}.`,
    fix: `${newReceipt}, then run this job again.`,
  }),
  lifetime_too_long: ({seconds, maxSeconds}) => ({
    what: `The receipt lives ${seconds} seconds, and this job takes at most ${maxSeconds}.`,
    fix: 'Shorten "ttl" in the issuer\'s policy, or raise the input "max-ttl".',
  }),
  action_mismatch: ({authorized, deploying}) => ({
    what: `The receipt authorizes the action ${authorized}, and this job wants ${or(deploying, 'an action it does not name')}.`,
    fix: 'Use a receipt for the action "deploy".',
  }),
  repository_mismatch: ({authorized, deploying, isRenamed}) => {
    if (isRenamed === true) return renamed(authorized, or(deploying, 'otherwise'))
    return {
      what: `The receipt is for repository ${authorized}, and this job deploys ${or(deploying, 'a repository it does not name')}.`,
      fix: 'Ask for a receipt on a pull request of the repository that is deployed. A repository made anew under an old name has another id.',
    }
  },
  commit_mismatch: ({authorized, deploying}) => ({
    what: `The receipt authorizes commit ${authorized}, and this job deploys ${or(deploying, 'a commit it does not name')}.`,
    fix: 'Have the commit that is deployed authorized by its full SHA, or deploy the authorized commit.',
  }),
  tree_mismatch: ({authorized, deploying}) => ({
    what: `The receipt authorizes the tree ${authorized}, and this job deploys ${or(deploying, 'a tree it does not name')}.`,
    fix: 'Have the commit that is deployed authorized by its full SHA.',
  }),
  environment_mismatch: ({authorized, deploying}) => ({
    what: `The receipt authorizes the environment ${authorized}, and this job deploys to ${or(deploying, 'an environment it does not name')}.`,
    fix: 'Ask for a receipt for this environment; the names are compared exactly.',
  }),
  issuer_mismatch: ({authorized, deploying}) => ({
    what: `The receipt names the issuer ${authorized}, and this job's "issuer-url" is ${or(deploying, 'not given')}.`,
    fix: 'Correct "issuer-url", or use a receipt of that issuer.',
  }),
  too_few_approvals: ({approvals, needed}) => ({
    what: `The receipt carries ${approvals} approval${approvals === 1 ? '' : 's'}, and this job needs ${needed}.`,
    fix: 'Raise "approvals" in the issuer\'s policy and have more people authorize, or lower the input "min-approvals".',
  }),
  proof_too_weak: ({proven, needed, proof}) => ({
    what: `${proven} of the approvals are proven by ${proof}, and this job needs ${needed}.`,
    fix: `Have the commit authorized again with the proof ${proof}, or change the input "require-proof".`,
  }),
  flag_refused: ({flags}) => ({
    what: `The receipt is flagged ${flags.join(', ')}, which this job does not take.`,
    fix: 'Have somebody authorize the commit without that flag, or take the word out of the input "refuse-flags" if you mean it.',
  }),
  revoked: ({receipt, by, at}) => ({
    what: `The receipt ${receipt} was revoked${by === undefined ? '' : ` by ${by}`}${at === undefined ? '' : ` at ${at}`}.`,
    fix: 'Ask whoever revoked it why. A new authorization makes a new receipt.',
  }),
  receipt_unknown: ({receipt}) => ({
    what: `The receipt ${receipt} carries a signature that holds, and its issuer says that it never made such a receipt.`,
    fix: 'Treat the key that signed it as stolen: tell whoever runs the issuer, and take the key out of "public-key".',
  }),
  already_used: ({receipt, run, at}) => ({
    what: `The receipt ${receipt} was already used${run === undefined ? '' : ` by run ${run}`}${at === undefined ? '' : ` at ${at}`}.`,
    fix: `A single-use receipt serves one run. ${newReceipt}.`,
  }),
  checkout_mismatch: ({problem, fix}) => ({what: `The checkout is not the authorized commit: ${problem}.`, fix}),
  denied: ({environment, by, at}) => ({
    what: `Deploying this to ${environment} was denied${by === undefined ? '' : ` by ${by}`}${at === undefined ? '' : ` at ${at}`}.`,
    fix: 'Talk to the person who denied it; only they, or an admin, can let it out again.',
  }),
  source_unreachable: ({problems}) => ({
    what: `Whether this may be deployed could not be found out: ${problems.join('; ')}.`,
    fix: 'Run the job again when what is named answers. Check "issuer-url" and the job\'s permissions ("checks: read", "id-token: write").',
  }),
  input_invalid: ({problems}) => ({
    what:
      problems.length === 1 ? `${problems[0] ?? ''}.` : `${problems.length} things are wrong: ${problems.join('; ')}.`,
    fix: 'Correct what is named, as documented under "Inputs" in the README.',
  }),
  event_unsupported: ({event, problem}) => ({
    what: `The event ${event} does not say which commit is deployed: ${problem}.`,
    fix: 'Give the inputs "sha" (the full commit that this job deploys), or run on push, workflow_dispatch, release, schedule, deployment, merge_group or pull_request.',
  }),
  internal_error: ({problem}) => ({
    what: `The gate met something it did not expect, so it refuses: ${problem}.`,
    fix: 'Run the job again; if it comes back, report it with this message.',
  }),
}

export const refusalCodes = Object.keys(words) as readonly RefusalCode[]

export function describeRefusal(refusal: Refusal): Words {
  // The table is typed by code, so each row gets its own facts; the union cannot express that correlation here.
  const row = words[refusal.code] as (facts: Refusal) => Words
  return row(refusal)
}
