/** `POST /graphql` for the one question that REST cannot answer: was this comment ever edited, or sent by e-mail? */

import {Hono} from 'hono'

import {accessOf, sees} from '../access.ts'
import type {Comment} from '../state.ts'
import type {World} from '../world.ts'
import {reads} from './actor.ts'
import {type Ctx, type Env, needsAuthentication, notJson, parseFields, parseText, readFields} from './answers.ts'
import {parseQuery, type Selection} from './graphql-query.ts'

interface Problem {
  readonly type?: string
  readonly path?: readonly string[]
  readonly message: string
}

export function graphqlRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.post('/graphql', async (c) => {
    const actor = c.get('actor')
    if (actor.kind === 'anonymous' || actor.kind === 'app') return needsAuthentication(c)
    const fields = await readFields(c)
    if (!fields) return notJson(c)
    const query = parseQuery(parseText(fields['query']) ?? '', parseFields(fields['variables']) ?? {})
    if ('problem' in query) return c.json({errors: [{message: query.problem}]})
    return c.json(answer(world, c, query.selections))
  })
  return app
}

/** Errors come with status 200, as GitHub's do. */
function answer(world: World, c: Ctx, selections: readonly Selection[]) {
  const data: Record<string, unknown> = {}
  const errors: Problem[] = []
  for (const selection of selections) {
    const found = resolveNode(world, c, selection)
    if ('message' in found) errors.push({...found, path: [selection.alias]})
    data[selection.alias] = 'message' in found ? null : pick(world, found, selection)
  }
  return errors.length > 0 ? {data, errors} : {data}
}

function resolveNode(world: World, c: Ctx, selection: Selection): Comment | Problem {
  const {name, args} = selection
  if (name !== 'node') return {message: `Field '${name}' doesn't exist on type 'Query'`}
  const id = parseText(args['id'])
  const comment = [...world.comments.values()].find((candidate) => candidate.nodeId === id)
  const missing = {type: 'NOT_FOUND', message: `Could not resolve to a node with the global id of '${id ?? ''}'.`}
  if (!comment) return missing
  const {repository} = comment.issue
  const actor = c.get('actor')
  if (!world.repositories.includes(repository) || !sees(world, actor, repository)) return missing
  const access = accessOf(world, actor, {repository, need: reads('issues', 'pull_requests')})
  return access === 'granted' ? comment : {type: 'FORBIDDEN', message: 'Resource not accessible by integration'}
}

/** Fields of another type than the comment's own are left out, as an inline fragment asks. */
function pick(world: World, comment: Comment, selection: Selection): Readonly<Record<string, unknown>> {
  const known: Readonly<Record<string, unknown>> = {
    __typename: 'IssueComment',
    id: comment.nodeId,
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    lastEditedAt: comment.lastEditedAt,
    createdViaEmail: comment.viaEmail,
    url: `${world.origin}/${comment.issue.repository.owner.login}/${comment.issue.repository.name}/pull/${comment.issue.number}#issuecomment-${comment.id}`,
  }
  const fields = selection.fields.filter(
    ({onType}) => onType === undefined || onType === 'IssueComment' || onType === 'Node',
  )
  return Object.fromEntries(fields.map(({alias, name}) => [alias, known[name] ?? null]))
}
