/** Renames, transfers and second owners of a name: the numeric id is what stays. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {repo, startTown, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const idOf = async (name: string) => {
  const answer = await fetch(`${town.github.url}/repos/${name}`)
  return ((await answer.json()) as {readonly id: number}).id
}

test('a renamed repository leads on by its id, and a write keeps its method', async () => {
  const id = await idOf(repo)
  town.world.renameRepository({repository: repo, to: 'service'})
  const read = await town.ask(`/repos/${repo}/pulls/${town.number}`)
  expect([read.status, read.headers.get('location')]).toEqual([
    301,
    `${town.github.url}/repositories/${id}/pulls/${town.number}`,
  ])
  expect(await idOf(repo)).toBe(id)
  const write = {token: town.tokens.hubot, method: 'POST', body: {body: 'Hello'}}
  const path = `/issues/${town.number}/comments`
  expect((await town.ask(`/repos/${repo}${path}`, write)).status).toBe(307)
  expect((await town.ask(`/repositories/${id}${path}`, write)).status).toBe(201)
})

test('a name that is taken again belongs to another id', async () => {
  const id = await idOf(repo)
  town.world.renameRepository({repository: repo, to: 'service'})
  await town.world.addRepository({name: repo, files: {}})
  expect(await idOf(repo)).not.toBe(id)
  expect(await idOf('octo-org/service')).toBe(id)
})

test('a deleted repository is gone, and made again it has another id', async () => {
  const id = await idOf(repo)
  town.world.deleteRepository({repository: repo})
  expect((await town.ask(`/repos/${repo}`)).status).toBe(404)
  await town.world.addRepository({name: repo, files: {}})
  expect(await idOf(repo)).not.toBe(id)
})

test('a transferred repository keeps its id under another owner', async () => {
  const id = await idOf(repo)
  town.world.transferRepository({repository: repo, to: 'octocat'})
  expect(await idOf('octocat/api')).toBe(id)
  expect(await idOf(repo)).toBe(id)
})

test('a rename of a private repository is not given away', async () => {
  town.world.setVisibility({repository: repo, private: true})
  town.world.renameRepository({repository: repo, to: 'secret'})
  expect((await town.ask(`/repos/${repo}`)).status).toBe(404)
  expect((await town.ask(`/repos/${repo}`, {token: town.tokens.hubot})).status).toBe(301)
})
