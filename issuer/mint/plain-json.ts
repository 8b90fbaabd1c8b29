/** Facts as plain JSON of bounded size: what strangers wrote must never stop a decision from being recorded. */
import {type JsonValue, canonicalJson, digestOf} from '#protocol'

const maxText = 4000

/**
 * Members that are undefined are left out, a time that is none becomes null, lone surrogates are replaced, and long
 * texts are cut.
 */
export function asJson(value: unknown): JsonValue {
  if (typeof value === 'string') return value.slice(0, maxText).toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object') throw new TypeError('facts hold only plain data')
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]))
}

/** The list; where its canonical text is longer than `max` characters, its beginning with the whole's count and digest. */
export function boundList(list: readonly unknown[], max: number): JsonValue {
  const items = list.map(asJson)
  const text = canonicalJson(items)
  if (text.length <= max) return items
  let length = 0
  const shown = items.filter((item) => (length += canonicalJson(item).length + 1) <= max)
  return {count: items.length, digest: digestOf(text), shown}
}
