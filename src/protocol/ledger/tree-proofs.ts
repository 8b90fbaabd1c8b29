/**
 * Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2): a list of hashes, 64 hex digits each, in the order of
 * the RFC. With them a root stands for the whole ledger to somebody who holds none of it.
 */
import {type Faulty, faulty} from '../proof-faults.ts'
import {type NodePlace, hashNode, joinNodes} from './merkle.ts'

/** Gives a full subtree's root; throws when it cannot. */
export type ReadNode = (place: NodePlace) => string

export interface InclusionQuestion {
  readonly seq: number
  readonly size: number
}

export interface ConsistencyQuestion {
  readonly from: number
  readonly to: number
}

/** Leaves `start` up to `end`, which is not among them: one subtree of the RFC, whose root is one hash of a proof. */
interface Span {
  readonly start: number
  readonly end: number
}

// A tree of 2^53 leaves has 53 levels, and a consistency proof one hash more.
const maxProof = 54
const hashPattern = /^[0-9a-f]{64}$/
const isHash = (value: unknown): value is string => typeof value === 'string' && hashPattern.test(value)
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** The full subtrees that an inclusion proof is made of: what to read before inclusionProof. */
export const inclusionPlaces = (question: InclusionQuestion): readonly NodePlace[] =>
  inclusionSpans(question).flatMap(placesOf)

export const consistencyPlaces = (question: ConsistencyQuestion): readonly NodePlace[] =>
  consistencySpans(question).flatMap(placesOf)

/** The full subtrees whose roots are the frontier of a tree of `size` leaves. */
export const frontierPlaces = (size: number): readonly NodePlace[] => placesOf({start: 0, end: size})

/** That leaf `seq` is in the tree of `size` leaves. Throws RangeError when there is no such leaf. */
export const inclusionProof = (node: ReadNode, question: InclusionQuestion): readonly string[] =>
  inclusionSpans(question).map((span) => joinNodes(placesOf(span).map(node)))

/** That the tree of `from` leaves is the beginning of the one of `to`. Throws RangeError unless 1 <= from <= to. */
export const consistencyProof = (node: ReadNode, question: ConsistencyQuestion): readonly string[] =>
  consistencySpans(question).map((span) => joinNodes(placesOf(span).map(node)))

function inclusionSpans({seq, size}: InclusionQuestion): readonly Span[] {
  if (!isCount(seq) || !isCount(size) || !(seq < size)) throw new RangeError('no such leaf')
  return pathSpans(seq, {start: 0, end: size})
}

/** PATH(m, D[n]) over the leaves of `span`. */
function pathSpans(leaf: number, span: Span): readonly Span[] {
  if (span.end - span.start === 1) return []
  const [left, right] = split(span)
  return leaf < left.end ? [...pathSpans(leaf, left), right] : [...pathSpans(leaf, right), left]
}

function consistencySpans({from, to}: ConsistencyQuestion): readonly Span[] {
  if (!isCount(from) || !isCount(to) || !(from >= 1 && from <= to)) throw new RangeError('no such trees')
  return subproofSpans(from, {start: 0, end: to}, true)
}

/** SUBPROOF(m, D[n], b): the old tree ends before leaf `oldEnd`; `isOld` while the span's root is the old tree's. */
function subproofSpans(oldEnd: number, span: Span, isOld: boolean): readonly Span[] {
  if (oldEnd === span.end) return isOld ? [] : [span]
  const [left, right] = split(span)
  return oldEnd <= left.end
    ? [...subproofSpans(oldEnd, left, isOld), right]
    : [...subproofSpans(oldEnd, right, false), left]
}

/** At k, the largest power of two smaller than the number of leaves (RFC 6962 §2.1). */
function split({start, end}: Span): readonly [Span, Span] {
  const middle = start + largestPower(end - start - 1)
  return [
    {start, end: middle},
    {start: middle, end},
  ]
}

/** The largest power of two that is at most `count`, which is at least 1 and may exceed 32 bits. */
function largestPower(count: number): number {
  let power = 1
  while (power * 2 <= count) power *= 2
  return power
}

/** The full subtrees side by side, largest first, that make up a span. */
function placesOf({start, end}: Span): readonly NodePlace[] {
  const places: NodePlace[] = []
  for (let at = start; at < end;) {
    const width = largestPower(end - at)
    places.push({level: Math.log2(width), index: at / width})
    at += width
  }
  return places
}

export interface InclusionClaim extends InclusionQuestion {
  /** The entry's hash. */
  readonly hash: string
  readonly root: string
  readonly proof: readonly string[]
}

/** Whether a proof shows that the leaf is in the tree of that root. Total; undefined when it does. */
export function checkInclusion({seq, size, hash, root, proof}: InclusionClaim): Faulty | undefined {
  if (!isCount(seq) || !isCount(size) || !(seq < size)) {
    return faulty('inclusion_malformed', 'seq and size are not two whole numbers with seq < size')
  }
  const form = findFormFault([hash, root], proof)
  if (form !== undefined) return faulty('inclusion_malformed', form)
  const length = pathLength(seq, size)
  if (proof.length !== length)
    return faulty('inclusion_mismatch', `it has ${proof.length} hashes where ${length} belong`)
  const computed = climb({start: 0, end: size}, {seq, hash, proof})
  return computed === root
    ? undefined
    : faulty('inclusion_mismatch', `it leads to another root than that of size ${size}`)
}

