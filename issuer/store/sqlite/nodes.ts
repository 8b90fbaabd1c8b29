/** The ledger's Merkle tree in SQLite: a row for each full subtree above the leaves, written with the entry that fills it. */
import type {DatabaseSync} from 'node:sqlite'
import {type Frontier, type NodePlace, type TreeNode, appendLeaf, completedNodes, emptyFrontier} from '#protocol'
import {textOf} from './row.ts'

/** Part of the transaction that appends an entry after `before`. */
export function insertNodes(db: DatabaseSync, before: Frontier, leafHash: string): void {
  writeNodes(db, completedNodes(before, leafHash))
}

/** One entry in two completes a subtree, so the statement is made only where there is a row. */
function writeNodes(db: DatabaseSync, nodes: readonly TreeNode[]): void {
  if (nodes.length === 0) return
  const insert = db.prepare('INSERT INTO nodes (level, place, hash) VALUES (?, ?, ?)')
  for (const {level, index, hash} of nodes) insert.run(level, index, hash)
}

/** For a database whose entries are older than its table of nodes. */
export function fillNodes(db: DatabaseSync): void {
  let frontier = emptyFrontier
  for (const row of db.prepare('SELECT hash FROM records ORDER BY seq').iterate()) {
    const hash = textOf(row, 'hash')
    insertNodes(db, frontier, hash)
    frontier = appendLeaf(frontier, hash)
  }
}

export function readNodes(db: DatabaseSync, places: readonly NodePlace[]): readonly string[] {
  const leaf = db.prepare('SELECT hash FROM records WHERE seq = ?')
  const node = db.prepare('SELECT hash FROM nodes WHERE level = ? AND place = ?')
  return places.map(({level, index}) => {
    const row = level === 0 ? leaf.get(index) : node.get(level, index)
    if (row === undefined) throw new Error(`the ledger's tree has no node ${index} of level ${level}`)
    return textOf(row, 'hash')
  })
}
