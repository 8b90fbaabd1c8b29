/** The part of the common suite about the ledger as a tree: its nodes, what the public sees, and the kept checkpoint. */
import {expect, test} from '@jest/globals'
import {
  appendLeaf,
  checkConsistency,
  checkInclusion,
  emptyFrontier,
  frontierPlaces,
  frontierRoot,
  joinNodes,
} from '#protocol'
import {readConsistency, readInclusion} from '../../issuer/store/read-proofs.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {firstEntry, scopeOf} from './builders.ts'
import {decideStatement} from './deciding.ts'

export function testTree(the: () => Durable, openEmpty: () => Promise<Durable>): void {
  test('has at every size the root of its entries, and proofs between all of them', async () => {
    for (let n = 1; n <= 12; n++) await decideStatement(the(), {n})
    await checkTree(the())
  })

  test('gives its end as it is after the last commit', async () => {
    expect((await the().ledger.head()).last).toEqual(firstEntry)
    await decideStatement(the(), {n: 1})
    expect(await the().ledger.head()).toEqual((await the().store.read(scopeOf())).head)
    const empty = await openEmpty()
    await expect(empty.ledger.head()).rejects.toThrow('no entry yet')
    empty.close()
  })

  test('has no node that is not full', async () => {
    await decideStatement(the(), {n: 1})
    expect(await the().ledger.nodes([{level: 1, index: 0}])).toHaveLength(1)
    for (const place of [
      {level: 0, index: 2},
      {level: 1, index: 1},
      {level: 2, index: 0},
    ]) {
      await expect(the().ledger.nodes([place])).rejects.toThrow('no node')
    }
  })

  test('shows the public its own entries and those of repositories that were public', async () => {
    await decideStatement(the(), {n: 1, public: true})
    await decideStatement(the(), {n: 2, public: false})
    await decideStatement(the(), {n: 3, public: true, kind: 'deny'})
    const rows = await the().ledger.rows(0, 10)
    expect(rows.map((row) => row.public)).toEqual([true, true, false, true])
    expect(rows.map(({entry}) => entry)).toEqual(await the().entries.entries(0, 10))
    expect(await the().ledger.rows(2, 1)).toEqual([rows[2]])
    expect(await the().ledger.rows(4, 10)).toEqual([])
  })

  test('keeps one checkpoint: the larger wins, whoever is first', async () => {
    const checkpoint = (size: number, root = 'a') => ({size, root: root.repeat(64), note: `note ${size} ${root}`})
    expect(await the().checkpoints.newest()).toBeUndefined()
    expect(await the().checkpoints.keep(checkpoint(2))).toBe('kept')
    expect(await the().checkpoints.keep(checkpoint(1))).toBe('not newer')
    expect(await the().checkpoints.keep(checkpoint(2, 'b'))).toBe('not newer')
    expect(await the().checkpoints.newest()).toEqual(checkpoint(2))
    expect(await the().checkpoints.keep(checkpoint(5))).toBe('kept')
    expect(await the().checkpoints.newest()).toEqual(checkpoint(5))
  })
}

/** Every root, inclusion and consistency proof out of the stored nodes, against the entries themselves. */
export async function checkTree({entries, ledger}: Durable): Promise<void> {
  const all = await entries.entries(0, 1000)
  const roots = [frontierRoot(emptyFrontier)]
  let frontier = emptyFrontier
  for (const {hash} of all) {
    frontier = appendLeaf(frontier, hash)
    roots.push(frontierRoot(frontier))
    expect(joinNodes(await ledger.nodes(frontierPlaces(frontier.size)))).toBe(roots[frontier.size])
  }
  const rootAt = (size: number): string => roots[size] ?? ''
  for (let size = 1; size <= all.length; size++) {
    for (let at = 0; at < size; at++) {
      const inclusion = await readInclusion(ledger, {seq: at, size})
      expect(inclusion.hash).toBe(all[at]?.hash)
      expect(checkInclusion({...inclusion, root: rootAt(size)})).toBeUndefined()
      const consistency = await readConsistency(ledger, {from: at + 1, to: size})
      expect(checkConsistency({...consistency, fromRoot: rootAt(at + 1), toRoot: rootAt(size)})).toBeUndefined()
    }
  }
}
