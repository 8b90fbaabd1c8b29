/** infra/template.yaml as tests read it: its resources, those that SAM adds, and what each role and key grants. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {type YAMLSeq, parseDocument} from 'yaml'

export const root = join(import.meta.dirname, '..', '..')
export const path = join(root, 'infra', 'template.yaml')

export interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource?: unknown
  readonly Principal?: unknown
}

interface Event {
  readonly Type: string
}

export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

/** Intrinsic functions become their arguments: `!GetAtt Table.Arn` is read as `Table.Arn`. */
const tags = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not'].flatMap((name) => [
  {tag: `!${name}`, resolve: (text: string) => text},
  {tag: `!${name}`, collection: 'seq' as const, resolve: (list: YAMLSeq) => list},
])

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
}

export const parseTemplate = (text: string): Template => parseDocument(text, {customTags: tags}).toJS() as Template

export const template = parseTemplate(readFileSync(path, 'utf8'))
export const {Resources: resources} = template

export function propertiesOf(name: string): Readonly<Record<string, unknown>> {
  const found = resources[name]?.Properties
  if (found === undefined) throw new Error(`the template has no ${name}`)
  return found
}

/** What SAM's transform adds for the functions, by logical id: of the properties and events that this template uses. */
export function generatedIds({Resources}: Template): readonly string[] {
  return Object.entries(Resources).flatMap(([id, {Type: type, Properties: properties = {}}]) => {
    if (type !== 'AWS::Serverless::Function') return []
    const url = properties['FunctionUrlConfig'] as {readonly AuthType: string} | undefined
    const open = url?.AuthType === 'NONE' ? [`${id}UrlPublicPermissions`, `${id}URLInvokeAllowPublicAccess`] : []
    const events = Object.entries((properties['Events'] ?? {}) as Readonly<Record<string, Event>>)
    return [
      ...(properties['Role'] === undefined ? [`${id}Role`] : []),
      ...(url === undefined ? [] : [`${id}Url`, ...open]),
      ...events.flatMap(([event, {Type: source}]) => generatedByEvent(`${id}${event}`, source)),
    ]
  })
}

function generatedByEvent(id: string, source: string): readonly string[] {
  switch (source) {
    case 'SQS':
      return [id]
    case 'Schedule':
      return [id, `${id}Permission`]
    default:
      throw new Error(`what SAM makes of an event of the type ${source} is not known here`)
  }
}

/** Logical ids that stand for two resources, once SAM has added its own. */
export function collisions(given: Template): readonly string[] {
  const ids = [...Object.keys(given.Resources), ...generatedIds(given)]
  return ids.filter((id, i) => ids.indexOf(id) !== i)
}

/** Places where something is missing, or a policy says nothing of somebody, something or an action. */
export function findEmpty(value: unknown, at = ''): readonly string[] {
  if (value === null) return [`${at} is empty`]
  if (typeof value !== 'object') return []
  const members = Object.entries(value as Readonly<Record<string, unknown>>)
  const faults = members.flatMap(([name, member]) => findEmpty(member, `${at}/${name}`))
  if (members.length === 0) return [`${at} is empty`]
  if (!('Statement' in value)) return faults
  const {Statement: statements} = value
  if (!Array.isArray(statements)) return [...faults, `${at} has no list of statements`]
  return [...faults, ...statements.flatMap((one: object, i) => missingIn(one, at).map((fault) => `${fault} (${i})`))]
}

/** A role's policy names resources, a trust policy principals, a key's policy both. */
function missingIn(statement: object, at: string): readonly string[] {
  const needed = ['Effect', 'Action', at.endsWith('/AssumeRolePolicyDocument') ? 'Principal' : 'Resource']
  if (at.endsWith('/KeyPolicy')) needed.push('Principal')
  return needed.filter((name) => !(name in statement)).map((name) => `${at} has a statement without ${name}`)
}

interface Policy {
  readonly PolicyDocument: {readonly Statement: readonly Statement[]}
}

export const actionsOf = ({Action: action}: Statement): readonly string[] =>
  typeof action === 'string' ? [action] : action

export const statementsOf = (role: string): readonly Statement[] =>
  (propertiesOf(role)['Policies'] as readonly Policy[]).flatMap((policy) => policy.PolicyDocument.Statement)

export const keyStatements = (key: string): readonly Statement[] =>
  (propertiesOf(key)['KeyPolicy'] as Policy['PolicyDocument']).Statement

/** By their logical ids. */
export const idsOf = (type: string): readonly string[] =>
  Object.entries(resources).flatMap(([id, resource]) => (resource.Type === type ? [id] : []))
