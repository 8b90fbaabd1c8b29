/** Reads an object whose members are all known: each by its parser, none missing, none more. */
import {isPlainObject, quote} from './json.ts'

/** The member that is wrong, as a path (`scope.sha`), and what was expected there. Caught where a parser begins. */
export class ShapeFault extends Error {
  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the document' : path} ${problem}`)
  }
}

type Reader<T> = (value: unknown, path: string) => T
type Members<S extends Record<string, Reader<unknown>>> = {readonly [K in keyof S]: ReturnType<S[K]>}

/** Throws ShapeFault for a missing member and for one that is not in `readers`. */
export function readMembers<S extends Record<string, Reader<unknown>>>(
  {value, path}: {readonly value: unknown; readonly path: string},
  readers: S,
): Members<S> {
  if (!isPlainObject(value)) throw new ShapeFault(path, 'must be an object')
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(readers, name)) throw new ShapeFault(at(quote(name)), 'is not a known member')
  }
  const read: Record<string, unknown> = {}
  for (const [name, reader] of Object.entries(readers)) {
    if (Object.hasOwn(value, name)) read[name] = reader(value[name], at(name))
    else if (!optionalReaders.has(reader)) throw new ShapeFault(at(name), 'is missing')
  }
  return read as Members<S>
}

const optionalReaders = new WeakSet<Reader<unknown>>()

/** A member that may be absent; present, it is read like any other. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  const read: Reader<T | undefined> = (value, path) => reader(value, path)
  optionalReaders.add(read)
  return read
}

/** A parser of ids.ts or times.ts as a reader; `expected` completes the sentence "must be …". */
export const by =
  <T>(parse: (value: unknown) => T | undefined, expected: string): Reader<T> =>
  (value, path) => {
    const parsed = parse(value)
    if (parsed === undefined) throw new ShapeFault(path, `must be ${expected}`)
    return parsed
  }

export const oneOf = <const T extends string>(...words: readonly T[]): Reader<T> =>
  by((value) => words.find((word) => word === value), words.map((word) => `"${word}"`).join(' or '))

export const listOf =
  <T>(reader: Reader<T>, {min, max}: {readonly min: number; readonly max: number}): Reader<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ShapeFault(path, 'must be an array')
    if (value.length < min || value.length > max) throw new ShapeFault(path, `must hold ${min} to ${max} items`)
    return value.map((item, i) => reader(item, `${path}[${i}]`))
  }
