/** A workflow file as what it does: its events, its jobs and their steps, each with its place. Nothing is judged here. */
import type {Result} from '#protocol'
import type {LinePlace} from '../finding.ts'
import {type YamlFault, type YamlMap, type YamlNode, childOf, mapOf, readYaml, textOf} from '../yaml.ts'

export interface Step {
  readonly place: LinePlace
  readonly id: string | undefined
  readonly uses: string | undefined
  readonly run: string | undefined
  readonly condition: string | undefined
  /** By name; expressions as they stand. */
  readonly inputs: ReadonlyMap<string, Input>
  readonly continueOnError: string | undefined
  readonly node: YamlMap
}

export interface Input {
  readonly text: string
  readonly place: LinePlace
}

export interface Job {
  readonly name: string
  readonly place: LinePlace
  readonly environment: Input | undefined
  readonly needs: readonly string[]
  readonly condition: string | undefined
  readonly continueOnError: string | undefined
  /** Undefined where neither the job nor its workflow has any. */
  readonly permissions: Permissions | undefined
  /** A reusable workflow in the place of steps. */
  readonly uses: string | undefined
  readonly steps: readonly Step[]
  readonly node: YamlMap
}

export interface Permissions {
  readonly place: LinePlace
  /** `write-all`, `read-all`, or each scope's. */
  readonly all: string | undefined
  readonly scopes: ReadonlyMap<string, string>
}

export interface Workflow {
  readonly file: string
  readonly events: ReadonlyMap<string, LinePlace>
  readonly jobs: readonly Job[]
}

export type ReadWorkflow = Result<Workflow, YamlFault>

/** Total. */
export function readWorkflow(file: string, text: string): ReadWorkflow {
  const yaml = readYaml(text)
  if (!yaml.ok) return yaml
  const root = mapOf(yaml.value)
  const jobs = mapOf(childOf(root, 'jobs'))
  if (root === undefined || jobs === undefined) {
    return {ok: false, fault: {line: 1, column: 1, message: 'it is no workflow: it has no jobs'}}
  }
  const shared = readPermissions(file, root)
  const read = [...jobs.entries].flatMap(([name, {value, ...spot}]) => {
    const node = mapOf(value)
    return node === undefined
      ? []
      : [readJob({name, node, place: {file, line: spot.line, column: spot.column}}, shared)]
  })
  return {ok: true, value: {file, events: readEvents(file, childOf(root, 'on')), jobs: read}}
}

const placeIn = (file: string, {line, column}: {readonly line: number; readonly column: number}): LinePlace => ({
  file,
  line,
  column,
})

function readEvents(file: string, node: YamlNode | undefined): ReadonlyMap<string, LinePlace> {
  if (node === undefined) return new Map()
  if (node.kind === 'scalar') return new Map([[node.text, placeIn(file, node)]])
  if (node.kind === 'list') return new Map(node.items.map((item) => [textOf(item) ?? '', placeIn(file, item)]))
  return new Map([...node.entries].map(([name, entry]) => [name, placeIn(file, entry)]))
}

interface NamedNode {
  readonly name: string
  readonly node: YamlMap
  readonly place: LinePlace
}

function readJob({name, node, place}: NamedNode, shared: Permissions | undefined): Job {
  const needs = childOf(node, 'needs')
  const {file} = place
  return {
    name,
    place,
    node,
    environment: readEnvironment(file, childOf(node, 'environment')),
    needs: needs?.kind === 'list' ? needs.items.map((item) => textOf(item) ?? '') : [textOf(needs) ?? []].flat(),
    condition: textOf(childOf(node, 'if')),
    continueOnError: textOf(childOf(node, 'continue-on-error')),
    permissions: readPermissions(file, node) ?? shared,
    uses: textOf(childOf(node, 'uses')),
    steps: readSteps(file, childOf(node, 'steps')),
  }
}

/** A name, or an object with one. */
function readEnvironment(file: string, node: YamlNode | undefined): Input | undefined {
  const name = node?.kind === 'map' ? childOf(node, 'name') : node
  const text = textOf(name)
  return name === undefined || text === undefined || text === '' ? undefined : {text, place: placeIn(file, name)}
}

function readPermissions(file: string, node: YamlMap): Permissions | undefined {
  const entry = node.entries.get('permissions')
  if (entry === undefined) return undefined
  const scopes = [...(mapOf(entry.value)?.entries ?? [])].map(([name, {value}]) => [name, textOf(value) ?? ''] as const)
  return {place: placeIn(file, entry), all: textOf(entry.value), scopes: new Map(scopes)}
}

/** Of a job, or of a composite Action. */
export function readSteps(file: string, node: YamlNode | undefined): readonly Step[] {
  if (node?.kind !== 'list') return []
  return node.items.flatMap((item) => (item.kind === 'map' ? [readStep(file, item)] : []))
}

function readStep(file: string, node: YamlMap): Step {
  const inputs = [...(mapOf(childOf(node, 'with'))?.entries ?? [])].map(
    ([name, entry]) => [name.toLowerCase(), {text: textOf(entry.value) ?? '', place: placeIn(file, entry)}] as const,
  )
  return {
    node,
    place: placeIn(file, node),
    id: textOf(childOf(node, 'id')),
    uses: textOf(childOf(node, 'uses')),
    run: textOf(childOf(node, 'run')),
    condition: textOf(childOf(node, 'if')),
    inputs: new Map(inputs),
    continueOnError: textOf(childOf(node, 'continue-on-error')),
  }
}
