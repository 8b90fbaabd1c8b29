/** The ledger's frontier against RFC 6962 §2.1 as it is written, and against published roots. */
import {createHash} from 'node:crypto'
import {expect, test} from '@jest/globals'
import {
  type EntryBody,
  type Frontier,
  appendLeaf,
  canonicalBytes,
  emptyFrontier,
  frontierRoot,
  hashEntry,
} from '#protocol'
import {readVectorText, testWithVectors} from './vectors.ts'

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
const leafHash = (content: Buffer): Buffer => sha256(Buffer.from([0]), content)

/** MTH(D[n]) over leaf hashes, word for word: split at the largest power of two below n. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves
  if (first === undefined) return sha256()
  if (leaves.length === 1) return first
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return sha256(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

const frontierOf = (leaves: readonly Buffer[]): Frontier =>
  leaves.reduce<Frontier>((frontier, leaf) => appendLeaf(frontier, leaf.toString('hex')), emptyFrontier)

test('the root is that of RFC 6962 for every size from 0 to 600', () => {
  const leaves = Array.from({length: 600}, (_, i) => leafHash(Buffer.from(String(i))))
  let frontier = emptyFrontier
  for (let n = 0; n <= 600; n++) {
    expect([n, frontierRoot(frontier)]).toEqual([n, naiveRoot(leaves.slice(0, n)).toString('hex')])
    expect(frontier.nodes).toHaveLength(n.toString(2).replaceAll('0', '').length)
    frontier = appendLeaf(frontier, leaves[n]?.toString('hex') ?? '')
  }
})

testWithVectors('the published trees of 1 to 8 leaves have the published roots', () => {
  // The leaves behind these vectors, known from Certificate Transparency's own tests.
  const contents = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const leaves = contents.map((hex) => leafHash(Buffer.from(hex, 'hex')))
  type Inclusion = Readonly<{treeSize: number; root: string; name: string; wantErr: boolean}>
  type Consistency = Readonly<{
    size1: number
    root1: string
    size2: number
    root2: string
    name: string
    wantErr: boolean
  }>
  const inclusion = JSON.parse(readVectorText('merkle/inclusion.json')) as readonly Inclusion[]
  const consistency = JSON.parse(readVectorText('merkle/consistency.json')) as readonly Consistency[]
  const published = [
    ...inclusion.map(({treeSize, ...rest}) => ({size: treeSize, ...rest})),
    ...consistency.map(({size1, root1, ...rest}) => ({size: size1, root: root1, ...rest})),
    ...consistency.map(({size2, root2, ...rest}) => ({size: size2, root: root2, ...rest})),
  ].filter(({name, wantErr}) => !wantErr && /^\d+\/happy-path/.test(name))
  expect(new Set(published.map(({size}) => size))).toEqual(new Set([1, 2, 3, 5, 6, 7, 8]))
  for (const {size, root, name} of published) {
    const computed = Buffer.from(frontierRoot(frontierOf(leaves.slice(0, size))), 'hex').toString('base64')
    expect([name, size, computed]).toEqual([name, size, root])
  }
})

test('a frontier whose nodes do not fit its size throws, so that no root of no tree is signed', () => {
  const {nodes} = frontierOf([leafHash(Buffer.from('a')), leafHash(Buffer.from('b')), leafHash(Buffer.from('c'))])
  for (const size of [0, 1, 2, 4, 7, -3, 3.5, NaN, 2 ** 53]) {
    expect(() => frontierRoot({size, nodes})).toThrow(RangeError)
    expect(() => appendLeaf({size, nodes}, '00'.repeat(32))).toThrow(RangeError)
  }
  expect(() => frontierRoot({size: 3, nodes: nodes.slice(1)})).toThrow(RangeError)
})

test("an entry's hash is the leaf hash of its canonical bytes", () => {
  const body: EntryBody = {
    type: 'countersign.entry/v1',
    ledger: 'countersign.example/1',
    seq: 0,
    prev: '0'.repeat(64),
    time: '2026-04-02T14:30:00.000001Z' as EntryBody['time'],
    event: 'ledger.created',
    subject: 'countersign.example/1',
    digests: {},
  }
  expect(hashEntry(body)).toBe(leafHash(Buffer.from(canonicalBytes(body))).toString('hex'))
})
