/** Proofs out of the stored tree: as many rows as the square of the logarithm of the ledger's size, at most. */
import {
  type ConsistencyQuestion,
  type InclusionQuestion,
  type NodePlace,
  type ReadNode,
  consistencyPlaces,
  consistencyProof,
  inclusionPlaces,
  inclusionProof,
} from '#protocol'
import type {LedgerReader} from '../model/readers.ts'

export interface InclusionAnswer extends InclusionQuestion {
  readonly hash: string
  readonly proof: readonly string[]
}

export interface ConsistencyAnswer extends ConsistencyQuestion {
  readonly proof: readonly string[]
}

/** That entry `seq` is among the first `size`; both are there. */
export async function readInclusion(ledger: LedgerReader, asked: InclusionQuestion): Promise<InclusionAnswer> {
  const leaf = {level: 0, index: asked.seq}
  const node = await readNodes(ledger, [leaf, ...inclusionPlaces(asked)])
  return {...asked, hash: node(leaf), proof: inclusionProof(node, asked)}
}

/** That the first `from` entries begin the first `to`; both are there, and `from` is at least 1. */
export async function readConsistency(ledger: LedgerReader, asked: ConsistencyQuestion): Promise<ConsistencyAnswer> {
  const node = await readNodes(ledger, consistencyPlaces(asked))
  return {...asked, proof: consistencyProof(node, asked)}
}

async function readNodes(ledger: LedgerReader, places: readonly NodePlace[]): Promise<ReadNode> {
  const hashes = await ledger.nodes(places)
  const known = new Map(places.map((place, i) => [nameOf(place), hashes[i]]))
  return (place) => {
    const hash = known.get(nameOf(place))
    if (hash === undefined) throw new Error('a proof asks for a node that was not read')
    return hash
  }
}

const nameOf = ({level, index}: NodePlace): string => `${level}/${index}`
