/** Who authorized what was running then: receipts, what became of them, and the proofs, joined for one caller. */
import {type Audit, type AuditRecord, type SecondsTime, lifeOf, runningAt, stateAt} from '#protocol'
import {type Caller, mayRead, viewerOf} from '../../model/caller.ts'
import {readInclusion} from '../../store/read-proofs.ts'
import type {FoundReceipt, RecordReader} from '../../model/lookups.ts'
import type {Checkpoints, KeptCheckpoint, LedgerReader} from '../../model/readers.ts'
import type {AuditQuestion} from './audit-query.ts'
import {readHappened} from '../../decide/happened.ts'
import {type UncoveredTools, findUncovered} from './uncovered.ts'

export interface AuditTools extends UncoveredTools {
  readonly records: RecordReader
  readonly ledger: LedgerReader
  readonly checkpoints: Pick<Checkpoints, 'newest'>
}

/** What this caller may not read is answered as if it were not there. */
export async function readAudit(question: AuditQuestion, caller: Caller, tools: AuditTools): Promise<Audit> {
  const {repository, environment, at} = question
  const viewer = viewerOf(caller)
  const shown = await tools.store.find({by: 'scope', repository, environment, issuedBefore: at, viewer})
  const checkpoint = await tools.checkpoints.newest()
  const records = await Promise.all(shown.map((one) => readRecord(one, {at, checkpoint}, tools)))
  const running = runningAt(records, at)
  return {
    type: 'countersign.audit/v1',
    repository,
    repositoryId: shown[0]?.receipt.scope.repositoryId ?? null,
    environment,
    at,
    records,
    running: running?.receipt.id ?? null,
    unauthorized: await readUncovered(shown[0], {question, caller}, tools),
    checkpoint: checkpoint?.note ?? null,
  }
}

const belongingOf = ({receipt, ownerId, public: isPublic}: FoundReceipt): Parameters<typeof mayRead>[1] => ({
  public: isPublic,
  repositoryId: receipt.scope.repositoryId,
  ownerId,
})

interface Moment {
  readonly at: SecondsTime
  readonly checkpoint: KeptCheckpoint | undefined
}

type ShownRecord = AuditRecord & Pick<FoundReceipt, 'receipt'>

async function readRecord(
  {receipt}: FoundReceipt,
  {at, checkpoint}: Moment,
  {records, ledger}: AuditTools,
): Promise<ShownRecord> {
  const decision = await records.decision(receipt.decision)
  if (decision === undefined) throw new Error(`the receipt ${receipt.id} is there, and its decision is not`)
  const {entry, token} = decision
  const {seq} = entry
  const happened = readHappened(await records.events(receipt.id))
  const isSigned = checkpoint !== undefined && seq < checkpoint.size
  return {
    receipt,
    token,
    state: stateAt(lifeOf(receipt, happened), at),
    ...happened,
    entry,
    inclusion: isSigned ? await readInclusion(ledger, {seq, size: checkpoint.size}) : null,
  }
}

/** GitHub is asked only for those whose own it is: its patience is not for everybody who may see a public repository. */
async function readUncovered(
  newest: FoundReceipt | undefined,
  {question, caller}: {readonly question: AuditQuestion; readonly caller: Caller},
  tools: AuditTools,
): Promise<Audit['unauthorized']> {
  if (newest === undefined || !mayRead(caller, {...belongingOf(newest), public: false})) return null
  const {repositoryId: id, repository: name} = newest.receipt.scope
  return await findUncovered({...question, repository: {id, name}}, tools)
}
