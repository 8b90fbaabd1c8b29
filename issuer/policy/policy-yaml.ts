/** The policy's YAML as plain data and the place of each part. Only what has one meaning is taken. */
import {type Document, LineCounter, isAlias, isMap, isNode, isScalar, type YAMLError, parseDocument, visit} from 'yaml'
import type {Result} from '#protocol'

export type Path = readonly (string | number)[]

/** Counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Problem extends Place {
  /** Which field, what is wrong, and the fix. */
  readonly message: string
}

export type Parsed = Result<{readonly data: unknown; readonly locate: Locate}, readonly Problem[]>

/** Where the field stands; of one that is absent, the nearest around it. `key`: where its name stands. */
export type Locate = (path: Path, at?: 'key') => Place

/** A policy of 100 environments has 20 KB. */
export const maxPolicyBytes = 65_536

export function parseYaml(text: string): Parsed {
  if (new TextEncoder().encode(text).length > maxPolicyBytes) {
    return refuse(`The file is larger than ${maxPolicyBytes} bytes. Make it smaller.`)
  }
  // %YAML 1.1 would make `yes` a boolean and a date a time, and %TAG gives tags other names.
  if (/^%/m.test(text)) return refuse('Directives (a line that begins with %) are not taken. Leave it out.')
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const {line, col} = lines.linePos(offset)
    return {line: Math.max(line, 1), column: Math.max(col, 1)}
  }
  // The library compares each key with each other: 64 KB of keys would take seconds, so `visit` below looks for repeats.
  const options = {version: '1.2', schema: 'core', merge: false, stringKeys: true, uniqueKeys: false} as const
  const document = parseDocument(text, {...options, prettyErrors: false, lineCounter: lines})
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) return {ok: false, fault: describeSyntax(faults, place)}
  const odd = findOddities(document).map(({offset, message}) => ({...place(offset), message}))
  if (odd.length > 0) return {ok: false, fault: odd}
  return {
    ok: true,
    value: {
      data: document.toJS({maxAliasCount: 0}) as unknown,
      locate: (path, at) => place(findOffset(document, path, at)),
    },
  }
}

/** One a place: what follows a fault at the same character is its echo. */
function describeSyntax(faults: readonly YAMLError[], place: (offset: number) => Place): readonly Problem[] {
  const problems = faults.map((fault) => ({...place(fault.pos[0]), message: describeFault(fault)}))
  return [...new Map(problems.toReversed().map((one) => [`${one.line}:${one.column}`, one])).values()].toReversed()
}

function describeFault({code, message}: YAMLError): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'A second document begins here. Keep one.'
    case 'RESOURCE_EXHAUSTION':
      return 'This is nested too deeply.'
    default:
      // The library quotes the file, which may hold anything.
      return `This is not YAML: ${message.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}.`
  }
}

const refuse = (message: string): Parsed => ({ok: false, fault: [{line: 1, column: 1, message}]})

interface Oddity {
  readonly offset: number
  readonly message: string
}

/** What makes one text mean two things to two readers, or grow: aliases and anchors, tags, a name given twice. */
function findOddities(document: Document): readonly Oddity[] {
  const found: Oddity[] = []
  visit(document, (_, node) => {
    if (isMap(node)) found.push(...findRepeats(node.items.map(({key}) => key)))
    if (!isNode(node)) return
    const offset = node.range?.[0] ?? 0
    if (isAlias(node) || node.anchor !== undefined) {
      found.push({offset, message: 'Anchors and aliases (& and *) are not taken. Write the value out, or quote it.'})
    } else if (node.tag !== undefined) {
      found.push({offset, message: 'Tags (such as !!str) are not taken. Write the value without it, or quote it.'})
    }
  })
  return found
}

function findRepeats(keys: readonly unknown[]): readonly Oddity[] {
  const names = new Set<unknown>()
  const found: Oddity[] = []
  for (const key of keys.filter(isScalar)) {
    if (names.has(key.value)) {
      found.push({offset: key.range?.[0] ?? 0, message: `${String(key.value)} stands here twice. Keep one of them.`})
    }
    names.add(key.value)
  }
  return found
}

function findOffset(document: Document, path: Path, at?: 'key'): number {
  let offset = startOf(document.contents) ?? 0
  let node: unknown = document.contents
  for (const [i, name] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({key}) => isScalar(key) && key.value === name) : undefined
    const next: unknown = pair === undefined ? childOf(node, name) : pair.value
    const isLast = i === path.length - 1
    offset =
      (pair !== undefined && isLast && at === 'key' ? startOf(pair.key) : startOf(next)) ?? startOf(pair?.key) ?? offset
    node = next
  }
  return offset
}

const childOf = (node: unknown, name: string | number): unknown =>
  typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
    ? (node.items as readonly unknown[])[Number(name)]
    : undefined

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  const [start] = node.range as readonly unknown[]
  return typeof start === 'number' ? start : undefined
}
