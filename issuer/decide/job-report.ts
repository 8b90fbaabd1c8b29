/** What a job tells of a receipt, why it is refused, and how it is written into the ledger. */
import {type MicrosTime, type Receipt, type SecondsTime, microsTimeToMicros} from '#protocol'
import type {Job} from '../model/caller.ts'
import {type EventOrder, mintEvent} from '../mint/mint-record.ts'
import type {FoundReceipt} from '../model/lookups.ts'
import type {EventRecord, LedgerHead} from '../model/record.ts'
import type {Run, ScopeKey} from '../model/state.ts'
import type {PresentRepository} from '../github/repository.ts'

export type Refusal =
  | {readonly code: 'query_invalid' | 'body_invalid' | 'body_too_large'; readonly problem: string}
  | {readonly code: 'caller_unknown' | 'revoked' | 'reports_exhausted' | 'github_unreachable'}
  | {readonly code: 'expired'; readonly expiresAt: SecondsTime}
  | {readonly code: 'repository_mismatch' | 'commit_mismatch'; readonly authorized: string; readonly shown: string}
  | {readonly code: 'environment_mismatch'; readonly authorized: string}
  | {readonly code: 'workflow_refused'; readonly branch: string}
  | {readonly code: 'already_used'; readonly run: Run; readonly at: SecondsTime}

/** From a job that was admitted. */
export interface JobReport {
  readonly found: FoundReceipt
  readonly job: Job
  readonly repository: PresentRepository
}

/** The answer to a job, and what the audit shows of it. */
export interface RecordedReport {
  readonly receipt: Receipt['id']
  readonly run: Run
  readonly at: SecondsTime
}

export type JobAnswer<Told> =
  {readonly kind: 'recorded'; readonly told: Told} | {readonly kind: 'refused'; readonly refusal: Refusal}

export const refuse = (refusal: Refusal): Extract<JobAnswer<never>, {readonly kind: 'refused'}> => ({
  kind: 'refused',
  refusal,
})

export const scopeOf = ({found: {receipt}}: JobReport): ScopeKey => ({
  repositoryId: receipt.scope.repositoryId,
  environment: receipt.scope.environment,
})

/** Milliseconds, the ledger's: it may be ahead of the clock. */
export const msOf = (at: MicrosTime): number => Math.floor(microsTimeToMicros(at) / 1000)

export interface JobReportOrder {
  readonly telling: JobReport
  readonly head: LedgerHead
  readonly at: MicrosTime
  readonly event: EventOrder['event']
  readonly once: string
  /** Nobody may guess it: its digest stands in the public ledger. */
  readonly body: object
}

export function mintJobReport({telling, head, at, event, once, body}: JobReportOrder): EventRecord {
  const {found, repository} = telling
  return mintEvent({
    head,
    at,
    event,
    receipt: found.receipt.id,
    body,
    scope: scopeOf(telling),
    repository: repository.name,
    ownerId: repository.owner.id,
    // What was minted while private stays private, and what is private now shows nothing new.
    public: found.public && repository.public,
    once,
  })
}
