/** The options of every verifier, read in one way: whoever names a check means it, so none is left out in silence. */
import {isPlainObject, quote} from './json.ts'
import {type PinnedKeys, parsePinnedKeys} from './keys.ts'
import type {Result} from './result.ts'

export type Options<Name extends string> = Readonly<Partial<Record<Name, unknown>>>

/**
 * The known members of a plain object, copied, or everything that is wrong with it. An unknown or misspelt name would
 * be a check that never happens, and so would one whose value got lost (undefined) or was never there (null).
 */
export function readOptions<Name extends string>(
  options: unknown,
  names: readonly Name[],
): Result<Options<Name>, readonly string[]> {
  if (!isPlainObject(options)) return {ok: false, fault: [`options: give a plain object with ${names.join(', ')}`]}
  const copy: Record<PropertyKey, unknown> = {}
  for (const name of Reflect.ownKeys(options)) copy[name] = (options as Record<PropertyKey, unknown>)[name]
  const problems = Reflect.ownKeys(copy).flatMap((name) => findProblem(name, copy[name], names))
  return problems.length > 0 ? {ok: false, fault: problems} : {ok: true, value: copy as Options<Name>}
}

function findProblem(name: string | symbol, value: unknown, names: readonly string[]): readonly string[] {
  if (typeof name === 'symbol') return ['options: a symbol names none of them']
  if (!names.includes(name)) return [`options: ${quote(name)} is not one; there are ${names.join(', ')}`]
  if (value === undefined || value === null) return [`${name}: give it, or leave it out; it is ${String(value)}`]
  return []
}

/** As parsePinnedKeys, of text or of one line an element. */
export function readKeys(keys: unknown): Result<PinnedKeys, readonly string[]> {
  const read = readPins(keys)
  return read.ok ? read : {ok: false, fault: read.fault.map((problem) => `keys: ${problem}`)}
}

function readPins(keys: unknown): Result<PinnedKeys, readonly string[]> {
  const lines: unknown = typeof keys === 'string' ? [keys] : keys
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) {
    return {ok: false, fault: ['give pp_pk_… lines as text, or as an array of texts']}
  }
  return parsePinnedKeys(lines.join('\n'))
}

/** What a document must be about: the named members and no other; `example` is such an object. */
export function readExpectation<Name extends string>(
  expect: unknown,
  names: readonly Name[],
  example: string,
): Result<Options<Name>, readonly string[]> {
  if (!isPlainObject(expect)) return {ok: false, fault: [`expect: give a plain object, such as ${example}`]}
  const unknown = Reflect.ownKeys(expect).filter((name) => !names.some((known) => known === name))
  return unknown.length === 0
    ? {ok: true, value: expect as Options<Name>}
    : {
        ok: false,
        fault: unknown.map((name) => `expect: ${quote(String(name))} is not a member; there are ${names.join(', ')}`),
      }
}
