/**
 * One walk along a pack's part of the ledger: each hash and link, and each document against the entry that names it.
 * Nothing is held but the last entry, a few counts and the digests of the policies, so a pack of any length verifies.
 */
import {digestOf} from '../crypto.ts'
import type {Digest} from '../ids.ts'
import {parseJson} from '../json.ts'
import {type ChainResult, type Anchor, ChainWalk} from '../ledger/chain-walk.ts'
import type {Entry} from '../ledger/entry.ts'
import {isMasked, parseSegmentEntry} from '../ledger/parse-entry.ts'
import {LineReader} from '../ledger/read-line.ts'
import type {Faulty} from '../proof-faults.ts'
import type {Receipt} from '../receipt.ts'
import type {TokenClaims} from '../token-claims.ts'
import type {Cell} from './csv.ts'
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
import {type Happened, indexRow} from './index-row.ts'
import {
  type DocumentKind,
  type PackDocument,
  type PackHead,
  documentsOf,
  folderOf,
  isInPeriod,
  parseHappeningName,
  policyPath,
} from './pack.ts'
import {type PackFault, faultOf, packFault} from './pack-faults.ts'
import {type PackTally, emptyTally} from './tally.ts'

/** Where documents are. `elsewhere`: it may be there, and cannot be looked at from here. */
export interface PackDocuments {
  readonly read: (path: string) => Promise<Uint8Array | 'absent' | 'elsewhere'>
  /** The names in a folder, in any order. */
  readonly list: (folder: string) => Promise<readonly string[]>
}

export interface WalkOrder {
  readonly head: Pick<PackHead, 'from' | 'to' | 'without'>
  readonly keys: PackKeys
  readonly documents: PackDocuments
  /** Undefined: the part is held against no checkpoint. */
  readonly anchor: Anchor | undefined
}

export interface Step {
  readonly faults: readonly PackFault[]
  /** Of a decision whose documents hold: its row in the index. */
  readonly row?: readonly Cell[] | undefined
  readonly seq?: number | undefined
}

export interface WalkEnd {
  readonly faults: readonly PackFault[]
  /** Undefined when the chain does not hold. */
  readonly chain: ChainResult | undefined
  readonly first: Entry | undefined
  readonly last: Entry | undefined
  readonly lastSeq: number
}

export class PackWalk {
  readonly tally: PackTally = emptyTally()
  /** Documents that were there. */
  visited = 0
  readonly #order: WalkOrder
  readonly #judging: Judging
  readonly #lines = new LineReader()
  readonly #policies = new Set<Digest>()
  #chain: ChainWalk | undefined
  /** Undefined where the first or the last entry is masked. */
  #first: Entry | undefined
  #last: Entry | undefined
  #lastSeq = -1

  constructor(order: WalkOrder) {
    this.#order = order
    this.#judging = {keys: order.keys, tally: this.tally}
    this.#chain = new ChainWalk(order.anchor)
  }

