/** What a comparison of the checkout counts: what differs, what was let pass and must be said, and how far it is. */
import type {Tell} from '../gate/ports.ts'
import {printable} from './paths.ts'

export interface Difference {
  readonly path: string
  readonly how: string
}

/** What counts as the commit's without being its bytes, and what is not the commit's at all. */
export type Passed = 'left out' | 'with CRLF' | 'converted' | 'not fetched' | 'untracked'

const sentences: {readonly [What in Passed]: readonly [one: string, many: string]} = {
  'left out': [
    'tracked file is left out of this checkout (sparse checkout)',
    'tracked files are left out of this checkout (sparse checkout)',
  ],
  'with CRLF': [
    'text file has CRLF line endings where the commit has LF',
    'text files have CRLF line endings where the commit has LF',
  ],
  converted: [
    "file is what the attributes ident and working-tree-encoding make of the commit's",
    "files are what the attributes ident and working-tree-encoding make of the commit's",
  ],
  'not fetched': ['submodule is not fetched', 'submodules are not fetched'],
  untracked: [
    'file is not of the commit (untracked or ignored), and nobody authorized it',
    'files are not of the commit (untracked or ignored), and nobody authorized them',
  ],
}

/** Between two lines of progress: a small file counts as 64 KiB, so these are a few seconds. */
const tellEvery = 4 * 1024 ** 3
const leastWork = 64 * 1024

export class Tally {
  readonly differences: Difference[] = []
  readonly #passed = new Map<Passed, number>()
  readonly #tell: Tell
  #compared = 0
  #work = 0
  #toldAt = tellEvery

  constructor(tell: Tell) {
    this.#tell = tell
  }

  differs(path: string, how: string): void {
    this.differences.push({path: printable(path), how})
  }

  pass(what: Passed, count = 1): void {
    if (count > 0) this.#passed.set(what, (this.#passed.get(what) ?? 0) + count)
  }

  /** A file of that size was read. */
  compared(size: number): void {
    this.#compared += 1
    this.#work += Math.max(size, leastWork)
    if (this.#work < this.#toldAt) return
    this.#toldAt = this.#work + tellEvery
    this.#tell(`Comparing the checkout: ${this.#compared} files so far.`)
  }

  unseen(): readonly string[] {
    return [...this.#passed].map(([what, count]) => `${count} ${sentences[what][count === 1 ? 0 : 1]}`)
  }
}
