/** Answers a query by npm's `graphql` over GitHub's published schema: what GitHub would refuse is refused here. */
import {readFile} from 'node:fs/promises'
import type {
  DocumentNode,
  FieldNode,
  GraphQLError,
  GraphQLFieldResolver,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql'

import {keepOnce} from '../kept.ts'

export interface Query {
  readonly text: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Root {
  /** The fields of `Query` that there are. */
  readonly fields: object
  /** Hears of each field that GitHub has and the sandbox has not. */
  readonly onMissing: (field: string) => void
}

export interface Outcome {
  readonly answer: object
  /** What GitHub counts for it, in points. */
  readonly cost: number
}

/** Why a node is null, in GitHub's words: it stands in `errors` beside the data. */
export class Refusal extends Error {
  readonly type: 'NOT_FOUND' | 'FORBIDDEN'

  constructor(type: Refusal['type'], message: string) {
    super(message)
    this.type = type
  }
}

/** Its files are no entry of the package, which would parse five megabytes of JSON besides. */
const schemaFile = new URL('../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url)

interface Engine {
  readonly graphql: typeof import('graphql')
  readonly schema: GraphQLSchema
}

/** Both are dear: one for each process. */
const loadEngine = (): Promise<Engine> =>
  keepOnce('GraphQL', async () => {
    const graphql = await import('graphql')
    const schema = graphql.buildSchema(await readFile(schemaFile, 'utf8'), {assumeValid: true})
    return {graphql, schema}
  })

export async function runQuery(query: Query, root: Root): Promise<Outcome> {
  const engine = await loadEngine()
  const {graphql, schema} = engine
  const document = parseQuery(engine, query.text)
  if ('errors' in document) return {answer: document, cost: 1}
  const invalid = graphql.validate(schema, document)
  if (invalid.length > 0) return {answer: {errors: invalid.map(presentError)}, cost: 1}
  const {cost, problems} = weigh(engine, document, query.variables)
  if (problems.length > 0) return {answer: {errors: problems}, cost: 1}
  const {data, errors} = await graphql.execute({
    schema,
    document,
    rootValue: root.fields,
    variableValues: query.variables,
    fieldResolver: resolveWith(engine, root),
  })
  return {answer: errors === undefined ? {data} : {data: data ?? null, errors: errors.map(presentError)}, cost}
}

function parseQuery({graphql}: Engine, text: string): DocumentNode | {readonly errors: readonly object[]} {
  try {
    return graphql.parse(text)
  } catch (failure) {
    if (!(failure instanceof graphql.GraphQLError)) throw failure
    return {errors: [presentError(failure)]}
  }
}

/** GitHub says `type` and `path` beside the message where a node is refused. */
function presentError(error: GraphQLError): object {
  const {message, path, locations, extensions} = error
  return {...extensions, ...(path && {path}), ...(locations && {locations}), message}
}

/** A member of the node, called with the arguments where it is a function; what is not there is a gap of the sandbox. */
const resolveWith =
  ({graphql}: Engine, {onMissing}: Root): GraphQLFieldResolver<unknown, unknown> =>
  (...[source, args, , {parentType, fieldName}]) => {
    const value = (source as Readonly<Record<string, unknown>>)[fieldName]
    if (value === undefined) {
      onMissing(`${parentType.name}.${fieldName}`)
      throw new Error('Something went wrong while executing your query.')
    }
    try {
      return typeof value === 'function' ? (value as (args: unknown) => unknown)(args) : value
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure
      throw new graphql.GraphQLError(failure.message, {extensions: {type: failure.type}})
    }
  }

interface Weight {
  readonly cost: number
  readonly problems: readonly object[]
}

/** A connection must say how many it wants, a hundred at most; a point is a hundred of the requests that this makes. */
function weigh({graphql}: Engine, document: DocumentNode, variables: Query['variables']): Weight {
  const {Kind} = graphql
  const problems: object[] = []
  let requests = 0
  const visit = ({selections}: SelectionSetNode, times: number): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const wanted = pageOf(node, variables)
        if (isConnection(node)) requests += times
        if (isConnection(node) && wanted === undefined) problems.push(unbounded(node))
        if (wanted !== undefined && !(wanted >= 1 && wanted <= 100)) problems.push(excessive(node, wanted))
        if (node.selectionSet) visit(node.selectionSet, times * (wanted ?? 1))
      } else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet, times)
    }
  }
  for (const definition of document.definitions) if ('selectionSet' in definition) visit(definition.selectionSet, 1)
  return {cost: Math.max(1, Math.ceil(requests / 100)), problems}
}

/** Every connection of GitHub's has its items in `nodes` or `edges`, and nothing else has. */
const isConnection = ({selectionSet}: FieldNode): boolean =>
  selectionSet?.selections.some((inner) => 'name' in inner && /^(?:nodes|edges)$/.test(inner.name.value)) ?? false

function pageOf({arguments: given = []}: FieldNode, variables: Query['variables']): number | undefined {
  const found = given.find(({name}) => name.value === 'first' || name.value === 'last')?.value
  if (found === undefined) return undefined
  return Number('name' in found ? variables[found.name.value] : 'value' in found ? found.value : undefined)
}

const unbounded = ({name}: FieldNode): object => ({
  type: 'MISSING_PAGINATION_BOUNDARIES',
  message: `You must provide a \`first\` or \`last\` value to properly paginate the \`${name.value}\` connection.`,
})

const excessive = ({name}: FieldNode, wanted: number): object => ({
  type: 'EXCESSIVE_PAGINATION',
  message: `Requesting ${wanted} records on the \`${name.value}\` connection exceeds the \`first\` limit of 100 records.`,
})
