/** The RFC 6962 §2.1 Merkle tree over entry hashes, kept as its frontier: the roots of the full subtrees, left to right. */
import {bytesToHex, hexToBytes, sha256} from '../crypto.ts'

/** `nodes` has one hash (64 hex digits) for each 1 bit of `size`, largest subtree first: at most 53. */
export interface Frontier {
  readonly size: number
  readonly nodes: readonly string[]
}

export const emptyFrontier: Frontier = {size: 0, nodes: []}

/** The frontier after one more leaf: joins equal subtrees as a binary counter carries. */
export function appendLeaf(frontier: Frontier, leafHash: string): Frontier {
  const left = [...wholeNodes(frontier)]
  let node = leafHash
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) node = hashNode(left.pop() ?? '', node)
  return {size: frontier.size + 1, nodes: [...left, node]}
}

/** The tree's root hash as 64 hex digits; of the empty tree the hash of nothing. */
export function frontierRoot(frontier: Frontier): string {
  const [last, ...more] = [...wholeNodes(frontier)].reverse()
  if (last === undefined) return bytesToHex(sha256(new Uint8Array()))
  return more.reduce((right, left) => hashNode(left, right), last)
}

/** A frontier that was cut in storage would give a root of no tree, and that root would be signed: so it throws. */
function wholeNodes({size, nodes}: Frontier): readonly string[] {
  const subtrees = Number.isSafeInteger(size) && size >= 0 ? size.toString(2).replaceAll('0', '').length : NaN
  if (nodes.length !== subtrees) throw new RangeError('the frontier has not one node for each 1 bit of its size')
  return nodes
}

/** SHA-256( 0x01 || left || right ). */
function hashNode(left: string, right: string): string {
  return bytesToHex(sha256(hexToBytes(`01${left}${right}`)))
}
