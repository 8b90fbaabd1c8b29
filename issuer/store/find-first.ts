/** Where the entries of a time begin: times only grow along the ledger, so a few reads are enough. */
import {type MicrosTime, type SecondsTime, microsTimeToMicros, secondsTimeToMs} from '#protocol'

/** An entry's time; undefined for one that is not shown yet: it is newer than what is. */
type TimeAt = (seq: number) => Promise<MicrosTime | undefined>

/** The number of the first entry at or after `time`; the ledger's size when there is none. */
export async function findFirstAt(time: SecondsTime, size: number, timeAt: TimeAt): Promise<number> {
  const wanted = secondsTimeToMs(time) * 1000
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const at = await timeAt(middle)
    if (at !== undefined && microsTimeToMicros(at) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
