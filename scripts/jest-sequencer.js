/**
 * What takes long begins first, so that no worker is left with it when the others have nothing to do. Jest goes by the
 * times of the last run, which a fresh clone has not: there, by what is known to be long.
 */
import Sequencer from '@jest/test-sequencer'

/** The first that a file's path holds; what is named by none comes last. */
const long = [
  '/aws/faults/',
  '/faults/',
  '/attacks/a40-',
  '/aws/scenarios/',
  '/browser/',
  '/stores/',
  '/aws/',
  '/acceptance/',
  '/attacks/',
  '/issuer/panel/',
  '/cli/',
  '/sdk/',
  '/action/',
  '/issuer/',
]

function rankOf({path}) {
  const found = long.findIndex((part) => path.includes(part))
  return found < 0 ? long.length : found
}

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests)
    const isKnown = sorted.some(({duration}) => duration !== undefined)
    return isKnown ? sorted : sorted.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}
