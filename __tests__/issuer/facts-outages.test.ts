/** An outage in the middle of reading a change is never taken for a fact, on the sandbox GitHub. */
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  name,
  openChange,
  type OpenedChange,
  readChange,
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
    '^GET .*/pulls/\\d+/commits',
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
      await read({lastAuthorized: stage.root}).catch((thrown: unknown) => kinds.push((thrown as {kind: string}).kind))
      stage.world.clearFaults()
    }
    expect(kinds).toEqual(['server', 'network', 'server', 'permission', 'rate-limit'])
  })

  test.each([
    '^GET .*/git/commits/',
    '^GET .*/branches/main',
    '^GET .*/pulls/\\d+/commits',
    '^GET .*/activity',
    '^GET .*/git/trees/',
    '^GET .*/check-runs',
    '^GET .*/pulls/\\d+/files',
  ])('%s not found, though GitHub has just named it, is unavailable', async (match) => {
    stage.world.addFault({match, status: 404, times: 1})
    await expect(read()).rejects.toMatchObject({kind: 'unusable'})
  })

  test('a head that moves while it is read is unavailable', async () => {
    stage.world.addFault({match: '^GET .*/pulls/\\d+/commits', delayMs: 1500, times: 1})
    const settled = read().catch((thrown: unknown) => thrown)
    const isRead = (): boolean => stage.world.requests.some(({path}) => path.includes('/git/commits/'))
    for (let tries = 0; tries < 1000 && !isRead(); tries += 1) await sleep(5)
    await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    expect(await settled).toMatchObject({kind: 'unusable', message: expect.stringContaining('moved')})
  })
})
