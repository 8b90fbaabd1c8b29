/** Panels whose text time alone changes, and those that wait for checks: rewritten when it is so, once, and else left alone. */
import {afterEach, describe, expect, test} from '@jest/globals'
import {emptyState} from '../../../issuer/model/state.ts'
import {handleDelivery, patience} from '../../../issuer/inbox/deliveries.ts'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {aStatement, decision, aWork} from '../builders.ts'
import {name} from '../github-world.ts'
import {at} from '../../stores/builders.ts'
import {aReceipt} from './builders.ts'
import {PanelHouse} from './panel-house.ts'

const minute = 60_000

let house: PanelHouse
const open = async (policy = '{approvals: 1}'): Promise<PanelHouse> => (house = await PanelHouse.open(policy))
afterEach(async () => {
  expect(house.stage.world.violations).toEqual([])
  await house.close()
})

const receipt = () =>
  aReceipt({sha: house.change.head as never, pullRequest: house.change.number, expiresAt: at + 10 * minute})
const rewritten = () => house.requests('PATCH')

describe('a receipt that expires', () => {
  test('is said at the first repair after it, once, and nothing is written before or again', async () => {
    await open()
    const process = house.start()
    await house.decide(process, {...emptyState, receipts: [receipt()]})
    await process.panels.refresh(house.place)
    expect(house.text).toContain('**authorized** by `octocat`')
    house.now = at + 10 * minute - 1
    await house.repair(process)
    expect(await house.work(process)).toBe(0)
    house.now = at + 10 * minute
    for (let i = 0; i < 3; i++) await house.repair(process)
    expect([await house.work(process), rewritten()]).toEqual([1, 1])
    expect(house.text).toContain('**expired** at')
    house.now = at + 600 * minute
    await house.repair(process)
    expect([await house.work(process), rewritten()]).toEqual([0, 1])
  })

  test('is announced once, however many processes find it', async () => {
    await open()
    const processes = [house.start(), house.start(), house.start()] as const
    await house.decide(processes[0], {...emptyState, receipts: [receipt()]})
    await processes[0].panels.refresh(house.place)
    house.now = at + 10 * minute
    await Promise.all(processes.map((process) => house.repair(process)))
    const handled = await Promise.all(processes.map((process) => house.work(process)))
    expect([handled.reduce((sum, n) => sum + n, 0), rewritten()]).toEqual([1, 1])
  })

  test('after a restart too, and of a pull request that was merged meanwhile', async () => {
    await open()
    const before = house.start()
    const {sha} = await house.stage.world.mergePullRequest({
      repository: name,
      pullRequest: house.change.number,
      by: 'monalisa',
    })
    await house.decide(before, {...emptyState, receipts: [{...receipt(), sha: sha as never}]})
    await before.panels.refresh(house.place)
    expect(house.text).toContain('**authorized** by `octocat`')
    const after = house.start()
    house.now = at + 11 * minute
    await house.repair(after)
    await house.work(after)
    expect(house.text).toContain('**expired** at')
  })

  test('while GitHub is away stays in the inbox for a day', async () => {
    await open()
    const process = house.start()
    await house.decide(process, {...emptyState, receipts: [receipt()]})
    await process.panels.refresh(house.place)
    house.now = at + 10 * minute
    await house.repair(process)
    house.stage.world.addFault({match: '^GET /repos/', status: 502})
    const taken = await process.durable.inbox.take(house.now)
    if (taken === undefined) throw new Error('nothing was announced')
    await expect(handleDelivery(taken, process.tools)).rejects.toThrow(GitHubUnavailable)
    expect(patience(taken)).toBe(24 * 60 * minute)
    await process.durable.inbox.done(taken.id, house.now + minute)
    house.stage.world.clearFaults()
    house.now += minute
    await house.repair(process)
    expect([await house.work(process), rewritten()]).toEqual([1, 1])
    expect(house.text).toContain('**expired** at')
  })
})

