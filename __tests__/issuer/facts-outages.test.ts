/** An outage in the middle of reading a change is never taken for a fact, on the sandbox GitHub. */
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {createPullRequestSource} from '../../issuer/github/facts.ts'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  handsIn,
  name,
  openChange,
  type OpenedChange,
  readChange,
  say,
  setStage,
  type Stage,
} from './github-world.ts'

let stage: Stage
let change: OpenedChange

beforeEach(async () => {
  stage = await setStage()
  change = await openChange(stage)
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

const read = (asked: Partial<ChangeOrder> = {}): Promise<ChangeFacts> =>
  readChange(stage, {pullRequest: change.number, ...asked})

describe('an outage never becomes a fact', () => {
  const doors = [
    '^GET /repos/octo-org/api-service$',
    '^GET .*/pulls/\\d+$',
    '^GET .*/git/commits/',
    '^GET .*/branches/main',
    '^POST .*/graphql',
    '^GET .*/activity',
    '^GET .*/git/trees/',
    '^GET .*/compare/',
    '^GET .*/check-runs',
  ]
  test.each(doors)('%s failing, cut off, turned away or answered with a page is unavailable', async (match) => {
    const faults = [{status: 500}, {cut: true}, {html: true}, {status: 403}, {rateLimit: 'secondary'}] as const
    const kinds: unknown[] = []
    for (const fault of faults) {
      stage.world.addFault({match, ...fault})
      await read({authorized: [{sha: stage.root}]}).catch((thrown: unknown) =>
        kinds.push((thrown as {kind: string}).kind),
      )
      stage.world.clearFaults()
    }
    expect(kinds).toEqual(['server', 'network', 'server', 'permission', 'rate-limit'])
  })

  test.each([
    '^GET .*/git/commits/',
    '^GET .*/branches/main',
    '^POST .*/graphql',
    '^GET .*/activity',
    '^GET .*/git/trees/',
    '^GET .*/check-runs',
  ])('%s not found, though GitHub has just named it, is unavailable', async (match) => {
    stage.world.addFault({match, status: 404, times: 1})
    await expect(read()).rejects.toMatchObject({kind: 'unusable'})
  })

  test('the files of a pull request that touches the policy not found is unavailable', async () => {
    stage.world.addFault({match: '^GET .*/pulls/\\d+/files', status: 404, times: 1})
    const proposed = createPullRequestSource(stage.github).fetchProposedPolicy(say(stage, {pullRequest: change.number}))
    await expect(proposed).rejects.toMatchObject({kind: 'unusable'})
  })

  test('a page of a long comparison not found is unavailable', async () => {
    const commits = Array.from({length: 150}, (_, i) => ({message: `${i}`}))
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', commits})
    stage.world.addFault({match: '^GET .*/compare/.*[&?]page=2', status: 404, times: 1})
    await expect(read()).rejects.toMatchObject({kind: 'unusable'})
    expect((await read()).range.size.commits).toBe(151)
  })
})

describe('a range that GitHub does not show is, when it had its time, everybody’s', () => {
  const unread = {
    range: {base: 'none', parts: [{pullRequests: [], commits: [], hands: {kind: 'everybody'}}]},
    files: [],
    filesCut: true,
  }

  test.each(['^POST .*/graphql', '^GET .*/activity'])('%s failing, cut off or turned away', async (match) => {
    for (const fault of [{status: 500}, {cut: true}, {html: true}, {status: 403}, {status: 404}]) {
      stage.world.addFault({match, ...fault})
      expect(await read({isLate: true})).toMatchObject(unread)
      stage.world.clearFaults()
    }
    // What was not read is not kept for what there is.
    expect((await read()).range).toMatchObject({base: 'ground', since: stage.root})
  })

  test('but neither what is only asked to wait, nor what is not of the range', async () => {
    stage.world.addFault({match: '^GET .*/activity', rateLimit: 'secondary'})
    await expect(read({isLate: true})).rejects.toMatchObject({kind: 'rate-limit'})
    stage.world.clearFaults()
    stage.world.addFault({match: '^GET .*/check-runs', status: 500})
    await expect(read({isLate: true})).rejects.toMatchObject({kind: 'server'})
  })
})

test('a head that moves while it is read changes nothing of what is read: all of it is of one commit', async () => {
  stage.world.addFault({match: '^POST .*/graphql', delayMs: 1500, times: 1})
  const settled = read()
  const isRead = (): boolean => stage.world.requests.some(({path}) => path.includes('/graphql'))
  for (let tries = 0; tries < 1000 && !isRead(); tries += 1) await sleep(5)
  await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
  const facts = await settled
  expect(facts).toMatchObject({commit: {sha: change.head}, range: {size: {commits: 1}}, files: [{path: 'src/a.ts'}]})
  expect(handsIn(facts)).toEqual(['hubot'])
  expect(handsIn(await read())).toEqual(['hubot', 'octocat'])
})
