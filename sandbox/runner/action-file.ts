/** Reads action.yml as a runner does: what to start, and which inputs it declares. */

import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {parse} from 'yaml'

export interface ActionFile {
  readonly main: string
  readonly post: string | undefined
  /** Declared inputs with their defaults, as written. */
  readonly inputs: Readonly<Record<string, string>>
}

interface Written {
  readonly inputs?: Readonly<Record<string, {readonly default?: string | number | boolean} | null>>
  readonly runs?: {readonly using?: string; readonly main?: string; readonly post?: string; readonly 'post-if'?: string}
}

export async function readActionFile(folder: string): Promise<ActionFile> {
  const written = parse(await readFile(join(folder, 'action.yml'), 'utf8')) as Written
  const {using = '', main, post, 'post-if': when = 'always()'} = written.runs ?? {}
  if (!/^node\d+$/.test(using) || main === undefined) throw new Error(`${folder}/action.yml does not run JavaScript`)
  if (when !== 'always()') throw new Error(`This runner does not evaluate ${when}`)
  const inputs = Object.entries(written.inputs ?? {}).map(([name, input]) => [name, String(input?.default ?? '')])
  return {main, post, inputs: Object.fromEntries(inputs) as Readonly<Record<string, string>>}
}

export interface Inputs {
  readonly environment: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** How the job stands when a step begins, its post steps included. */
export type JobStatus = 'success' | 'failure' | 'cancelled'

/** What the expressions of a default may look at. Evaluated for each step anew, as actions/runner does. */
export interface Contexts {
  readonly token: string
  readonly status: JobStatus
}

/** `INPUT_*`: what the step gives, else the default; names compare without case. */
export function inputsFor(action: ActionFile, given: Readonly<Record<string, string>>, contexts: Contexts): Inputs {
  const declared = Object.keys(action.inputs)
  const find = (name: string): string | undefined =>
    Object.entries(given).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
  const environment = declared.map((name) => [
    variable(name),
    find(name) ?? evaluate(action.inputs[name] ?? '', contexts),
  ])
  const unknown = Object.keys(given).filter(
    (name) => !declared.some((known) => known.toLowerCase() === name.toLowerCase()),
  )
  const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')
  const warning = `Unexpected input(s) ${list(unknown)}, valid inputs are [${list(declared)}]`
  return {
    environment: Object.fromEntries(environment) as Readonly<Record<string, string>>,
    warnings: unknown.length > 0 ? [warning] : [],
  }
}

const variable = (input: string): string => `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`

/** The expressions that a default of ours may hold. */
function evaluate(text: string, {token, status}: Contexts): string {
  const filled = text
    .replaceAll(/\$\{\{\s*github\.token\s*\}\}/g, token)
    .replaceAll(/\$\{\{\s*job\.status\s*\}\}/g, status)
  if (filled.includes('${{')) throw new Error(`This runner does not evaluate ${text}`)
  return filled
}
