/** Comments: what GitHub shows of them, and what it hides behind whole seconds. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {repo, startTown, text, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
  town.world.setClock({at: '2026-04-02T14:30:00.900Z'})
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const say = (body: string, more: {readonly viaApp?: string; readonly viaEmail?: boolean; readonly by?: string} = {}) =>
  town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body, ...more})

const read = async (id: number) => (await town.ask(`/repos/${repo}/issues/comments/${id}`)).body

const query = 'query ($id: ID!) { node(id: $id) { ... on IssueComment { lastEditedAt createdViaEmail } } }'

const asGraphql = async (id: string, asked = query, variables: object = {id}) =>
  (await town.ask('/graphql', {token: town.tokens.hubot, method: 'POST', body: {query: asked, variables}})).body

test('times are whole seconds, and the Date header is the world’s', async () => {
  const {id} = say('Hello')
  const answer = await town.ask(`/repos/${repo}/issues/comments/${id}`)
  expect(answer.body['created_at']).toBe('2026-04-02T14:30:00Z')
  expect(answer.headers.get('date')).toBe('Thu, 02 Apr 2026 14:30:00 GMT')
})

test('an edit within the second shows in lastEditedAt and not in updated_at', async () => {
  const {id, nodeId} = say('First')
  expect(await asGraphql(nodeId)).toEqual({data: {node: {lastEditedAt: null, createdViaEmail: false}}})
  town.world.editComment({id, body: 'Second'})
  const shown = await read(id)
  expect([shown['body'], shown['updated_at']]).toEqual(['Second', shown['created_at']])
  expect(await asGraphql(nodeId)).toEqual({
    data: {node: {lastEditedAt: '2026-04-02T14:30:00Z', createdViaEmail: false}},
  })
})

test('a later edit changes updated_at', async () => {
  const {id} = say('First')
  town.world.advance({seconds: 5})
  town.world.editComment({id, body: 'Second'})
  expect((await read(id))['updated_at']).toBe('2026-04-02T14:30:05Z')
})

test('ids are numbers beyond 32 bits, and the addresses lead to pull request and comment', async () => {
  const {id, nodeId} = say('Hello')
  const shown = await read(id)
  expect(shown['id']).toBe(id)
  expect(id).toBeGreaterThan(2 ** 31)
  expect(text(shown['node_id'])).toBe(nodeId)
  expect(nodeId).toMatch(/^IC_kwDO/)
  expect(shown['issue_url']).toBe(`${town.github.url}/repos/${repo}/issues/${town.number}`)
  expect(shown['html_url']).toBe(`${town.github.url}/${repo}/pull/${town.number}#issuecomment-${id}`)
})

test('a comment says which App wrote it, in whoever’s name', async () => {
  const person = await read(say('By hand').id)
  const through = await read(say('Through an App', {viaApp: 'countersign'}).id)
  const bot = await read(say('As the bot', {by: 'countersign[bot]', viaApp: 'countersign'}).id)
  expect(person).toMatchObject({performed_via_github_app: null, user: {type: 'User'}})
  expect(through).toMatchObject({
    performed_via_github_app: {slug: 'countersign'},
    user: {type: 'User', login: 'octocat'},
  })
  expect(bot).toMatchObject({performed_via_github_app: {slug: 'countersign'}, user: {type: 'Bot'}})
})

test('a token that an App holds for a person marks what it writes', async () => {
  const token = town.world.issueToken({login: 'octocat', viaApp: 'countersign'})
  const path = `/repos/${repo}/issues/${town.number}/comments`
  const {status, body} = await town.ask(path, {token, method: 'POST', body: {body: '/authorize production'}})
  expect(status).toBe(201)
  expect(body).toMatchObject({performed_via_github_app: {slug: 'countersign'}, user: {login: 'octocat', type: 'User'}})
})

test('a mail is known by GraphQL alone, under any alias and with the id in the query', async () => {
  const {nodeId} = say('By mail', {viaEmail: true})
  const asked = `{ c: node(id: "${nodeId}") { __typename ... on IssueComment { mail: createdViaEmail } ... on Issue { title } } }`
  expect(await asGraphql(nodeId, asked, {})).toEqual({data: {c: {__typename: 'IssueComment', mail: true}}})
})

test('an id that leads nowhere is an error beside empty data', async () => {
  const {data, errors} = await asGraphql('IC_nothing')
  expect(data).toEqual({node: null})
  expect(errors).toMatchObject([{type: 'NOT_FOUND', path: ['node']}])
})

test('a repository lists its comments by their last change', async () => {
  const [first, second] = [say('First'), say('Second')]
  town.world.advance({seconds: 60})
  town.world.editComment({id: first.id, body: 'First, edited'})
  const list = async (query: string) =>
    ((await town.ask(`/repos/${repo}/issues/comments?${query}`)).body as unknown as readonly {id: number}[]).map(
      ({id}) => id,
    )
  expect(await list('sort=updated&direction=desc&per_page=2')).toEqual([first.id, second.id])
  expect(await list('since=2026-04-02T14:31:00Z')).toEqual([first.id])
})

test('whoever may write deletes what others said; a stranger does not', async () => {
  const {id} = say('Said')
  const remove = async (token: string) =>
    (await town.ask(`/repos/${repo}/issues/comments/${id}`, {token, method: 'DELETE'})).status
  expect(await remove(town.tokens.monalisa)).toBe(403)
  expect(await remove(town.tokens.hubot)).toBe(204)
  expect(await remove(town.tokens.hubot)).toBe(404)
})

test('an issue that is transferred takes its comments along, under their ids', async () => {
  await town.world.addRepository({name: 'octo-org/other', files: {}})
  const {number} = town.world.openIssue({repository: repo, author: 'hubot'})
  const {id} = town.world.comment({repository: repo, pullRequest: number, by: 'hubot', body: 'Moves'})
  const moved = town.world.transferIssue({repository: repo, number, to: 'octo-org/other'})
  expect((await town.ask(`/repos/${repo}/issues/comments/${id}`)).status).toBe(404)
  const {body} = await town.ask(`/repos/octo-org/other/issues/comments/${id}`)
  expect(text(body['issue_url'])).toMatch(new RegExp(`/repos/octo-org/other/issues/${moved.number}$`))
})

test('a deleted comment is gone', async () => {
  const {id} = say('Soon gone')
  town.world.deleteComment({id})
  expect((await town.ask(`/repos/${repo}/issues/comments/${id}`)).status).toBe(404)
})

test('a comment of another repository is not found under this one', async () => {
  await town.world.addRepository({name: 'octo-org/other', files: {}})
  const {id} = say('Here')
  expect((await town.ask(`/repos/octo-org/other/issues/comments/${id}`)).status).toBe(404)
})

test('lists come in pages with links, by the repository’s id', async () => {
  for (let count = 0; count < 5; count += 1) say(`Number ${count}`)
  const path = `/repos/${repo}/issues/${town.number}/comments?per_page=2`
  const first = await town.ask(path)
  expect(first.body).toHaveLength(2)
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  expect(new URL(next).pathname).toMatch(/^\/repositories\/\d+\/issues\/1\/comments$/)
  const second = await town.ask(next.slice(town.github.url.length))
  expect(second.body).toMatchObject([{body: 'Number 2'}, {body: 'Number 3'}])
})

test('the same reaction twice is one reaction', async () => {
  const {id} = say('Nice')
  const path = `/repos/${repo}/issues/comments/${id}/reactions`
  const react = () => town.ask(path, {token: town.tokens.hubot, method: 'POST', body: {content: '-1'}})
  expect([(await react()).status, (await react()).status]).toEqual([201, 200])
  expect((await read(id))['reactions']).toMatchObject({total_count: 1, '-1': 1})
})
