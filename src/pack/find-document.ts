/** The documents of a pack as its walk asks for them: what is missing refuses, what was withheld is counted. */
import {type Digest, type Entry, type Receipt, digestOf, parseJson, parseReceipt} from '#protocol'
import type {Found} from './judge-document.ts'
import type {Happened} from './index-row.ts'
import {type PackDocument, type PackHead, folderOf, parseHappeningName, policyPath} from './pack.ts'
import {type PackFault, packFault} from './pack-faults.ts'
import type {PackTally} from './tally.ts'

/** Where documents are. `elsewhere`: it may be there, and cannot be looked at from here. */
export interface PackDocuments {
  readonly read: (path: string) => Promise<Uint8Array | 'absent' | 'elsewhere'>
  /** The names in a folder, in any order. */
  readonly list: (folder: string) => Promise<readonly string[]>
}

export interface Finding {
  readonly head: Pick<PackHead, 'without'>
  readonly documents: PackDocuments
  readonly tally: PackTally
}

export class DocumentFinder {
  /** Documents that were there. */
  visited = 0
  readonly #documents: PackDocuments
  readonly #without: PackHead['without']
  readonly #tally: PackTally
  readonly #policies = new Set<Digest>()

  constructor({head, documents, tally}: Finding) {
    this.#documents = documents
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
    const bytes = await this.#documents.read(`${folderOf(entry)}/receipt.json`)
    const json = bytes instanceof Uint8Array ? parseJson(bytes) : undefined
    const parsed = json?.ok === true ? parseReceipt(json.value) : undefined
    return parsed?.ok === true ? parsed.value : undefined
  }

  /** What happened to the receipt of this entry later, in the order of the ledger. */
  async happenedTo(entry: Entry): Promise<readonly Happened[]> {
    const folder = folderOf(entry)
    const names = await this.#documents.list(folder)
    const files = names.flatMap((name) => parseHappeningName(name) ?? []).sort((a, b) => a.seq - b.seq)
    const happened: Happened[] = []
    for (const file of files) {
      const body = await this.#documents.read(`${folder}/${file.name}`)
      if (body instanceof Uint8Array) happened.push({...file, body})
    }
    return happened
  }

  #lacks(part: PackHead['without'][number]): boolean {
    return this.#without.includes(part)
  }

  async #read(path: string, mayLack: boolean): Promise<Uint8Array | PackFault | undefined> {
    const bytes = await this.#documents.read(path)
    if (bytes === 'elsewhere') this.#tally.elsewhere += 1
    else if (bytes !== 'absent') this.visited += 1
    else if (mayLack) this.#tally.withheld += 1
    else return packFault(path, 'pack_file_missing')
    return bytes instanceof Uint8Array ? bytes : undefined
  }
}