  /** The next entry, as its line of NDJSON. */
  async take(line: string): Promise<Step> {
    const isFirst = this.tally.entries === 0
    this.tally.entries += 1
    const broken = this.#follow(line)
    const json = parseJson(line)
    const parsed = json.ok ? parseSegmentEntry(json.value) : json
    if (!parsed.ok) return {faults: broken}
    this.#lastSeq = parsed.entry.seq
    const entry = isMasked(parsed.entry) ? undefined : parsed.entry
    this.#last = entry
    if (isFirst) this.#first = entry
    if (entry === undefined) this.tally.masked += 1
    if (entry === undefined || !isInPeriod(entry, this.#order.head)) return {faults: broken, seq: this.#lastSeq}
    const judged = await this.#judge(entry)
    return {faults: [...broken, ...judged.faults], row: judged.row, seq: entry.seq}
  }

  /** Of a chain only the first fault counts: after it nothing is known to follow. */
  #follow(line: string): readonly PackFault[] {
    if (this.#chain === undefined) return []
    const leaf = this.#lines.readLine(line)
    const fault = 'valid' in leaf ? leaf : this.#chain.take(leaf)
    return fault === undefined ? [] : this.#break(fault)
  }

  #break(fault: Faulty): readonly PackFault[] {
    this.#chain = undefined
    return [faultOf('ledger', fault)]
  }

  end(): WalkEnd {
    const ended = this.#chain?.end()
    const faults = ended?.valid === false ? this.#break(ended) : []
    const chain = ended?.valid === true ? ended : undefined
    return {faults, chain, first: this.#first, last: this.#last, lastSeq: this.#lastSeq}
  }

  async #judge(entry: Entry): Promise<Step> {
    switch (entry.event) {
      case 'receipt.issued':
      case 'decision.made':
        return await this.#judgeDecision(entry)
      case 'receipt.revoked':
        return {faults: await this.#judgeEach(entry, await this.#receiptOf(entry))}
      case 'ledger.created':
      case 'receipt.redeemed':
      case 'deploy.started':
      case 'deploy.finished':
      case 'key.rotated':
        return {faults: await this.#judgeEach(entry, undefined)}
      default:
        return entry.event satisfies never
    }
  }

  async #judgeEach(entry: Entry, receipt: Receipt | undefined): Promise<readonly PackFault[]> {
    const faults: PackFault[] = []
    for (const document of documentsOf(entry)) {
      const found = await this.#find(document, entry)
      if (found === undefined) continue
      const fault = 'code' in found ? found : this.#judgeHappening(document.kind, found, receipt)
      if (fault !== undefined) faults.push(fault)
    }
    return faults
  }

  #judgeHappening(kind: DocumentKind, found: Found, receipt: Receipt | undefined): PackFault | undefined {
    if (kind === 'keys') return judgeKeys(found, this.#judging)
    if (kind === 'run') return judgeRun(found, this.#judging)
    const judged = judgeRevocation(found, this.#judging, receipt)
    return 'fault' in judged ? judged.fault : undefined
  }

  async #judgeDecision(entry: Entry): Promise<Step> {
    const faults: PackFault[] = []
    let receipt: Receipt | undefined
    let claims: TokenClaims | undefined
    let isWhole = true
    for (const document of documentsOf(entry)) {
      const found = await this.#find(document, entry)
      if (found === undefined) isWhole = false
      else if ('code' in found) faults.push(found)
      else if (document.kind === 'evidence') faults.push(...listOf(judgeEvidence(found, this.#judging)))
      else if (document.kind === 'receipt') {
        const judged = judgeReceipt(found, this.#judging)
        if ('fault' in judged) faults.push(judged.fault)
        else receipt = judged.value
      } else {
        const judged = judgeToken(found, this.#judging, receipt)
        if ('fault' in judged) faults.push(judged.fault)
        else claims = judged.value
      }
    }
    faults.push(...(await this.#judgePolicy(receipt?.policy ?? claims?.policies[0]?.digest)))
    if (faults.length > 0 || !isWhole) return {faults}
    return {faults, row: indexRow({entry, receipt, claims, happened: await this.#happenedTo(entry)})}
  }

  /** The text of the policy that decided, named by its digest. Each is looked at once. */
  async #judgePolicy(digest: Digest | undefined): Promise<readonly PackFault[]> {
    if (digest === undefined || this.#policies.has(digest)) return []
    this.#policies.add(digest)
    const path = policyPath(digest)
    const bytes = await this.#read(path, this.#order.head.without.includes('policies'))
    if (bytes === undefined) return []
    if (!(bytes instanceof Uint8Array)) return [bytes]
    if (digestOf(bytes) !== digest) {
      return [packFault(path, 'pack_entry_mismatch', 'it is another policy than its name says')]
    }
    this.tally.policies += 1
    return []
  }

  /** Undefined for what nobody can look at here. */
  async #find({kind, path, digest}: PackDocument, entry: Entry): Promise<Found | PackFault | undefined> {
    const {without} = this.#order.head
    const mayLack = (kind === 'run' && without.includes('runs')) || (kind === 'keys' && without.includes('keys'))
    const bytes = await this.#read(path, mayLack)
    return bytes instanceof Uint8Array ? {path, bytes, digest, entry} : bytes
  }

  async #read(path: string, mayLack: boolean): Promise<Uint8Array | PackFault | undefined> {
    const bytes = await this.#order.documents.read(path)
    if (bytes === 'elsewhere') this.tally.elsewhere += 1
    else if (bytes !== 'absent') this.visited += 1
    else if (mayLack) this.tally.withheld += 1
    else return packFault(path, 'pack_file_missing')
    return bytes instanceof Uint8Array ? bytes : undefined
  }

  /** Whatever is wrong with it is said where its own entry stands. */
  async #receiptOf(entry: Entry): Promise<Receipt | undefined> {
    const bytes = await this.#order.documents.read(`${folderOf(entry)}/receipt.json`)
    return bytes instanceof Uint8Array ? readReceipt(bytes) : undefined
  }

  async #happenedTo(entry: Entry): Promise<readonly Happened[]> {
    const folder = folderOf(entry)
    const names = await this.#order.documents.list(folder)
    const files = names.flatMap((name) => parseHappeningName(name) ?? []).sort((a, b) => a.seq - b.seq)
    const happened: Happened[] = []
    for (const file of files) {
      const body = await this.#order.documents.read(`${folder}/${file.name}`)
      if (body instanceof Uint8Array) happened.push({...file, body})
    }
    return happened
  }
}
