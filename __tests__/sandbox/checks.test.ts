/** Check runs and statuses: which of several the lists show, and what a body may hold. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Answer, repo, startTown, type Town} from './builders.ts'

let town: Town
let token: string

beforeEach(async () => {
  town = await startTown()
  token = town.world.issueWorkflowToken({repository: repo, permissions: {checks: 'write', contents: 'read'}})
})

afterEach(async () => {
  await town.github.close()
})

const name = 'countersign / production'
const runs = async (query = ''): Promise<Answer> => town.ask(`/repos/${repo}/commits/${town.sha}/check-runs${query}`)
const create = (body: object): Promise<Answer> =>
  town.ask(`/repos/${repo}/check-runs`, {token, method: 'POST', body: {name, head_sha: town.sha, ...body}})

test('a check run carries text, and its App says who wrote it', async () => {
  const output = {title: 'Authorized', summary: 'By octocat', text: '```json\n{}\n```'}
  const {status, body} = await create({status: 'completed', conclusion: 'success', external_id: 'rcpt_1', output})
  expect(status).toBe(201)
  expect(body).toMatchObject({
    name,
    status: 'completed',
    conclusion: 'success',
    external_id: 'rcpt_1',
    output,
    app: {id: 15_368, slug: 'github-actions'},
    pull_requests: [{number: town.number}],
  })
  expect(body['id']).toBeGreaterThan(2 ** 32)
  expect(town.world.violations).toEqual([])
})

test('the latest list has one run of each name and App, the newest first', async () => {
  const first = town.world.addCheckRun({repository: repo, sha: town.sha, name, app: 'countersign'})
  const second = town.world.addCheckRun({repository: repo, sha: town.sha, name})
  const third = town.world.addCheckRun({repository: repo, sha: town.sha, name})
  const ids = async (query: string) =>
    ((await runs(query)).body['check_runs'] as unknown as readonly {readonly id: number}[]).map(({id}) => id)
  expect(await ids(`?check_name=${encodeURIComponent(name)}`)).toEqual([third.id, first.id])
  expect(await ids('?filter=all')).toEqual([third.id, second.id, first.id])
  expect(await ids('?check_name=other')).toEqual([])
})

test('two runs of a workflow do not hide one another, two attempts of one do', async () => {
  const run = (workflowRun: string) =>
    town.world.addCheckRun({repository: repo, sha: town.sha, name: 'ci', workflowRun})
  const [first, second, again] = [run('one'), run('two'), run('two')]
  const listed = (await runs('?check_name=ci')).body['check_runs'] as unknown as readonly {readonly id: number}[]
  expect(listed.map(({id}) => id)).toEqual([again.id, first.id])
  expect(second.id).toBeLessThan(again.id)
})

test('a branch’s name, slashes and all, stands for its commit', async () => {
  await town.world.push({repository: repo, branch: 'fix/one', pusher: 'hubot', sha: town.sha})
  town.world.addCheckRun({repository: repo, sha: town.sha, name})
  const {body} = await town.ask(`/repos/${repo}/commits/${encodeURIComponent('fix/one')}/check-runs`)
  expect(body).toMatchObject({total_count: 1})
})

test('what GitHub does not take is refused', async () => {
  expect((await create({head_sha: '0'.repeat(40)})).status).toBe(422)
  expect((await create({status: 'completed'})).status).toBe(422)
  expect((await create({conclusion: 'great'})).status).toBe(422)
  expect((await create({output: {title: 'x', summary: 'y', text: 'z'.repeat(65_536)}})).status).toBe(422)
})

test('statuses combine by their newest of each context, and none at all is pending', async () => {
  const state = async () => (await town.ask(`/repos/${repo}/commits/${town.sha}/status`)).body['state']
  const say = (context: string, word: 'success' | 'failure') =>
    town.world.addStatus({repository: repo, sha: town.sha, state: word, context, by: 'hubot'})
  expect(await state()).toBe('pending')
  say('build', 'failure')
  expect(await state()).toBe('failure')
  say('build', 'success')
  expect(await state()).toBe('success')
})
