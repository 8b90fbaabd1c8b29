/** The Merkle tree of merkle.ts for whoever reads a whole ledger: the same hashes over bytes, without text in between. */
import {bytesToHex, hexToBytes, sha256} from '../crypto.ts'
import type {Frontier} from './merkle.ts'

/** Holds one hash for each 1 bit of its size, so a ledger of any length fits in 2 KB. */
export class GrowingTree {
  #size: number
  readonly #nodes: Uint8Array[]
  /** 0x01, left, right: the content of a node's hash (RFC 6962 §2.1). */
  readonly #pair = new Uint8Array(65)

  constructor({size, nodes}: Frontier) {
    this.#size = size
    this.#nodes = nodes.map(hexToBytes)
    this.#pair[0] = 1
  }

  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    let node = leaf
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = this.#join(this.#nodes.pop() ?? leaf, node)
    this.#nodes.push(node)
    this.#size += 1
  }

  /** 64 hex digits. */
  root(): string {
    const [last, ...more] = [...this.#nodes].reverse()
    if (last === undefined) return bytesToHex(sha256(new Uint8Array()))
    return bytesToHex(more.reduce((right, left) => this.#join(left, right), last))
  }

  #join(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#pair.set(left, 1)
    this.#pair.set(right, 33)
    return sha256(this.#pair)
  }
}
