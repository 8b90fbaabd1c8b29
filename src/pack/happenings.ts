/**
 * What happened to each receipt of a pack, as the entries of the ledger say: gathered before the walk, since the row of a
 * decision tells what came after it. A document is taken for a row only when it is the one that its entry names.
 */
import {type Entry, type SecondsTime, isMasked, parseJson, parseSegmentEntry} from '#protocol'
import {
  type DocumentKind,
  type HappeningFile,
  documentsOf,
  happeningName,
  isInPeriod,
  parseHappeningName,
} from './pack.ts'

/** An entry's document, as little of it as is needed: a pack may hold many. */
export interface Happening extends HappeningFile {
  readonly kind: DocumentKind
  readonly path: string
  readonly digest: string
  /** Its own entry's, as far as a judge looks at it. */
  readonly entry: Pick<Entry, 'seq' | 'subject'>
}

export class Happenings {
  readonly #bySubject = new Map<string, Happening[]>()
  readonly #period: {readonly from: SecondsTime; readonly to: SecondsTime}

  constructor(period: {readonly from: SecondsTime; readonly to: SecondsTime}) {
    this.#period = period
  }

  /** The next entry, as its line of NDJSON. What cannot be read is refused by the walk. */
  add(line: string): void {
    const json = parseJson(line)
    const parsed = json.ok ? parseSegmentEntry(json.value) : undefined
    if (parsed?.ok !== true || isMasked(parsed.value) || !isInPeriod(parsed.value, this.#period)) return
    const {seq, subject, event} = parsed.value
    const file = parseHappeningName(happeningName({seq, event}))
    if (file === undefined) return
    for (const {kind, path, digest} of documentsOf(parsed.value)) {
      const known = this.#bySubject.get(subject) ?? []
      if (known.length === 0) this.#bySubject.set(subject, known)
      known.push({...file, kind, path, digest, entry: {seq, subject}})
    }
  }

  /** To the receipt of this entry, in the order of the ledger. */
  to({subject}: Pick<Entry, 'subject'>): readonly Happening[] {
    return this.#bySubject.get(subject) ?? []
  }
}