function pathLength(seq: number, size: number): number {
  return pathSpans(seq, {start: 0, end: size}).length
}

/** The root over `span`, whose path to the leaf is `proof`: the outermost subtree's sibling stands last. */
function climb(span: Span, {seq, hash, proof}: Pick<InclusionClaim, 'seq' | 'hash' | 'proof'>): string {
  const sibling = proof.at(-1)
  if (sibling === undefined) return hash
  const [left, right] = split(span)
  const inner = {seq, hash, proof: proof.slice(0, -1)}
  return seq < left.end ? hashNode(climb(left, inner), sibling) : hashNode(sibling, climb(right, inner))
}

export interface ConsistencyClaim extends ConsistencyQuestion {
  readonly fromRoot: string
  readonly toRoot: string
  readonly proof: readonly string[]
}

/** Whether a proof shows that the first tree is the beginning of the second. Total; undefined when it does. */
export function checkConsistency({from, to, fromRoot, toRoot, proof}: ConsistencyClaim): Faulty | undefined {
  if (!isCount(from) || !isCount(to) || !(from >= 1 && from <= to)) {
    return faulty('consistency_malformed', 'from and to are not two whole numbers with 1 <= from <= to')
  }
  const form = findFormFault([fromRoot, toRoot], proof)
  if (form !== undefined) return faulty('consistency_malformed', form)
  const {length} = subproofSpans(from, {start: 0, end: to}, true)
  if (proof.length !== length)
    return faulty('consistency_mismatch', `it has ${proof.length} hashes where ${length} belong`)
  const roots = climbBoth({start: 0, end: to}, {oldEnd: from, oldRoot: fromRoot, proof, isOld: true})
  if (roots.old !== fromRoot)
    return faulty('consistency_mismatch', `it leads to another root than that of size ${from}`)
  return roots.new === toRoot
    ? undefined
    : faulty('consistency_mismatch', `it leads to another root than that of size ${to}`)
}

interface Climb {
  readonly oldEnd: number
  readonly oldRoot: string
  readonly proof: readonly string[]
  readonly isOld: boolean
}

/** The roots over the old and the new leaves of `span`, from SUBPROOF's hashes: the outermost one stands last. */
function climbBoth(span: Span, climbing: Climb): {readonly old: string; readonly new: string} {
  const {oldEnd, oldRoot, proof, isOld} = climbing
  const outermost = proof.at(-1) ?? ''
  if (oldEnd === span.end) {
    const same = isOld ? oldRoot : outermost
    return {old: same, new: same}
  }
  const [left, right] = split(span)
  const rest = proof.slice(0, -1)
  if (oldEnd <= left.end) {
    const inner = climbBoth(left, {...climbing, proof: rest})
    return {old: inner.old, new: hashNode(inner.new, outermost)}
  }
  const inner = climbBoth(right, {...climbing, proof: rest, isOld: false})
  return {old: hashNode(outermost, inner.old), new: hashNode(outermost, inner.new)}
}

/**
 * The frontier of the old tree out of a proof that checkConsistency took: its subtrees are those that lie left of the
 * old end. Undefined when there is nothing between the two trees.
 */
export function frontierBefore({from, to, fromRoot, proof}: ConsistencyClaim): readonly string[] | undefined {
  if (from === to) return undefined
  const spans = consistencySpans({from, to})
  const left = spans.flatMap((span, i) => (span.end <= from ? [{start: span.start, hash: proof[i] ?? ''}] : []))
  // Of a size that is a power of two the tree is one subtree, and its root is no part of the proof.
  if (left.length === 0) return [fromRoot]
  return left.sort((a, b) => a.start - b.start).map(({hash}) => hash)
}

/**
 * The frontier of the tree before leaf `seq`, out of a proof that checkInclusion took: the hashes that lie left of the
 * leaf are the full subtrees over all leaves before it.
 */
export function frontierFromInclusion({
  proof,
  ...question
}: InclusionQuestion & Pick<InclusionClaim, 'proof'>): readonly string[] {
  const spans = inclusionSpans(question)
  return spans.flatMap((span, i) => (span.end <= question.seq ? [proof[i] ?? ''] : [])).reverse()
}

function findFormFault(hashes: readonly unknown[], proof: unknown): string | undefined {
  if (!hashes.every(isHash)) return 'a hash or root is not 64 lower-case hex digits'
  if (!Array.isArray(proof) || proof.length > maxProof) return `the proof is not a list of at most ${maxProof} hashes`
  return proof.every(isHash) ? undefined : 'the proof holds something that is not 64 lower-case hex digits'
}
