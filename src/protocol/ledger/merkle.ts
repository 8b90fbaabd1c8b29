/** The RFC 6962 §2.1 Merkle tree over entry hashes, kept as its frontier: the roots of the full subtrees, left to right. */
import {bytesToHex, hexToBytes, sha256} from '../crypto.ts'

/** `nodes` has one hash (64 hex digits) for each 1 bit of `size`, largest subtree first: at most 53. */
export interface Frontier {
  readonly size: number
  readonly nodes: readonly string[]
}

/** A full subtree: over the 2^level leaves that begin at leaf index * 2^level. Level 0 is the leaves themselves. */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/** A full subtree's root. It never changes once its last leaf is there. */
export interface TreeNode extends NodePlace {
  readonly hash: string
}

export const emptyFrontier: Frontier = {size: 0, nodes: []}

/** The frontier after one more leaf. */
export function appendLeaf(frontier: Frontier, leafHash: string): Frontier {
  const completed = completedNodes(frontier, leafHash)
  const left = frontier.nodes.slice(0, frontier.nodes.length - completed.length)
  return {size: frontier.size + 1, nodes: [...left, completed.at(-1)?.hash ?? leafHash]}
}

/** The nodes above the leaves that one more leaf completes, lowest first: joins equal subtrees as a binary counter carries. */
export function completedNodes(frontier: Frontier, leafHash: string): readonly TreeNode[] {
  const left = [...wholeNodes(frontier)]
  const completed: TreeNode[] = []
  let hash = leafHash
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    hash = hashNode(left.pop() ?? '', hash)
    completed.push({level: completed.length + 1, index: (rest - 1) / 2, hash})
  }
  return completed
}

/** The tree's root hash as 64 hex digits; of the empty tree the hash of nothing. */
export function frontierRoot(frontier: Frontier): string {
  const nodes = wholeNodes(frontier)
  return nodes.length === 0 ? bytesToHex(sha256(new Uint8Array())) : joinNodes(nodes)
}

/** The root over full subtrees that lie side by side, largest first. Throws when there is none. */
export const joinNodes = (nodes: readonly string[]): string => nodes.reduceRight((right, left) => hashNode(left, right))

/** A frontier that was cut in storage would give a root of no tree, and that root would be signed: so it throws. */
function wholeNodes({size, nodes}: Frontier): readonly string[] {
  const subtrees = Number.isSafeInteger(size) && size >= 0 ? size.toString(2).replaceAll('0', '').length : NaN
  if (nodes.length !== subtrees) throw new RangeError('the frontier has not one node for each 1 bit of its size')
  return nodes
}

/** SHA-256( 0x01 || left || right ). */
export function hashNode(left: string, right: string): string {
  return bytesToHex(sha256(hexToBytes(`01${left}${right}`)))
}
