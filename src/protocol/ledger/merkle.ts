/** The RFC 6962 §2.1 Merkle tree over entry hashes, kept as its frontier: the roots of the full subtrees, left to right. */
import {bytesToHex, hexToBytes, sha256} from '../crypto.ts'

/** `nodes` has one hash (64 hex digits) for each 1 bit of `size`, largest subtree first: at most 53. */
export interface Frontier {
  readonly size: number
  readonly nodes: readonly string[]
}

export const emptyFrontier: Frontier = {size: 0, nodes: []}

/** The frontier after one more leaf: joins equal subtrees as a binary counter carries. */
export function appendLeaf({size, nodes}: Frontier, leafHash: string): Frontier {
  const left = [...nodes]
  let node = leafHash
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = hashNode(left.pop() ?? '', node)
  return {size: size + 1, nodes: [...left, node]}
}

/** The tree's root hash as 64 hex digits; of the empty tree the hash of nothing. */
export function frontierRoot({nodes}: Frontier): string {
  const [last, ...more] = [...nodes].reverse()
  if (last === undefined) return bytesToHex(sha256(new Uint8Array()))
  return more.reduce((right, left) => hashNode(left, right), last)
}

/** SHA-256( 0x01 || left || right ). */
function hashNode(left: string, right: string): string {
  return bytesToHex(sha256(hexToBytes(`01${left}${right}`)))
}
