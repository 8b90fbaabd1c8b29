/** Where the entries of a time begin: times only grow along the ledger, so a few reads are enough. */
import type {LedgerReader} from '../../model/readers.ts'

/** The number of the first entry at or after `time` (RFC 3339 in UTC); the ledger's size when there is none. */
export async function findFirstAt(ledger: LedgerReader, time: string): Promise<number> {
  let [low, high] = [0, (await ledger.head()).last.seq + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [row] = await ledger.rows(middle, 1)
    // What the index does not show yet is newer than what it does.
    if (row !== undefined && isBefore(row.entry.time, time)) low = middle + 1
    else high = middle
  }
  return low
}

/** Times to the second and to the microsecond, without their `Z`, compare as text. */
const isBefore = (a: string, b: string): boolean => a.slice(0, -1) < b.slice(0, -1)
