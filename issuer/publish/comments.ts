/** The conversation of a pull request on GitHub: its comments page by page, which of them are our own, and a new one. */
import type {Field} from '../github/answer.ts'
import type {Connection} from '../github/client.ts'
import type {OwnerAndRepo} from '../github/repository.ts'
import {expectWritten} from './send-check-run.ts'

export interface Conversation {
  readonly connection: Connection
  readonly at: OwnerAndRepo
  readonly number: number
}

type Comments = readonly Field[]

const perPage = 100
/** GitHub takes 2,500 comments on one pull request. */
const maxPages = 30

/** Ascending on each page; the newest pages first, and page 1, which is fetched anyway, before or after all others. */
export async function* fetchPages(conversation: Conversation, pageOne: 'first' | 'last'): AsyncGenerator<Comments> {
  const first = await fetchPage(conversation, 1)
  const last = Math.min(Number(first?.pageParameter('last', 'page') ?? 1), maxPages)
  if (pageOne === 'first') yield first?.body.list() ?? []
  for (let page = last; page > 1; page -= 1) yield (await fetchPage(conversation, page))?.body.list() ?? []
  if (pageOne === 'last') yield first?.body.list() ?? []
}

/** Undefined when the conversation is no more. */
async function fetchPage({connection, at, number}: Conversation, page: number) {
  const answer = await connection.ask('the comments', (octokit) =>
    octokit.rest.issues.listComments({...at, issue_number: number, per_page: perPage, page}),
  )
  return answer === 'gone' ? undefined : answer
}

/** Anybody can write our marks, and must not silence us or speak for us by it (threats A22). */
export const isBy = (account: number, comment: Field): boolean =>
  comment.at('user').optional()?.at('id').number() === account

export async function writeComment({connection, at, number}: Conversation, body: string, what: string): Promise<void> {
  const answer = await connection.ask(`writing ${what}`, (octokit) =>
    octokit.rest.issues.createComment({...at, issue_number: number, body}),
  )
  expectWritten(answer, what)
}
