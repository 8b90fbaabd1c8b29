/** All documents of one entry: each by its own judge, and of a decision its row in the index. */
import type {Entry, Receipt, TokenClaims} from '#protocol'
import type {Cell} from './csv.ts'
import type {DocumentFinder} from './find-document.ts'
import type {Happening, Happenings} from './happenings.ts'
import {type Happened, indexRow} from './index-row.ts'
import {
  type Found,
  type Judging,
  type PackKeys,
  judgeEvidence,
  judgeKeys,
  judgeReceipt,
  judgeRevocation,
  judgeRun,
  judgeToken,
} from './judge-document.ts'
import {type DocumentKind, documentsOf} from './pack.ts'
import type {PackFault} from './pack-faults.ts'
import {emptyTally} from './tally.ts'

export interface JudgedEntry {
  readonly faults: readonly PackFault[]
  /** Of a decision whose documents are all here and hold. */
  readonly row?: readonly Cell[] | undefined
}

export interface Hearing extends Judging {
  readonly finder: DocumentFinder
  readonly happenings: Happenings
}

export async function judgeEntry(entry: Entry, {finder, happenings, ...judging}: Hearing): Promise<JudgedEntry> {
  const judged = new JudgedDocuments(judging)
  if (entry.event === 'receipt.revoked') judged.receipt = await finder.receiptOf(entry)
  for (const document of documentsOf(entry)) judged.add(document.kind, await finder.find(document, entry))
  const {receipt, claims, faults} = judged
  if (entry.event !== 'receipt.issued' && entry.event !== 'decision.made') return {faults}
  const policy = receipt?.policy ?? claims?.policies[0]?.digest
  const fault = policy === undefined ? undefined : await finder.checkPolicy(policy)
  if (fault !== undefined) faults.push(fault)
  if (faults.length > 0 || !judged.isWhole) return {faults}
  const happened = await findHappened(happenings.to(entry), finder, {keys: judging.keys, receipt})
  return {faults, row: indexRow({entry, receipt, claims, happened})}
}

interface Told {
  readonly keys: PackKeys
  readonly receipt: Receipt | undefined
}

/** What came after, out of documents that hold. One that does not is refused where its own entry stands. */
async function findHappened(
  happenings: readonly Happening[],
  finder: DocumentFinder,
  {keys, receipt}: Told,
): Promise<readonly Happened[]> {
  // Counted where their own entries stand.
  const judging = {keys, tally: emptyTally()}
  const happened: Happened[] = []
  for (const {kind, path, digest, entry, ...file} of happenings) {
    const body = await finder.readAgain(path)
    if (body === undefined) continue
    const found = {path, digest, entry, bytes: body}
    const fault = kind === 'revocation' ? judgeRevocation(found, judging, receipt) : judgeRun(found, judging)
    if (fault === undefined) happened.push({...file, body})
  }
  return happened
}

/** What is known of an entry so far: a receipt stands before its token, which is compared with it. */
class JudgedDocuments {
  receipt: Receipt | undefined
  claims: TokenClaims | undefined
  readonly faults: PackFault[] = []
  /** False when a document is somewhere else. */
  isWhole = true
  readonly #judging: Judging

  constructor(judging: Judging) {
    this.#judging = judging
  }

  add(kind: DocumentKind, found: Found | PackFault | undefined): void {
    if (found === undefined) {
      this.isWhole = false
      return
    }
    const fault = 'code' in found ? found : this.#judge(kind, found)
    if (fault !== undefined) this.faults.push(fault)
  }

  #judge(kind: DocumentKind, found: Found): PackFault | undefined {
    switch (kind) {
      case 'receipt': {
        const judged = judgeReceipt(found, this.#judging)
        if ('value' in judged) this.receipt = judged.value
        return 'fault' in judged ? judged.fault : undefined
      }
      case 'token': {
        const judged = judgeToken(found, this.#judging, this.receipt)
        if ('value' in judged) this.claims = judged.value
        return 'fault' in judged ? judged.fault : undefined
      }
      case 'evidence':
        return judgeEvidence(found, this.#judging)
      case 'revocation':
        return judgeRevocation(found, this.#judging, this.receipt)
      case 'run':
        return judgeRun(found, this.#judging)
      case 'keys':
        return judgeKeys(found, this.#judging)
      default:
        return kind satisfies never
    }
  }
}
