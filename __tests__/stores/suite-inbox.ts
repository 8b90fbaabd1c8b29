/** What came from GitHub: pushes, a part of the common suite, and deliveries, which wait in SQLite or in a queue. */
import {expect, test} from '@jest/globals'
import type {Push} from '../../issuer/model/facts.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {Inbox} from '../../issuer/model/inbox.ts'
import {commit} from '../protocol/builders.ts'
import {at, repositoryId} from './builders.ts'

const pushOf = (told: {readonly repository: number; readonly actor: number; readonly ref?: string}): Push => ({
  repositoryId: repositoryId(told.repository),
  ref: told.ref ?? 'refs/heads/topic',
  before: '0'.repeat(40),
  after: commit,
  actor: {id: told.actor, login: `account-${told.actor}`},
})

export function testInbox(the: () => Inbox): void {
  const delivery = (id: string, lane: number) => ({
    id,
    lane,
    notice: {kind: 'push', push: pushOf({repository: lane, actor: 583231})} as const,
    receivedAt: at,
  })
  const put = async (...all: readonly (readonly [string, number])[]) => {
    for (const [id, lane] of all) await the().put(delivery(id, lane))
  }
  const takeId = async (now: number) => (await the().take(now))?.id

  test('gives a delivery back as it was put, with the number of the try', async () => {
    expect(await the().put(delivery('a', 1))).toBe('new')
    expect(await the().take(at)).toEqual({...delivery('a', 1), attempt: 1})
    expect(await takeId(at)).toBeUndefined()
  })

  test('knows a delivery that is here already, done or not', async () => {
    await put(['a', 1])
    expect(await the().put(delivery('a', 1))).toBe('known')
    await takeId(at)
    await the().done('a')
    expect(await the().put(delivery('a', 1))).toBe('known')
    expect(await takeId(at + 999_999)).toBeUndefined()
  })

  test('takes a lane one at a time, in order, while other lanes go on', async () => {
    await put(['a1', 1], ['a2', 1], ['b1', 2], ['b2', 2])
    expect([await takeId(at), await takeId(at), await takeId(at)]).toEqual(['a1', 'b1', undefined])
    await the().done('b1')
    expect([await takeId(at), await takeId(at)]).toEqual(['b2', undefined])
    await the().done('a1')
    expect(await takeId(at)).toBe('a2')
  })

  test('takes a lease of sixty seconds again when it has run out', async () => {
    await put(['a', 1], ['b', 1])
    await takeId(at)
    expect(await takeId(at + 59_999)).toBeUndefined()
    expect(await the().take(at + 60_000)).toEqual({...delivery('a', 1), attempt: 2})
  })

  test('waits for a retry without holding up the lane', async () => {
    await put(['a', 1], ['b', 1])
    await takeId(at)
    await the().done('a', at + 5000)
    expect(await takeId(at + 1)).toBe('b')
    await the().done('b')
    expect(await takeId(at + 4999)).toBeUndefined()
    expect(await the().take(at + 5000)).toMatchObject({id: 'a', attempt: 2})
  })

  test('does not wake a delivery that is done', async () => {
    await put(['a', 1])
    await takeId(at)
    await the().done('a')
    await the().done('a', at)
    expect(await takeId(at)).toBeUndefined()
  })

  test('is not stopped by a lease that was taken under a clock that ran ahead', async () => {
    await put(['a', 1])
    await takeId(at + 365 * 86_400_000)
    expect(await takeId(at)).toBe('a')
  })

  test('gives nothing for a time that is no number', async () => {
    await put(['a', 1])
    expect(await takeId(NaN)).toBeUndefined()
  })
}

export function testPushes(the: () => Durable): void {
  test('gives the pushes of one branch in the order in which they were told, each once', async () => {
    const first = pushOf({repository: 1, actor: 1})
    const second = pushOf({repository: 1, actor: 2})
    const elsewhere = pushOf({repository: 1, actor: 3, ref: 'refs/heads/other'})
    const begun = Date.now()
    for (const push of [first, second, first, elsewhere]) await the().pushLog.keep(push)
    const told = await the().pushLog.pushes(repositoryId(1), 'refs/heads/topic')
    expect(told.map(({receivedAt: _, ...push}) => push)).toEqual([first, second])
    for (const {receivedAt} of told) expect(begun <= receivedAt && receivedAt <= Date.now()).toBe(true)
    expect(await the().pushLog.pushes(repositoryId(2), 'refs/heads/topic')).toEqual([])
  })

  test('gives the pushes that led to a commit, of whatever branch, in their order and each once', async () => {
    const first = pushOf({repository: 1, actor: 1})
    const elsewhere = pushOf({repository: 1, actor: 3, ref: 'refs/heads/other'})
    const again = pushOf({repository: 1, actor: 2})
    for (const push of [first, elsewhere, first, again]) await the().pushLog.keep(push)
    const told = async (repository: number, sha: string) =>
      (await the().pushLog.pushesTo(repositoryId(repository), sha)).map(({receivedAt: _, ...push}) => push)
    expect(await told(1, first.after)).toEqual([first, elsewhere, again])
    expect(await told(2, first.after)).toEqual([])
    expect(await told(1, first.before)).toEqual([])
  })
}
