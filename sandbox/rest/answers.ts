/** What every route shares: the request's context, GitHub's refusals word for word, bodies and pages. */

import type {HttpBindings} from '@hono/node-server'
import type {Context} from 'hono'
import type {ContentfulStatusCode} from 'hono/utils/http-status'

import type {Actor, Repository} from '../state.ts'

export interface Env {
  Bindings: HttpBindings
  /** `points`: what a query costs, where it is more than a request. */
  Variables: {actor: Actor; repository: Repository; points?: number}
}

export type Ctx = Context<Env>

const documentation = 'https://docs.github.com/rest'

export const refuse = (c: Ctx, status: ContentfulStatusCode, message: string): Response =>
  c.json({message, documentation_url: documentation, status: String(status)}, status)

export const notFound = (c: Ctx): Response => refuse(c, 404, 'Not Found')
export const badCredentials = (c: Ctx): Response => refuse(c, 401, 'Bad credentials')
export const needsAuthentication = (c: Ctx): Response => refuse(c, 401, 'Requires authentication')
export const notForIntegrations = (c: Ctx): Response => refuse(c, 403, 'Resource not accessible by integration')
export const noSuchCommit = (c: Ctx, sha: string): Response => refuse(c, 422, `No commit found for SHA: ${sha}`)

export interface Invalid {
  readonly resource: string
  readonly field: string
  readonly code: 'missing_field' | 'invalid' | 'custom' | 'missing'
  readonly message?: string
}

export const invalid = (c: Ctx, error: Invalid): Response =>
  c.json({message: 'Validation Failed', errors: [error], documentation_url: documentation, status: '422'}, 422)

export type Fields = Readonly<Record<string, unknown>>

/** The JSON object of a body; anything else is undefined and answered 400. */
export async function readFields(c: Ctx): Promise<Fields | undefined> {
  const text = await c.req.text()
  try {
    return parseFields(text === '' ? {} : JSON.parse(text))
  } catch {
    return undefined
  }
}

export const notJson = (c: Ctx): Response => refuse(c, 400, 'Problems parsing JSON')

export const parseFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

export const parseText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const parseWord = <Word extends string>(words: readonly Word[], value: unknown): Word | undefined =>
  words.find((word) => word === value)

/** A path's or a query's number in plain decimal. */
export const parseNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : undefined

export interface Page {
  readonly number: number
  readonly size: number
}

/** Thirty a page unless asked, a hundred at most; nonsense is the default, as on GitHub. */
export function readPage(c: Ctx, usual = 30): Page {
  const size = parseNumber(c.req.query('per_page')) ?? usual
  const number = parseNumber(c.req.query('page')) ?? 1
  return {number: Math.max(number, 1), size: size === 0 ? usual : Math.min(size, Math.max(usual, 100))}
}

/** One page of a list, with the Link header that leads to the others. */
export function paginate<Item>(c: Ctx, items: readonly Item[], usual = 30): readonly Item[] {
  const page = readPage(c, usual)
  const last = Math.max(Math.ceil(items.length / page.size), 1)
  const {number} = page
  const links = [
    ...(number > 1 ? [link(c, {page: String(Math.min(number - 1, last))}, 'prev')] : []),
    ...(number < last ? [link(c, {page: String(number + 1)}, 'next'), link(c, {page: String(last)}, 'last')] : []),
    ...(number > 1 ? [link(c, {page: '1'}, 'first')] : []),
  ]
  if (links.length > 0) c.header('Link', links.join(', '))
  return items.slice((number - 1) * page.size, number * page.size)
}

/** GitHub's links name a repository by id, so a client that follows them meets the other form of every path. */
export function link(c: Ctx, query: Readonly<Record<string, string>>, relation: string): string {
  const url = new URL(c.req.url)
  const repository = c.get('repository') as Repository | undefined
  if (repository) url.pathname = url.pathname.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${repository.id}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return `<${url.href}>; rel="${relation}"`
}
