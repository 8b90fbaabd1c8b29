/** The documents of a pack as its walk asks for them: what is missing refuses, what was withheld is counted. */
import {type Digest, type Entry, type Receipt, digestOf, parseJson, parseReceipt} from '#protocol'
import type {Found} from './judge-document.ts'
import {type PackDocument, type PackHead, folderOf, policyPath} from './pack.ts'
import {type PackFault, packFault} from './pack-faults.ts'
import type {PackTally} from './tally.ts'

/** Where documents are. `elsewhere`: it may be there, and cannot be looked at from here. */
export interface PackDocuments {
  readonly read: (path: string) => Promise<Uint8Array | 'absent' | 'elsewhere'>
}

export interface Finding {
  readonly head: Pick<PackHead, 'without'>
  readonly documents: PackDocuments
  /** Told each path that an entry names, before it is looked for. */
  readonly onName: (path: string) => void
  readonly tally: PackTally
}

export class DocumentFinder {
  readonly #documents: PackDocuments
  readonly #onName: Finding['onName']
  readonly #without: PackHead['without']
  readonly #tally: PackTally
  readonly #policies = new Set<Digest>()

  constructor({head, documents, onName, tally}: Finding) {
    this.#documents = documents
    this.#onName = onName
    this.#without = head.without
    this.#tally = tally
  }

  /** Undefined for what nobody can look at here. */
  async find({kind, path, digest}: PackDocument, entry: Entry): Promise<Found | PackFault | undefined> {
    const mayLack = (kind === 'run' && this.#lacks('runs')) || (kind === 'keys' && this.#lacks('keys'))
    const bytes = await this.#read(path, mayLack)
    return bytes instanceof Uint8Array ? {path, bytes, digest, entry} : bytes
  }

  /** The text of the policy that decided, named by its digest. Each is looked at once. */
  async checkPolicy(digest: Digest): Promise<PackFault | undefined> {
    if (this.#policies.has(digest)) return undefined
    this.#policies.add(digest)
    const path = policyPath(digest)
    const bytes = await this.#read(path, this.#lacks('policies'))
    if (!(bytes instanceof Uint8Array)) return bytes
    if (digestOf(bytes) !== digest) return packFault(path, 'pack_entry_mismatch', 'its name is the digest of another')
    this.#tally.policies += 1
    return undefined
  }

  /** The receipt that an event is about, if it is here. Whatever is wrong with it is said where its own entry stands. */
  async receiptOf(entry: Entry): Promise<Receipt | undefined> {
    const bytes = await this.readAgain(`${folderOf(entry)}/receipt.json`)
    const json = bytes === undefined ? undefined : parseJson(bytes)
    const parsed = json?.ok === true ? parseReceipt(json.value) : undefined
    return parsed?.ok === true ? parsed.value : undefined
  }

  /** Of a document that is looked at a second time, its own entry aside: undefined where it is not here. */
  async readAgain(path: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#documents.read(path)
    return bytes instanceof Uint8Array ? bytes : undefined
  }

  #lacks(part: PackHead['without'][number]): boolean {
    return this.#without.includes(part)
  }

  async #read(path: string, mayLack: boolean): Promise<Uint8Array | PackFault | undefined> {
    this.#onName(path)
    const bytes = await this.#documents.read(path)
    if (bytes === 'elsewhere') this.#tally.elsewhere += 1
    if (bytes === 'absent' && mayLack) this.#tally.withheld += 1
    if (bytes === 'absent' && !mayLack) return packFault(path, 'pack_file_missing')
    return bytes instanceof Uint8Array ? bytes : undefined
  }
}
