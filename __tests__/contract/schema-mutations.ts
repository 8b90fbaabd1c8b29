/** Changes any part of a JSON value, so that a schema and a parser can be compared on what is almost right. */
import fc from 'fast-check'
import type {Json} from '../protocol/builders.ts'

export interface Mutation {
  readonly at: number
  readonly value: (old: unknown) => unknown
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))]
}

const text = (value: unknown): string => (typeof value === 'string' ? value : 'x')
const changes: readonly ((value: unknown, more: string) => unknown)[] = [
  () => undefined,
  (value, more) => text(value) + more,
  (value, more) => more + text(value),
  (value) => text(value).slice(1),
  (value, more) => text(value).replace(/.$/, more.charAt(0)),
  (value) => text(value).toUpperCase(),
  (value) => text(value).replace(/\d/, '9'),
  (value) => (typeof value === 'number' ? value + 1 : [value]),
  (value) => (Array.isArray(value) ? [...(value as unknown[]), value[0]] : value),
  (value) => (Array.isArray(value) ? [...(value as unknown[])].reverse() : value),
  (value) => (Array.isArray(value) ? (value as unknown[]).slice(1) : {...(value as object | null), more: 1}),
]

/** `edges` are values that sit at the edge of some rule. */
export const mutations = (edges: readonly unknown[]): fc.Arbitrary<Mutation> =>
  fc.record({
    at: fc.nat(),
    value: fc.oneof(
      fc.constantFrom(...edges).map((edge) => () => edge),
      fc.jsonValue({maxDepth: 2}).map((value) => () => value),
      fc.tuple(fc.constantFrom(...changes), fc.string({maxLength: 3})).map(
        ([change, more]) =>
          (old: unknown) =>
            change(old, more),
      ),
    ),
  })

export function mutate(whole: unknown, {at, value}: Mutation): unknown {
  const paths = pathsOf(whole)
  const path = paths[at % paths.length] ?? []
  const copy = {root: structuredClone(whole)}
  const parent = ['root', ...path.slice(0, -1)].reduce<unknown>((node, name) => (node as Json)[name], copy) as Json
  const [owner, name] = path.length === 0 ? [copy as Json, 'root'] : [parent, String(path.at(-1))]
  const changed = value(owner[name])
  if (changed === undefined && path.length > 0 && !Array.isArray(owner)) Reflect.deleteProperty(owner, name)
  else owner[name] = changed ?? null
  // Through text, as every document comes: what JSON cannot say is not compared.
  return JSON.parse(JSON.stringify(copy.root)) as unknown
}

/** A few changes at once to one of the examples. */
export const changedOf = (examples: readonly unknown[], edges: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...examples), fc.array(mutations(edges), {minLength: 1, maxLength: 3}))
    .map(([example, several]) => several.reduce<unknown>(mutate, example))
