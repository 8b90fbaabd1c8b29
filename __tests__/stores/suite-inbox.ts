/** What came from GitHub: pushes, a part of the common suite, and deliveries, which wait in SQLite or in a queue. */
import {expect, test} from '@jest/globals'
import {digestOf} from '#protocol'
import type {Push} from '../../issuer/model/facts.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {Delivery, Inbox, Notice} from '../../issuer/model/inbox.ts'
import {readCommand} from '../../issuer/command/read-command.ts'
import {aStatement} from '../issuer/builders.ts'
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
  const delivery = (id: string, repository: number) => ({
    id,
    repositoryId: repositoryId(repository),
    notice: {kind: 'push', push: pushOf({repository, actor: 583231})} as const,
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

/** In the second after `at` that is given. */
interface SaidThen {
  readonly body: string
  readonly second?: number
  readonly repository?: number
  readonly by?: number
  readonly pullRequest?: number
  readonly viaApp?: boolean
}

function said(id: string, {body, second = 0, repository = 1, by = 583231, pullRequest = 42, viaApp = false}: SaidThen) {
  const reading = readCommand(body)
  if (reading.kind === 'not-for-us') throw new Error(`${body} says nothing`)
  const plain = aStatement({pullRequest})
  const statement = {
    ...plain,
    comment: {...plain.comment, authorId: by as typeof plain.comment.authorId, body},
    announced: {...plain.announced, at: at + 1000 * second, viaApp},
  }
  const notice: Notice = {kind: 'statement', statement, reading}
  return {id, repositoryId: repositoryId(repository), notice, receivedAt: at + 1000 * second} satisfies Delivery
}

const minute = 60_000

/** What forbids, and what it goes before. */
export function testLanes(the: () => Inbox): void {
  const put = async (id: string, statement: SaidThen) => await the().put(said(id, statement))
  const takeId = async (now: number, only?: 'forbids') => (await the().take(now, only))?.id
  const status = '/countersign status'

  test('takes what forbids before forty statements that came earlier, and beside one that is in hand', async () => {
    for (let i = 0; i < 40; i++) await put(`status-${i}`, {body: status})
    expect(await takeId(at)).toBe('status-0')
    await put('deny', {body: '/deny production', second: 1})
    expect(await takeId(at + 1000, 'forbids')).toBe('deny')
    expect(await takeId(at + 1000, 'forbids')).toBeUndefined()
    expect(await takeId(at + 1000)).toBeUndefined()
    await the().done('status-0')
    expect(await takeId(at + 1000)).toBe('status-1')
  })

  test('closes and deletions are in that lane too, one at a time', async () => {
    const {statement} = said('x', {body: status}).notice
    const {repository, installation, pullRequest} = statement
    const pull = {repository, installation, pullRequest, actor: {id: 1, login: 'octocat'}}
    const owner = {id: 2, login: 'octo-org'}
    const common = {repositoryId: repositoryId(1), receivedAt: at}
    await the().put({...common, id: 'merged', notice: {kind: 'merged', pull}})
    await the().put({...common, id: 'closed', notice: {kind: 'closed', pull: {...pull, owner, at, public: true}}})
    const comment = {id: 1, authorId: 1, digest: digestOf(''), createdAt: at}
    await the().put({
      ...common,
      id: 'deleted',
      notice: {kind: 'deleted', deletion: {...pull, owner, public: true, comment}},
    })
    expect(await takeId(at)).toBe('closed')
    expect(await takeId(at, 'forbids')).toBeUndefined()
    await the().done('closed')
    expect([await takeId(at), await takeId(at)]).toEqual(['deleted', 'merged'])
  })

  test('what was said later waits for what forbids, in its repository, for a quarter of an hour', async () => {
    await put('deny', {body: '/deny production', second: 5})
    await put('before', {body: status, second: 4})
    await put('later', {body: status, second: 6})
    await put('elsewhere', {body: status, second: 6, repository: 2})
    expect(await takeId(at + 6000)).toBe('deny')
    await the().done('deny', at + minute)
    expect([await takeId(at + 6000), await takeId(at + 6000)]).toEqual(['before', 'elsewhere'])
    await the().done('before')
    expect(await takeId(at + 6000)).toBeUndefined()
    expect(await takeId(at + 16 * minute)).toBe('deny')
    expect(await takeId(at + 16 * minute)).toBe('later')
  })

  test('and so it does when what forbids is said again and again', async () => {
    await put('deny', {body: '/deny production', second: 5})
    await put('later', {body: status, second: 6})
    await takeId(at + 6000)
    await the().done('deny', at + 60 * minute)
    await put('again', {body: '/deny production', second: 14 * 60})
    expect(await takeId(at + 15 * minute)).toBeUndefined()
    expect(await takeId(at + 16 * minute)).toBe('later')
  })

  test('what was said later goes on once what forbids is done', async () => {
    await put('deny', {body: '/deny production', second: 5})
    await put('later', {body: status, second: 5})
    await takeId(at)
    expect(await takeId(at + 6000)).toBeUndefined()
    await the().done('deny')
    expect(await takeId(at + 6000)).toBe('later')
  })

  test('of equal withdrawals one waits, with what was said last, in the place of the first', async () => {
    for (let i = 0; i < 5; i++) await put(`deny-${i}`, {body: `/deny production reason ${i}`, second: i})
    await put('older', {body: '/deny production', second: 1})
    await put('other', {body: '/revoke production', second: 9})
    expect(await the().take(at + 9000)).toMatchObject({
      id: 'deny-4',
      receivedAt: at + 4000,
      notice: {statement: {announced: {at: at + 4000}}, reading: {command: {reason: 'reason 4'}}},
    })
    await the().done('deny-4')
    expect(await takeId(at + 9000)).toBe('other')
    await the().done('other')
    expect(await takeId(at + minute)).toBeUndefined()
    for (const id of ['deny-0', 'deny-3', 'deny-4', 'older']) {
      expect(await put(id, {body: '/deny production', second: 20})).toBe('known')
    }
    expect(await the().lacks(['deny-0', 'new', 'older'])).toEqual(['new'])
  })

  test('what waits for the first of them waits on', async () => {
    await put('first', {body: '/deny production', second: 1})
    await put('between', {body: status, second: 2})
    await put('second', {body: '/deny production', second: 3})
    await takeId(at)
    expect(await takeId(at + 4000)).toBeUndefined()
  })

  test('a withdrawal that is in hand is not the one that a repetition takes the place of', async () => {
    await put('first', {body: '/deny production'})
    expect(await takeId(at)).toBe('first')
    await put('second', {body: '/deny production', second: 1})
    await the().done('first')
    expect(await takeId(at + 1000)).toBe('second')
  })

  test.each<[string, SaidThen]>([
    ['another person', {body: '/deny production', by: 2}],
    ['another environment', {body: '/deny staging'}],
    ['another pull request', {body: '/deny production', pullRequest: 43}],
    ['another repository', {body: '/deny production', repository: 2}],
    ['another command', {body: '/revoke production'}],
    ['an App in the person’s name', {body: '/deny production', viaApp: true}],
  ])('a withdrawal of %s repeats nothing', async (_, other) => {
    await put('first', {body: '/deny production'})
    await put('other', {second: 1, ...other})
    expect(await takeId(at + 1000)).toBe('first')
    await the().done('first')
    expect(await takeId(at + 1000)).toBe('other')
  })

  test('tells what forbids and waits for long, since it was first said', async () => {
    await put('first', {body: '/deny production'})
    await put('status', {body: status})
    await takeId(at)
    await the().done('first', at + 30_000)
    await put('again', {body: '/deny production', second: 50})
    expect(await the().overdue(at)).toEqual([])
    expect(await the().overdue(at + 1)).toEqual([{id: 'again', kind: 'statement', saidAt: at, attempt: 1}])
    await takeId(at + minute)
    await the().done('again')
    expect(await the().overdue(at + minute)).toEqual([])
  })

  test('gives back at once what was in the hands of a process that is no more', async () => {
    await put('deny', {body: '/deny production'})
    await put('status', {body: status})
    await takeId(at)
    await the().takeBack()
    expect(await the().take(at)).toMatchObject({id: 'deny', attempt: 2})
  })

  test('is not held up by what forbids and came under a clock that ran ahead', async () => {
    await the().put({...said('deny', {body: '/deny production'}), receivedAt: at + 365 * 86_400_000})
    await put('later', {body: status, second: 1})
    await takeId(at)
    expect(await takeId(at + 1000)).toBe('later')
  })
}

export function testLooks(the: () => Durable): void {
  test('remembers of each list when it was last looked at', async () => {
    const {looks} = the()
    expect(await looks.last('deliveries')).toBeUndefined()
    await looks.keep('deliveries', {at, newest: at - 1})
    await looks.keep('comments', {at: 1})
    await looks.keep('deliveries', {at: at + 1, newest: at})
    expect(await looks.last('deliveries')).toEqual({at: at + 1, newest: at})
    expect(await looks.last('comments')).toEqual({at: 1})
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
