/** Reads lag behind what happened: what is new is not there yet, and what was changed is as it was. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Json, repo, startTown, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const never = {seconds: Infinity}
const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const status = async (path: string): Promise<number> => (await town.ask(`/repos/${repo}${path}`)).status
const say = (body: string) => town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body})
const pull = () => get(`/pulls/${town.number}`)

test('a comment is not there, then there; one that was edited or deleted is as it was', async () => {
  const old = say('Old')
  town.world.lagBehind({seconds: 0.4})
  const {id} = say('New')
  town.world.editComment({id: old.id, body: 'Edited'})
  expect(await status(`/issues/comments/${id}`)).toBe(404)
  expect((await get(`/issues/${town.number}/comments`)) as unknown).toMatchObject([{body: 'Old'}])
  await town.world.caughtUp()
  expect((await get(`/issues/comments/${id}`))['body']).toBe('New')
  expect((await get(`/issues/comments/${old.id}`))['body']).toBe('Edited')
  town.world.deleteComment({id})
  expect((await get(`/issues/comments/${id}`))['body']).toBe('New')
  await town.world.caughtUp()
  expect(await status(`/issues/comments/${id}`)).toBe(404)
})

test('GraphQL lags with the rest', async () => {
  const query = 'query ($id: ID!) { node(id: $id) { ... on IssueComment { lastEditedAt } } }'
  const ask = async (id: string) =>
    (await town.ask('/graphql', {token: town.tokens.hubot, method: 'POST', body: {query, variables: {id}}})).body
  const old = say('Old')
  town.world.lagBehind(never)
  expect(await ask(say('New').nodeId)).toMatchObject({data: {node: null}, errors: [{type: 'NOT_FOUND'}]})
  town.world.editComment({id: old.id, body: 'Edited'})
  expect(await ask(old.nodeId)).toEqual({data: {node: {lastEditedAt: null}}})
})

test('a pull request has its old head, is open after it was closed, and a new one is not there', async () => {
  town.world.lagBehind(never)
  await town.world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}})
  town.world.closePullRequest({repository: repo, pullRequest: town.number, by: 'hubot'})
  expect(await pull()).toMatchObject({state: 'open', head: {sha: town.sha}})
  await town.world.push({repository: repo, branch: 'other', pusher: 'hubot', files: {'c.txt': 'c\n'}})
  const opened = await town.world.openPullRequest({repository: repo, head: 'other', author: 'hubot'})
  expect(await status(`/pulls/${opened.number}`)).toBe(404)
})

test('who pushed and what a check says come late too', async () => {
  const run = town.world.addCheckRun({repository: repo, sha: town.sha, name: 'ci', status: 'in_progress'})
  town.world.lagBehind({seconds: 0.4})
  town.world.concludeCheckRun({id: run.id, conclusion: 'success'})
  await town.world.push({repository: repo, branch: 'feature', pusher: 'octocat', files: {'b.txt': 'b\n'}})
  const seen = async () => [
    (await get(`/check-runs/${run.id}`))['conclusion'],
    ((await get('/activity?ref=feature')) as unknown as readonly Json[]).length,
  ]
  expect(await seen()).toEqual([null, 1])
  await town.world.caughtUp()
  expect(await seen()).toEqual(['success', 2])
})

test('writes find what reads do not show yet', async () => {
  town.world.lagBehind(never)
  const {id} = say('New')
  const path = `/repos/${repo}/issues/comments/${id}/reactions`
  const answer = await town.ask(path, {token: town.tokens.hubot, method: 'POST', body: {content: 'eyes'}})
  expect(answer.status).toBe(201)
})
