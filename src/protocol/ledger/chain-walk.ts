/** One walk along a segment: what is known of it so far is the last entry, a few counts and the tree's frontier. */
import {type Faulty, faulty} from '../proof-faults.ts'
import type {Checkpoint} from './checkpoint.ts'
import {GrowingTree} from './growing-tree.ts'
import {emptyFrontier} from './merkle.ts'
import type {Leaf} from './read-line.ts'

export interface ChainResult {
  readonly valid: true
  readonly entries: number
  /** Every entry follows the one before it, shown by its `prev` or by its place in the signed tree. */
  readonly continuous: boolean
  /** `checkpoint`: the entries are those of the signed tree. `consistent`: and it continues the previous one. */
  readonly anchored: 'none' | 'checkpoint' | 'consistent'
  /** Entries that show only their hash, being of repositories that are not public. */
  readonly masked: number
  /** Entries that no checkpoint speaks for: all of them with `none`, else those after the checkpoint. */
  readonly unanchored: number
  /** What this result does not show, in a sentence; absent when there is nothing of that kind. */
  readonly caution?: string
}

/** What a segment is held against. */
export interface Anchor {
  readonly checkpoint: Checkpoint
  readonly previous?: Checkpoint | undefined
  /** The frontier of `previous`, out of a consistency proof that held. */
  readonly start?: readonly string[] | undefined
}

export class ChainWalk {
  readonly #anchor: Anchor | undefined
  /** There from the first entry until the checkpoint's size is reached. */
  #tree: GrowingTree | undefined
  #last: Leaf | undefined
  #lastShown: Leaf['shown']
  #entries = 0
  #masked = 0
  #unanchored = 0
  /** Masked entries whose link to their predecessor neither `prev` nor the tree shows. */
  #hiddenLinks = 0

  constructor(anchor: Anchor | undefined) {
    this.#anchor = anchor
  }

  take(leaf: Leaf): Faulty | undefined {
    const fault =
      (this.#last === undefined ? this.#begin(leaf.seq) : checkLink(this.#last, leaf)) ?? this.#checkShown(leaf)
    if (fault !== undefined) return fault
    if (leaf.shown === undefined) this.#masked += 1
    if (this.#tree === undefined) {
      this.#unanchored += 1
      if (leaf.shown === undefined && this.#last !== undefined) this.#hiddenLinks += 1
    }
    this.#entries += 1
    this.#last = leaf
    this.#lastShown = leaf.shown ?? this.#lastShown
    return this.#tree === undefined ? undefined : this.#grow(this.#tree, leaf.bytes)
  }

  end(): ChainResult | Faulty {
    if (this.#last === undefined) return faulty('chain_empty', 'an empty one shows nothing, and may have been cut')
    if (this.#tree !== undefined) {
      const covered = this.#anchor?.checkpoint.size ?? 0
      return faulty(
        'chain_truncated',
        `the checkpoint covers ${covered} entries, the last one here is ${this.#last.seq}`,
      )
    }
    const caution = describeCaution({unanchored: this.#unanchored, hiddenLinks: this.#hiddenLinks})
    return {
      valid: true,
      entries: this.#entries,
      continuous: this.#hiddenLinks === 0,
      anchored: this.#anchor === undefined ? 'none' : this.#anchor.previous === undefined ? 'checkpoint' : 'consistent',
      masked: this.#masked,
      unanchored: this.#unanchored,
      ...(caution === undefined ? {} : {caution}),
    }
  }

  /** With a checkpoint the first entry must be where a known tree ends: what lies before it cannot be taken on trust. */
  #begin(seq: number): Faulty | undefined {
    if (this.#anchor === undefined) return undefined
    const {previous, start} = this.#anchor
    if (seq === 0) this.#tree = new GrowingTree(emptyFrontier)
    else if (start !== undefined && seq === previous?.size) this.#tree = new GrowingTree({size: seq, nodes: start})
    else
      return faulty(
        'chain_unanchored',
        `it begins at ${seq}; give previous of size ${seq} and the proof, or all entries`,
      )
    return undefined
  }

  #checkShown({seq, shown}: Leaf): Faulty | undefined {
    if (shown === undefined) return undefined
    const {ledger, time} = shown
    const expected = this.#lastShown?.ledger ?? this.#anchor?.checkpoint.origin ?? ledger
    if (ledger !== expected) return faulty('chain_ledger_mismatch', `entry ${seq} is of ${ledger}, not of ${expected}`)
    return this.#lastShown === undefined || time > this.#lastShown.time
      ? undefined
      : faulty('chain_time_backwards', `entry ${seq} is of ${time}, after one of ${this.#lastShown.time}`)
  }

  /** The tree is compared where a checkpoint speaks, and let go of after the newest. */
  #grow(tree: GrowingTree, hash: Uint8Array): Faulty | undefined {
    tree.append(hash)
    for (const signed of [this.#anchor?.previous, this.#anchor?.checkpoint]) {
      if (signed?.size === tree.size && signed.root !== tree.root()) {
        return faulty('chain_root_mismatch', `the first ${signed.size} entries are not those that were signed`)
      }
    }
    if (tree.size === this.#anchor?.checkpoint.size) this.#tree = undefined
    return undefined
  }
}

function checkLink(last: Leaf, {seq, shown}: Leaf): Faulty | undefined {
  if (seq !== last.seq + 1) return faulty('chain_gap', `entry ${last.seq} is followed by ${seq}`)
  return shown === undefined || shown.prev === last.hash
    ? undefined
    : faulty('chain_broken', `entry ${seq} names another predecessor than entry ${last.seq}`)
}

function describeCaution(open: {unanchored: number; hiddenLinks: number}): string | undefined {
  const {unanchored, hiddenLinks} = open
  if (unanchored === 0) return undefined
  const links = hiddenLinks === 0 ? '' : ` Before ${hiddenLinks} masked entries not even an edit can be seen.`
  return (
    `No checkpoint covers ${unanchored} entries: a cut tail cannot be seen, ` +
    `nor a rewriting of all that follows a changed entry.${links}`
  )
}
