/** The receipts that stand before one in the ledger, newest first, read page by page as far as is needed. Nothing is verified here. */
import {type CommitSha, type Origin, type Receipt, isPlainObject, parseJson, parseReceipt} from '#protocol'
import {IssuerOutage, fetchBytes} from '../fetch-issuer.ts'

/** A chain is followed through so many receipts at most. */
export const maxEarlier = 1000
/** Twenty receipts of the largest form, with room. */
const maxPageBytes = 1024 * 1024

/** The next receipts; `cut` where more may have been before them, which is not to be had. */
export type Pages = AsyncGenerator<readonly Receipt[], 'cut' | undefined>

export class EarlierReceipts {
  readonly #pages: Pages
  readonly #read: Receipt[] = []
  #end: 'whole' | 'cut' | undefined

  constructor(pages: Pages) {
    this.#pages = pages
  }

  get read(): readonly Receipt[] {
    return this.#read
  }

  /** Whether the last of those read is the environment's first. */
  get isWhole(): boolean {
    return this.#end === 'whole'
  }

  /** The newest of a commit behind the `passed` newest ones, and how many it and those before it are. */
  async find(
    sha: CommitSha,
    passed: number,
  ): Promise<{readonly receipt: Receipt; readonly passed: number} | undefined> {
    for (let i = passed; ; i++) {
      if (i >= this.#read.length && !(await this.#readOn())) return undefined
      const receipt = this.#read[i]
      if (receipt?.scope.sha === sha) return {receipt, passed: i + 1}
    }
  }

  async #readOn(): Promise<boolean> {
    if (this.#end !== undefined || this.#read.length >= maxEarlier) return false
    const page = await this.#pages.next()
    if (page.done === true) this.#end = page.value ?? 'whole'
    else this.#read.push(...page.value)
    return page.done !== true
  }
}

interface Asking {
  readonly issuer: Origin
  readonly auditorToken: string | undefined
  /** Told how many were read. */
  readonly progress: (read: number) => void
}

/** Asked by the repository's id: its name may have been another's since. */
export async function* fetchEarlier({id, scope, issuedAt}: Receipt, {issuer, auditorToken, progress}: Asking): Pages {
  const question = {repository_id: String(scope.repositoryId), environment: scope.environment}
  const seen = new Set<string>([id])
  let oldest = issuedAt
  for (let before: string = id; ;) {
    const query = new URLSearchParams({...question, before})
    const address = `${issuer}/v1/receipts?${query.toString()}`
    const page = parsePage(await fetchBytes(address, {maxBytes: maxPageBytes, bearer: auditorToken}))
    if (page.length === 0) return undefined
    for (const receipt of page) {
      if (seen.has(receipt.id)) throw new IssuerOutage(`its list of receipts holds ${receipt.id} twice`)
      if (receipt.issuedAt > oldest) throw new IssuerOutage('its list of receipts does not stand newest first')
      seen.add(receipt.id)
      oldest = receipt.issuedAt
    }
    progress(seen.size - 1)
    yield page
    before = page.at(-1)?.id ?? before
  }
}

function parsePage(bytes: Uint8Array): readonly Receipt[] {
  const json = parseJson(bytes)
  const list = json.ok && isPlainObject(json.value) ? json.value['receipts'] : undefined
  if (!Array.isArray(list)) throw new IssuerOutage('its answer is not the list of receipts that was asked for')
  return list.map((one: unknown) => {
    const parsed = parseReceipt(one)
    if (!parsed.ok) throw new IssuerOutage(`its list of receipts holds something else: ${parsed.fault}`)
    return parsed.value
  })
}