test('an approval that ends unanswered is said', async () => {
  await open('{approvals: 2}')
  const process = house.start()
  const statement = aStatement({pullRequest: house.change.number})
  const waiting = {
    statement,
    decision,
    sha: house.change.head as never,
    work: aWork({commits: []}),
    binding: 'commit',
    until: at + minute,
  } as const
  await house.decide(process, {...emptyState, waiting: [{...waiting, login: 'octocat', public: true}]})
  await process.panels.refresh(house.place)
  expect(house.text).toContain('**waits for 1 more person**, besides `octocat`')
  house.now = at + minute
  await house.repair(process)
  await house.work(process)
  expect(house.text).toContain('**needs authorization** by 2 people')
})

test('a freeze is said a minute before it begins, and when it ends', async () => {
  await open('{freeze: [{from: 2026-04-02T14:32:00Z, to: 2026-04-02T14:33:00Z, reason: lunch}]}')
  const process = house.start()
  await process.panels.refresh(house.place)
  const said: string[] = []
  for (const passed of [0, minute, 2 * minute, 3 * minute]) {
    house.now = at + passed
    await house.repair(process)
    await house.work(process)
    said.push(/`production`: \*\*([^*]+)\*\*/.exec(house.text)?.[1] ?? '')
  }
  expect(said).toEqual(['needs authorization', 'frozen', 'frozen', 'needs authorization'])
  expect(rewritten()).toBe(2)
})

test('what one process read early does not stay over what another read later', async () => {
  await open()
  let goOn: () => void = () => undefined
  let arrived: () => void = () => undefined
  const isHeld = new Promise<void>((resolve) => (arrived = resolve))
  const held = new Promise<void>((resolve) => (goOn = resolve))
  const [early, late] = [
    house.start((send) => async (letter) => {
      arrived()
      await held
      return await send(letter)
    }),
    house.start(),
  ]
  await late.panels.refresh(house.place)
  const reading = early.panels.refresh(house.place)
  await isHeld
  house.now += 5
  await house.decide(late, {...emptyState, receipts: [receipt()]})
  await late.panels.refresh(house.place)
  goOn()
  await reading
  expect(house.text).toContain('**authorized** by `octocat`')
  house.now = at + 10 * minute
  await house.repair(late)
  expect(await house.work(late)).toBe(1)
})

describe('a check that comes to its end', () => {
  const checks = '{checks: [build, unit]}'
  const end = (check: string) =>
    house.stage.world.addCheckRun({repository: name, sha: house.change.head, name: check, conclusion: 'success'})

  test('is said where the panel waits for it', async () => {
    await open(checks)
    const process = house.start()
    await process.panels.refresh(house.place)
    expect(house.text).toContain('`production`: **waits for checks**')
    for (const check of ['build', 'unit']) {
      end(check)
      house.now += minute
      await handleDelivery(house.checked(check), process.tools)
    }
    expect(house.text).toContain('`production`: **needs authorization**')
    expect(rewritten()).toBe(2)
  })

  test('costs GitHub no question where no panel waits for it', async () => {
    await open(checks)
    const process = house.start()
    await process.panels.refresh(house.place)
    const asked = () => house.stage.world.requests.length
    const before = asked()
    house.now += minute
    const elsewhere = 'b'.repeat(40) as never
    await handleDelivery(house.checked('lint'), process.tools)
    await handleDelivery(house.checked('build', {commit: elsewhere}), process.tools)
    expect(asked()).toBe(before)
    await house.decide(process, {...emptyState, receipts: [receipt()]})
    await process.panels.refresh(house.place)
    const authorized = asked()
    await handleDelivery(house.checked('build'), process.tools)
    expect(asked()).toBe(authorized)
  })

  test('with many others is read once for those that came before the reading', async () => {
    await open(checks)
    const process = house.start()
    await process.panels.refresh(house.place)
    const received = (house.now += minute)
    end('build')
    house.now += 3000
    await handleDelivery(house.checked('build', {receivedAt: received}), process.tools)
    const asked = house.stage.world.requests.length
    for (let i = 0; i < 20; i++) await handleDelivery(house.checked('build', {receivedAt: received}), process.tools)
    expect(house.stage.world.requests.length).toBe(asked)
  })

  test('and changes nothing of the text writes nothing', async () => {
    await open(checks)
    const process = house.start()
    await process.panels.refresh(house.place)
    house.now += minute
    await handleDelivery(house.checked('build'), process.tools)
    expect(rewritten()).toBe(0)
  })
})
