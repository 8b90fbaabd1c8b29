/** Deployments: who makes one, which the list shows, and who may see it. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Json, repo, startTown, text, type Town} from './builders.ts'

let town: Town
beforeEach(async () => {
  town = await startTown({private: true})
})
afterEach(async () => {
  expect(town.world.violations).toEqual([])
  await town.github.close()
})

async function list(query = '', permissions: object = {deployments: 'read'}): Promise<readonly Json[]> {
  const token = town.world.issueWorkflowToken({repository: repo, permissions})
  const {body} = await town.ask(`/repos/${repo}/deployments${query}`, {token})
  return Array.isArray(body) ? body : []
}

const add = (ref: string, environment: string): Promise<{readonly id: number}> =>
  town.world.addDeployment({repository: repo, ref, environment, by: 'octocat'})

test('the list has the newest first, and can be narrowed', async () => {
  const one = await add('main', 'production')
  const two = await add('feature', 'production')
  const three = await add('feature', 'staging')
  const ids = async (query: string) => (await list(query)).map(({id}) => Number(text(id)))
  expect(await ids('')).toEqual([three.id, two.id, one.id])
  expect(await ids('?environment=production')).toEqual([two.id, one.id])
  expect(await ids(`?sha=${town.sha}`)).toEqual([three.id, two.id])
  expect(await ids('?ref=main&task=deploy')).toEqual([one.id])
  expect(await ids('?per_page=1&page=2')).toEqual([two.id])
})

test('a job with an environment makes one before it runs, and a job without makes none', async () => {
  const job = {repository: repo, actor: 'octocat', trigger: {event: 'push', branch: 'main'}} as const
  await town.world.planJob(job)
  expect(await list()).toEqual([])
  await town.world.planJob({...job, environment: 'production'})
  expect(await list()).toEqual([
    expect.objectContaining({sha: town.mainSha, ref: 'main', environment: 'production', task: 'deploy'}),
  ])
})

test('the event deployment is about one of the list', async () => {
  const trigger = {event: 'deployment', environment: 'production', ref: 'feature'} as const
  const {payload} = await town.world.planJob({repository: repo, actor: 'octocat', trigger})
  const {id} = (payload as {readonly deployment: {readonly id: number}}).deployment
  expect((await list()).map((one) => one['id'])).toEqual([id])
})

test('without the permission nothing is listed', async () => {
  await add('main', 'production')
  expect(await list('', {contents: 'read'})).toEqual([])
})
