/** The sandbox as a program of its own, driven through its control door. */

import {execFileSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

import {afterAll, beforeAll, expect, test} from '@jest/globals'

import {type RemoteSandbox, startSandboxProcess} from '../../sandbox/client.ts'
import {type Listener, startListener} from './builders.ts'

let listener: Listener
let github: RemoteSandbox

beforeAll(async () => {
  listener = await startListener()
  github = await startSandboxProcess(['--hook-url', listener.url])
})

afterAll(async () => {
  await Promise.all([github.close(), listener.close()])
})

test('the world is driven from another process, as from within', async () => {
  const {world} = github
  const {id, token} = await world.addUser({login: 'octocat', id: 583_231})
  await world.addRepository({name: 'octocat/api', files: {'README.md': 'Hello\n'}})
  await world.installApp({account: 'octocat'})
  const sha = await world.push({repository: 'octocat/api', branch: 'feature', pusher: 'octocat', files: {a: 'b'}})
  const {number} = await world.openPullRequest({repository: 'octocat/api', head: 'feature', author: 'octocat'})
  const said = await world.comment({repository: 'octocat/api', pullRequest: number, by: 'octocat', body: 'Hello'})
  await world.settled()
  expect(id).toBe(583_231)
  const answer = await fetch(`${github.url}/repos/octocat/api/issues/comments/${said.id}`, {
    headers: {authorization: `token ${token}`},
  })
  expect(await answer.json()).toMatchObject({id: said.id, user: {id}})
  // As GitHub's, deliveries overtake each other.
  const events = listener.received.map(({headers}) => String(headers['x-github-event']))
  expect(events.sort()).toEqual(['issue_comment', 'pull_request', 'push'])
  const plan = await world.planJob({
    repository: 'octocat/api',
    actor: 'octocat',
    trigger: {event: 'push', branch: 'feature'},
  })
  expect(plan).toMatchObject({sha, environment: {GITHUB_SHA: sha, GITHUB_API_URL: github.url}})
  expect(await world.listViolations()).toEqual([])
})

test('a mistake in an action is told with its reason', async () => {
  await expect(github.world.push({repository: 'octocat/nothing', branch: 'x', pusher: 'octocat'})).rejects.toThrow(
    'push: There is no repository octocat/nothing',
  )
  const answer = await fetch(`${github.url}/_sandbox/nothing`, {method: 'POST'})
  expect(answer.status).toBe(404)
})

test('--help tells what it is', () => {
  const program = fileURLToPath(new URL('../../sandbox/server.ts', import.meta.url))
  expect(execFileSync(process.execPath, [program, '--help'], {encoding: 'utf8'})).toContain('--hook-url')
})
