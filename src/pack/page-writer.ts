/** Writes index.html along with the pack, entry by entry, until it carries as much as a browser is asked to open. */
import type {Cell} from './csv.ts'
import type {PackHead} from './pack.ts'
import {packPaths} from './pack.ts'
import {
  type CarriedPack,
  type PageAssets,
  type PageTotals,
  beginPage,
  endPage,
  mostCarriedEntries,
  mostCarriedLength,
  printCarried,
} from './page.ts'

export interface PageOrder {
  readonly head: PackHead
  readonly assets: PageAssets
}

interface PageEntry {
  readonly line: string
  readonly files: Readonly<Record<string, string>>
  readonly row: readonly Cell[] | undefined
}

export class PageWriter {
  readonly #append: (path: string, text: string) => Promise<void>
  readonly #order: PageOrder
  /** Of the decisions whose documents the page carries. */
  readonly #rows: (readonly Cell[])[] = []
  #entries = 0
  #length = 0
  #isWhole = true

  constructor({append}: {readonly append: (path: string, text: string) => Promise<void>}, order: PageOrder) {
    this.#append = append
    this.#order = order
  }

  begin(): Promise<void> {
    return this.#append(packPaths.page, beginPage(this.#order.assets, this.#order.head))
  }

  /** Documents are carried up to a length, and without a gap: a row that is shown is one that can be verified. */
  async add({line, files, row}: PageEntry): Promise<void> {
    if (this.#entries >= mostCarriedEntries) {
      this.#isWhole = false
      return
    }
    const length = Object.values(files).reduce((sum, text) => sum + text.length, 0)
    if (this.#length + length > mostCarriedLength) this.#isWhole = false
    this.#length += length
    this.#entries += 1
    if (this.#isWhole && row !== undefined) this.#rows.push(row)
    await this.#append(packPaths.page, printCarried({line, files: this.#isWhole ? files : undefined}))
  }

  end({pack, totals}: {readonly pack: Omit<CarriedPack, 'isWhole'>; readonly totals: PageTotals}): Promise<void> {
    const {assets} = this.#order
    const carried = {entries: this.#entries, decisions: this.#rows.length}
    const text = endPage({assets, pack: {...pack, isWhole: this.#isWhole}, totals, carried, rows: this.#rows})
    return this.#append(packPaths.page, text)
  }
}
