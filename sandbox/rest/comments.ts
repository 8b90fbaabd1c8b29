/** Comments and reactions of `/repos/{owner}/{repo}/issues`. */

import {Hono} from 'hono'

import {grantOf, reaches} from '../access.ts'
import {dropComment, findConversation, react, rewriteComment, seenComments, writeComment} from '../comments.ts'
import {presentComment, presentReaction} from '../present/comments.ts'
import type {Account, Actor, App, Comment, ReactionContent} from '../state.ts'
import {fullName, type World} from '../world.ts'
import {needs, reads, writes} from './actor.ts'
import {
  type Ctx,
  type Env,
  invalid,
  notFound,
  notJson,
  paginate,
  parseNumber,
  parseText,
  parseWord,
  readFields,
  refuse,
} from './answers.ts'

/** GitHub's limit for a comment, in characters. */
const longestBody = 65_536

export function commentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const read = needs(world, reads('issues', 'pull_requests'))
  // Whoever can read a repository can comment; an App needs the permission.
  const write = needs(world, writes('read', 'issues', 'pull_requests'))
  app.get('/issues/:number{[0-9]+}/comments', read, (c) => list(world, c))
  app.post('/issues/:number{[0-9]+}/comments', write, (c) => create(world, c))
  app.get('/issues/comments', read, (c) => listAll(world, c))
  app.get('/issues/comments/:id{[0-9]+}', read, (c) => {
    const id = parseNumber(c.req.param('id'))
    const found = seenComments(world, c.get('repository')).find((comment) => comment.id === id)
    return found ? c.json(presentComment(world, found)) : notFound(c)
  })
  app.patch('/issues/comments/:id{[0-9]+}', write, (c) => edit(world, c))
  app.delete('/issues/comments/:id{[0-9]+}', write, (c) => remove(world, c))
  app.post('/issues/comments/:id{[0-9]+}/reactions', write, (c) => addReaction(world, c))
  return app
}

function list(world: World, c: Ctx): Response {
  const issue = findConversation(world, fullName(c.get('repository')), parseNumber(c.req.param('number')) ?? 0)
  if (!issue) return notFound(c)
  const since = Date.parse(c.req.query('since') ?? '')
  const shown = seenComments(world, c.get('repository')).filter(
    (comment) => comment.issue === issue && !(Date.parse(comment.updatedAt) < since),
  )
  return c.json(paginate(c, shown).map((comment) => presentComment(world, comment)))
}

/** Those of every pull request and issue, by age or by their last change. */
function listAll(world: World, c: Ctx): Response {
  const {sort = 'created', direction = sort === 'created' ? 'desc' : 'asc', since = ''} = c.req.query()
  const key = (comment: Comment): string => (sort === 'updated' ? comment.updatedAt : comment.createdAt)
  const shown = seenComments(world, c.get('repository'))
    .filter(({updatedAt}) => !(Date.parse(updatedAt) < Date.parse(since)))
    .toSorted((one, other) => key(one).localeCompare(key(other)) || one.id - other.id)
  if (direction === 'desc') shown.reverse()
  return c.json(paginate(c, shown).map((comment) => presentComment(world, comment)))
}

function findComment(world: World, c: Ctx): Comment | undefined {
  const comment = world.comments.get(parseNumber(c.req.param('id')) ?? 0)
  return comment?.issue.repository === c.get('repository') ? comment : undefined
}

interface Author {
  readonly account: Account
  readonly viaApp: App | undefined
}

/** What an installation writes is its bot's, and says which App it was. */
function authorOf(actor: Actor): Author | undefined {
  switch (actor.kind) {
    case 'user':
      return actor
    case 'installation':
      return {account: actor.account, viaApp: actor.app}
    case 'anonymous':
    case 'app':
      return undefined
    default:
      return actor satisfies never
  }
}

async function readBody(c: Ctx): Promise<string | Response> {
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const body = parseText(fields['body'])
  if (body === undefined || body.trim() === '')
    return invalid(c, {resource: 'IssueComment', field: 'body', code: 'missing_field'})
  const message = `body is too long (maximum is ${longestBody} characters)`
  return body.length > longestBody
    ? invalid(c, {resource: 'IssueComment', field: 'body', code: 'custom', message})
    : body
}

async function create(world: World, c: Ctx): Promise<Response> {
  const author = authorOf(c.get('actor'))
  const issue = findConversation(world, fullName(c.get('repository')), parseNumber(c.req.param('number')) ?? 0)
  if (!issue || !author) return notFound(c)
  const body = await readBody(c)
  if (typeof body !== 'string') return body
  const written = presentComment(
    world,
    writeComment(world, issue, {author: author.account, body, viaApp: author.viaApp}),
  )
  return c.json(written, 201, {Location: written.url})
}

interface Changeable {
  readonly comment: Comment
  readonly by: Account
}

/** Its author, and whoever may write: a person with the role, or an App with the permission. */
function findChangeable(world: World, c: Ctx): Changeable | Response {
  const actor = c.get('actor')
  const author = authorOf(actor)
  const comment = findComment(world, c)
  if (!comment || !author) return notFound(c)
  const may =
    actor.kind === 'installation' ||
    author.account === comment.author ||
    reaches(grantOf(world, c.get('repository'), author.account), 'write')
  return may ? {comment, by: author.account} : refuse(c, 403, 'Must have admin rights to Repository.')
}

async function edit(world: World, c: Ctx): Promise<Response> {
  const found = findChangeable(world, c)
  if (!('comment' in found)) return found
  const body = await readBody(c)
  if (typeof body !== 'string') return body
  rewriteComment(world, found.comment, {body, by: found.by})
  return c.json(presentComment(world, found.comment))
}

function remove(world: World, c: Ctx): Response {
  const found = findChangeable(world, c)
  if (!('comment' in found)) return found
  dropComment(world, found.comment, found.by)
  return c.body(null, 204)
}

const contents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const satisfies readonly ReactionContent[]

async function addReaction(world: World, c: Ctx): Promise<Response> {
  const author = authorOf(c.get('actor'))
  const comment = findComment(world, c)
  if (!comment || !author) return notFound(c)
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const content = parseWord(contents, fields['content'])
  if (content === undefined) return invalid(c, {resource: 'Reaction', field: 'content', code: 'invalid'})
  const {reaction, isNew} = react(world, comment, {user: author.account, content})
  return c.json(presentReaction(world, reaction), isNew ? 201 : 200)
}
