/** What was said in a repository since some time, for an issuer with a plain token, which can list no deliveries. */
import {type RepositoryId, parseRepositoryName} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Connection, GitHub} from './client.ts'
import type {Account} from '../model/facts.ts'

export interface FetchedComment {
  readonly id: number
  readonly nodeId: string
  /** Absent: an account that is no more. */
  readonly author: Account | undefined
  readonly body: string
  readonly createdAt: string
  readonly viaApp: boolean
  readonly pullRequest: number
}

export interface CommentsSince {
  /** GitHub's own time; milliseconds. */
  readonly at: number
  /** As a webhook would show it. */
  readonly repository: object
  readonly comments: readonly FetchedComment[]
}

/** Throws GitHubUnavailable when GitHub does not answer usably. */
export interface CommentSource {
  /** Those on pull requests that were made or changed since (milliseconds), oldest change first, at most a thousand. */
  fetchSince(repositoryId: RepositoryId, since: number): Promise<CommentsSince>
  /** When it was last edited, and by whom, if it ever was. */
  fetchEdit(nodeId: string): Promise<{readonly at: string; readonly editor: number | undefined} | undefined>
}

const perPage = 100
const maxPages = 10

/** With the plain token. */
export function createCommentSource(github: Pick<GitHub, 'connect'>): CommentSource {
  const connection = (): Connection => github.connect(undefined)
  return {
    fetchSince: (repositoryId, since) => fetchSince(connection(), repositoryId, new Date(since).toISOString()),
    fetchEdit: (nodeId) => fetchEdit(connection(), nodeId),
  }
}

async function fetchSince(connection: Connection, id: RepositoryId, since: string): Promise<CommentsSince> {
  const what = 'the repository'
  const found = shown(await connection.ask(what, (octokit) => octokit.request('GET /repositories/{id}', {id})), what)
  const repository = parseRepository(found.body)
  const comments: FetchedComment[] = []
  for (let page = 1; page <= maxPages; page++) {
    const answer = await fetchPage(connection, {...repository.at, since, page})
    comments.push(...answer.body.list().flatMap(parseComment))
    if (answer.pageParameter('next', 'page') === undefined) break
  }
  return {at: found.date(), repository: repository.payload, comments}
}

type PageOfComments = Readonly<Record<'owner' | 'repo' | 'since', string>> & {readonly page: number}

async function fetchPage(connection: Connection, asked: PageOfComments): Promise<Answer> {
  const what = "the repository's comments"
  const order = {sort: 'updated', direction: 'asc', per_page: perPage} as const
  const send = connection.ask(what, (octokit) => octokit.rest.issues.listCommentsForRepo({...asked, ...order}))
  return shown(await send, what)
}

function parseRepository(body: Field): {
  readonly at: Readonly<Record<'owner' | 'repo', string>>
  readonly payload: object
} {
  const name = body.at('full_name').parse(parseRepositoryName, 'owner/name')
  const [owner = '', repo = ''] = name.split('/')
  const {id, login} = body.at('owner').account()
  const visibility = body.at('visibility').optional()?.text()
  const shape = {id: body.at('id').number(), private: body.at('private').flag(), visibility, owner: {id, login}}
  return {at: {owner, repo}, payload: {...shape, full_name: name}}
}

/** GitHub calls it `…/pull/<number>#…` on a pull request, `…/issues/…` elsewhere. */
function parseComment(comment: Field): readonly FetchedComment[] {
  const [, number] = /\/pull\/([1-9]\d{0,15})#/.exec(comment.at('html_url').text()) ?? []
  if (number === undefined) return []
  return [
    {
      id: comment.at('id').number(),
      nodeId: comment.at('node_id').text(),
      author: comment.at('user').optional()?.account(),
      body: comment.at('body').text(),
      createdAt: comment.at('created_at').text(),
      viaApp: comment.at('performed_via_github_app').optional() !== undefined,
      pullRequest: Number(number),
    },
  ]
}

const editQuery = `query ($id: ID!) {
node(id: $id) { ... on IssueComment { lastEditedAt editor { ... on User { databaseId } } } }
}`

async function fetchEdit(connection: Connection, id: string): ReturnType<CommentSource['fetchEdit']> {
  const answer = await connection.ask("the comment's last edit", async (octokit) => ({
    data: await octokit.graphql(editQuery, {id}),
    headers: {},
  }))
  // Deleted a moment ago: never edited as far as anybody can tell, and announced by its own webhook.
  if (answer === 'gone') return undefined
  const node = answer.body.at('node')
  const at = node.at('lastEditedAt').optional()?.text()
  return at === undefined ? undefined : {at, editor: editorOf(node)}
}

const editorOf = (node: Field): number | undefined =>
  node.at('editor').optional()?.at('databaseId').optional()?.number()
