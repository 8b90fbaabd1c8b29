/**
 * The names of a pack's files, as three say them: the folder, the manifest, and the entries of the ledger. All three must
 * say the same. Only what the folder holds as a regular file, beneath real folders, has a name here.
 */
import {type PackFault, packFault} from './pack-faults.ts'
import {packPaths} from './pack.ts'

/** How far a name has come: it is in the folder, in the manifest too, and an entry speaks of it. */
type Said = 'found' | 'listed' | 'named'

const fixedPaths: ReadonlySet<string> = new Set(Object.values(packPaths))

export class PackNames {
  /** About a hundred bytes a file: this is what a pack's verifier holds in memory. */
  readonly #names = new Map<string, Said>()

  find(path: string): void {
    this.#names.set(path, 'found')
  }

  has(path: string): boolean {
    return this.#names.has(path)
  }

  /** The manifest lists it. Whether it is missing is found out by reading it. */
  list(path: string): PackFault | undefined {
    const said = this.#names.get(path)
    if (path === packPaths.manifest || said === 'listed') {
      return packFault(packPaths.manifest, 'pack_manifest_malformed', `it lists ${path} twice, or itself`)
    }
    if (said !== undefined) this.#names.set(path, 'listed')
    return undefined
  }

  /** An entry speaks of it, or of the policy that it names. */
  name(path: string): void {
    if (this.#names.get(path) === 'listed') this.#names.set(path, 'named')
  }

  /** Files that not all three speak of. */
  *strangers(): Generator<PackFault> {
    for (const [path, said] of this.#names) {
      if (said === 'found' && path !== packPaths.manifest) yield packFault(path, 'pack_file_added')
      if (said === 'listed' && !fixedPaths.has(path)) {
        yield packFault(path, 'pack_file_added', 'no entry of the ledger names it')
      }
    }
  }
}
