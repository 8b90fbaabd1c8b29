/**
 * Recognizes the text of an object that the platform's own parser and printer give back unchanged, as most proofs are:
 * compact, or with two spaces. What is recognized here needs no other parser; json.ts is the law, and whatever this file
 * does not recognize is for it to judge.
 */
import type {JsonObject, JsonValue} from './json.ts'

/**
 * Parse, print again, compare: a name that stands twice, other white space and a number in another form do not come back.
 * A lone surrogate that is escaped and the name `__proto__` would: what may hold one is not recognized.
 */
export function recogniseJson(text: string, maxDepth: number): JsonObject | undefined {
  const indent = text.startsWith('{"') ? 0 : text.startsWith('{\n  "') ? 2 : undefined
  if (indent === undefined || text.includes('\\') || text.includes('__proto__')) return undefined
  try {
    const object = JSON.parse(text) as JsonObject
    // First, because indentation makes a long text of few characters on many levels.
    const bare = copyBare(object, maxDepth)
    return JSON.stringify(object, null, indent) === text ? bare : undefined
  } catch {
    return undefined
  }
}

/** Without prototypes. Throws RangeError for more levels than are left. */
function copyBare(object: JsonObject, levels: number): JsonObject {
  if (levels === 0) throw new RangeError('too many levels')
  const bare = Object.create(null) as Record<string, JsonValue>
  for (const [name, value] of Object.entries(object)) bare[name] = copyValue(value, levels - 1)
  return bare
}

function copyValue(value: JsonValue, levels: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (!isArray(value)) return copyBare(value, levels)
  if (levels === 0) throw new RangeError('too many levels')
  return value.map((item) => copyValue(item, levels - 1))
}

/** Array.isArray does not narrow a readonly array. */
const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
