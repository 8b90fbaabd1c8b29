/** One issuer that is asked for a pack, and shown the auditor's token: its answers as text, JSON and entries in order. */
import {type Entry, type MaskedEntry, type Origin, isPlainObject, parseJson, parseSegmentEntry} from '#protocol'
import {IssuerOutage, fetchBytes} from '../fetch-issuer.ts'

export interface AskedIssuer {
  readonly issuer: Origin
  /** A secret. */
  readonly auditorToken: string
}

/** A thousand entries of at most 4 KB. */
export const pageLength = 1000
const maxPageBytes = pageLength * 4097
const maxBytes = 65_536

export class IssuerClient {
  readonly #asked: AskedIssuer

  constructor(asked: AskedIssuer) {
    this.#asked = asked
  }

  async text(path: string, most = maxBytes): Promise<string> {
    const {issuer, auditorToken: bearer} = this.#asked
    return new TextDecoder().decode(await fetchBytes(`${issuer}${path}`, {maxBytes: most, bearer}))
  }

  async json(path: string, most = maxBytes): Promise<Readonly<Record<string, unknown>>> {
    const json = parseJson(await this.text(path, most))
    if (!json.ok || !isPlainObject(json.value)) throw new IssuerOutage(`its answer to ${path} is no JSON object`)
    return json.value
  }

  /** Entries in order, up to `end` and no further. */
  async *entries(
    start: number,
    end: number,
  ): AsyncGenerator<{readonly line: string; readonly entry: Entry | MaskedEntry}> {
    for (let next = start; next < end;) {
      const count = Math.min(pageLength, end - next)
      const lines = (await this.text(`/v1/ledger/entries?start=${next}&count=${count}`, maxPageBytes)).split('\n')
      for (const line of lines.slice(0, -1)) {
        const json = parseJson(line)
        const parsed = json.ok ? parseSegmentEntry(json.value) : {ok: false as const, fault: json.reason}
        if (!parsed.ok) throw new IssuerOutage(`what it shows as entry ${next} is none: ${parsed.fault}`)
        if (parsed.value.seq !== next)
          throw new IssuerOutage(`it shows entry ${parsed.value.seq} in the place of ${next}`)
        yield {line, entry: parsed.value}
        next += 1
      }
      // An answer may be shorter than what was asked for, and never empty.
      if (lines.length === 1 || lines.length - 1 > count)
        throw new IssuerOutage(`it does not show entry ${next}, which its checkpoint covers`)
    }
  }
}
