/**
 * One walk along a pack's part of the ledger: each hash and link, and each document against the entry that names it.
 * Nothing is held but the last entry, a few counts and the digests of the policies.
 */
import {
  type Anchor,
  type ChainResult,
  ChainWalk,
  type Entry,
  type Faulty,
  LineReader,
  isMasked,
  microsTimeToMicros,
  parseJson,
  parseSegmentEntry,
  secondsTimeToMs,
} from '#protocol'
import {DocumentFinder, type Finding, type PackDocuments} from './find-document.ts'
import type {Happenings} from './happenings.ts'
import type {PackKeys} from './judge-document.ts'
import {type Hearing, type JudgedEntry, judgeEntry} from './judge-entry.ts'
import {type PackHead, isInPeriod} from './pack.ts'
import {type PackFault, faultOf, packFault} from './pack-faults.ts'
import {type PackTally, emptyTally} from './tally.ts'

export interface WalkOrder {
  readonly head: Pick<PackHead, 'from' | 'to' | 'without'>
  readonly keys: PackKeys
  readonly documents: PackDocuments
  /** Of all entries of the pack. */
  readonly happenings: Happenings
  readonly onName: Finding['onName']
  /** Undefined: the part is held against no checkpoint. */
  readonly anchor: Anchor | undefined
  /** How many entries there are in the ledger, as far as anybody says. */
  readonly size: number
}

export interface WalkEnd {
  readonly faults: readonly PackFault[]
  /** Undefined when the chain does not hold. */
  readonly chain: ChainResult | undefined
  /** The period reaches past the ledger's end: what came after is not here. */
  readonly isOpen: boolean
  /** An end of the period is masked, so nobody sees that nothing was cut off there. */
  readonly isHidden: boolean
}

export class PackWalk {
  readonly tally: PackTally = emptyTally()
  readonly #order: WalkOrder
  readonly #hearing: Hearing
  readonly #lines = new LineReader()
  #chain: ChainWalk | undefined
  #first: Seen | undefined
  #last: Seen | undefined

  constructor(order: WalkOrder) {
    this.#order = order
    const {keys, happenings} = order
    const finder = new DocumentFinder({...order, tally: this.tally})
    this.#hearing = {keys, happenings, finder, tally: this.tally}
    this.#chain = new ChainWalk(order.anchor)
  }

  /** The next entry, as its line of NDJSON. */
  async take(line: string): Promise<JudgedEntry & {readonly isDecision: boolean}> {
    this.tally.entries += 1
    const broken = this.#follow(line)
    const json = parseJson(line)
    const parsed = json.ok ? parseSegmentEntry(json.value) : undefined
    if (parsed?.ok !== true) return {faults: broken, isDecision: false}
    const entry = isMasked(parsed.value) ? undefined : parsed.value
    this.#last = {seq: parsed.value.seq, entry}
    this.#first ??= this.#last
    if (entry === undefined) this.tally.masked += 1
    if (entry === undefined || !isInPeriod(entry, this.#order.head)) {
      return {faults: broken, isDecision: false}
    }
    const judged = await judgeEntry(entry, this.#hearing)
    const isDecision = entry.event === 'receipt.issued' || entry.event === 'decision.made'
    return {faults: [...broken, ...judged.faults], row: judged.row, isDecision}
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
    return {
      faults: [...faults, ...this.#findCuts()],
      chain: ended?.valid === true ? ended : undefined,
      isOpen: isAtEnd(this.#last, this.#order.size) && !isAfter(this.#last, this.#order.head),
      isHidden: [this.#first, this.#last].some((seen) => seen !== undefined && seen.entry === undefined),
    }
  }

  /**
   * The entry before the period and the one after it stand in the pack too, so that whoever leaves out the first or the
   * last of the period is seen. Of a masked one the time is not known.
   */
  #findCuts(): readonly PackFault[] {
    const {head, size} = this.#order
    const [first, last] = [this.#first, this.#last]
    if (first === undefined || last === undefined) return []
    const isBegun = first.seq === 0 || first.entry === undefined || isBefore(first, head)
    const isEnded = isAtEnd(last, size) || last.entry === undefined || isAfter(last, head)
    return [
      ...(isBegun ? [] : [packFault('ledger', 'pack_incomplete', `it begins within the period, at ${first.seq}`)]),
      ...(isEnded ? [] : [packFault('ledger', 'pack_incomplete', `it ends within the period, at ${last.seq}`)]),
    ]
  }
}

interface Seen {
  readonly seq: number
  /** Undefined of a masked one. */
  readonly entry: Entry | undefined
}

type Period = Pick<PackHead, 'from' | 'to'>

const isAtEnd = (seen: Seen | undefined, size: number): boolean => seen?.seq === size - 1

const isBefore = ({entry}: Seen, {from}: Period): boolean =>
  entry !== undefined && microsTimeToMicros(entry.time) < secondsTimeToMs(from) * 1000

const isAfter = (seen: Seen | undefined, {to}: Period): boolean =>
  seen?.entry !== undefined && microsTimeToMicros(seen.entry.time) >= secondsTimeToMs(to) * 1000
