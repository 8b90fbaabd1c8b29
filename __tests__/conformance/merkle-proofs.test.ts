/** Inclusion and consistency proofs against the published cases, verdict by verdict. */
import {expect} from '@jest/globals'
import {checkConsistency, checkInclusion} from '#protocol'
import {readVectorText, testWithVectors} from './vectors.ts'

interface Inclusion {
  readonly name: string
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

interface Consistency {
  readonly name: string
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

testWithVectors('98 published inclusion proofs have the published verdicts', () => {
  const cases = JSON.parse(readVectorText('merkle/inclusion.json')) as readonly Inclusion[]
  expect(cases).toHaveLength(98)
  for (const {name, leafIdx, treeSize, root, leafHash, proof, wantErr} of cases) {
    const fault = checkInclusion({
      seq: leafIdx,
      size: treeSize,
      hash: hex(leafHash),
      root: hex(root),
      proof: (proof ?? []).map(hex),
    })
    expect([name, fault !== undefined]).toEqual([name, wantErr])
  }
  expect(cases.filter(({wantErr}) => !wantErr)).toHaveLength(6)
})

testWithVectors(
  '98 published consistency proofs have the published verdicts, but one whose roots are no hashes',
  () => {
    const cases = JSON.parse(readVectorText('merkle/consistency.json')) as readonly Consistency[]
    expect(cases).toHaveLength(98)
    const differing: Consistency[] = []
    for (const one of cases) {
      const fault = checkConsistency({
        from: one.size1,
        to: one.size2,
        fromRoot: hex(one.root1),
        toRoot: hex(one.root2),
        proof: (one.proof ?? []).map(hex),
      })
      if ((fault !== undefined) !== one.wantErr) differing.push(one)
    }
    expect(differing).toHaveLength(1)
    expect(differing[0]).toMatchObject({wantErr: false})
    expect(Buffer.from(differing[0]?.root1 ?? '', 'base64').length).not.toBe(32)
  },
)
