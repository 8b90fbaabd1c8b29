/** YAML as a tree of plain nodes, each with its place. Workflows may have anchors; what grows without end is refused. */
import {type Document, LineCounter, type Node, isAlias, isMap, isScalar, isSeq, parseDocument} from 'yaml'
import type {Result} from '#protocol'

export interface Spot {
  /** Counted from 1. */
  readonly line: number
  readonly column: number
}

export interface YamlScalar extends Spot {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As it stands in a text: of `null` nothing. */
  readonly text: string
}

export interface YamlList extends Spot {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
}

export interface YamlMap extends Spot {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, YamlEntry>
}

/** Its place is that of the name. */
export interface YamlEntry extends Spot {
  readonly value: YamlNode
}

export type YamlNode = YamlScalar | YamlList | YamlMap

export interface YamlFault extends Spot {
  readonly message: string
}

/** More than a file of GitHub's largest size has, and less than what a few anchors can be made to stand for. */
const maxNodes = 100_000

class Fault extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Total. */
export function readYaml(text: string): Result<YamlNode, YamlFault> {
  const lines = new LineCounter()
  const spot = (offset: number): Spot => {
    const {line, col} = lines.linePos(offset)
    return {line: Math.max(line, 1), column: Math.max(col, 1)}
  }
  // The library compares each key with each other; the reader below finds repeats in one pass.
  const options = {version: '1.2', schema: 'core', merge: false, uniqueKeys: false, prettyErrors: false} as const
  const document = parseDocument(text, {...options, lineCounter: lines})
  const [fault] = document.errors
  // The library quotes the file, which may hold anything.
  if (fault !== undefined) return failed(fault.message, spot(fault.pos[0]))
  try {
    return {ok: true, value: new TreeReader(document, spot).read(document.contents, 0)}
  } catch (thrown) {
    if (thrown instanceof Fault) return failed(thrown.message, spot(thrown.offset))
    throw thrown
  }
}

const failed = (message: string, spot: Spot): Result<never, YamlFault> => ({
  ok: false,
  fault: {...spot, message: message.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)},
})

class TreeReader {
  readonly #document: Document
  readonly #spot: (offset: number) => Spot
  #nodes = 0

  constructor(document: Document, spot: (offset: number) => Spot) {
    this.#document = document
    this.#spot = spot
  }

  read(node: unknown, from: number): YamlNode {
    const offset = offsetOf(node) ?? from
    this.#nodes += 1
    if (this.#nodes > maxNodes) throw new Fault('its anchors stand for more than anybody reads', offset)
    if (isAlias(node)) {
      const source: Node | undefined = node.resolve(this.#document)
      if (source === undefined) throw new Fault('an alias has no anchor before it', offset)
      // The place is where it is used, as far as its own node; what is beneath has the anchor's.
      return {...this.read(source, offset), ...this.#spot(offset)}
    }
    if (isMap(node)) return {kind: 'map', entries: this.#readEntries(node.items), ...this.#spot(offset)}
    if (isSeq(node))
      return {kind: 'list', items: node.items.map((item) => this.read(item, offset)), ...this.#spot(offset)}
    return this.#readScalar(isScalar(node) ? node.value : null, offset)
  }

  #readEntries(items: readonly {readonly key: unknown; readonly value: unknown}[]): ReadonlyMap<string, YamlEntry> {
    const entries = new Map<string, YamlEntry>()
    for (const {key, value} of items) {
      const offset = offsetOf(key) ?? 0
      const name = isScalar(key) ? String(key.value) : undefined
      if (name === undefined) throw new Fault('a name here is no text', offset)
      if (entries.has(name)) throw new Fault(`"${name}" stands twice`, offset)
      entries.set(name, {value: this.read(value, offset), ...this.#spot(offset)})
    }
    return entries
  }

  #readScalar(value: unknown, offset: number): YamlScalar {
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    const plain = isPlain ? value : null
    return {kind: 'scalar', value: plain, text: plain === null ? '' : String(plain), ...this.#spot(offset)}
  }
}

const offsetOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? (node.range[0] as number)
    : undefined

export const mapOf = (node: YamlNode | undefined): YamlMap | undefined => (node?.kind === 'map' ? node : undefined)

export const textOf = (node: YamlNode | undefined): string | undefined =>
  node?.kind === 'scalar' ? node.text : undefined

export const childOf = (node: YamlNode | undefined, name: string): YamlNode | undefined =>
  mapOf(node)?.entries.get(name)?.value

/** Every scalar beneath, so that texts which may stand anywhere are found. */
export function* scalarsOf(node: YamlNode | undefined): Generator<YamlScalar> {
  if (node === undefined) return
  if (node.kind === 'scalar') yield node
  else if (node.kind === 'list') for (const item of node.items) yield* scalarsOf(item)
  else for (const {value} of node.entries.values()) yield* scalarsOf(value)
}
