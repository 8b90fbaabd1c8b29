/** The part of the common suite about what is private now: it is hidden, whatever it was when it was minted. */
import {expect, test} from '@jest/globals'
import {parseRepositoryName, parseSecondsTime} from '#protocol'
import type {Durable} from '../../issuer/model/durable.ts'
import {type Viewer, publicViewer, viewerOfRepository} from '../../issuer/model/viewer.ts'
import {type SeenRepository, visibilityLag} from '../../issuer/model/visibility.ts'
import {must} from '../issuer/builders.ts'
import {at, decisionId, receiptOf, repositoryId, scopeOf} from './builders.ts'
import {decideStatement} from './deciding.ts'

const id = scopeOf().repositoryId
const named = 'octo-org/api-service'
const name = must(parseRepositoryName(named))

const seen = (more: Partial<SeenRepository>): SeenRepository => ({id, name, installation: 7, public: true, at, ...more})

export function testVisibility(the: () => Durable): void {
  /** What a viewer finds of receipt 1 and its repository, by every way there is. */
  const findAll = async (viewer: Viewer): Promise<readonly boolean[]> => {
    const {store, ledger, records} = the()
    const {environment} = scopeOf()
    const from = must(parseSecondsTime('2000-01-01T00:00:00Z'))
    const [first, , later] = await ledger.rows(1, 3)
    const [receipt] = await store.find({by: 'receipt', id: receiptOf(1).id})
    const decision = await records.decision(decisionId(1))
    const lists = await Promise.all([
      store.find({by: 'scope', repository: id, environment, viewer}),
      store.find({by: 'scope', repository: named, environment, viewer}),
      store.find({by: 'scope', repository: id, environment, sha: receiptOf(1).scope.sha, viewer}),
      store.find({by: 'repository', repository: named, viewer}),
      store.find({by: 'approver', login: 'octocat', viewer}),
      store.find({by: 'time', from, viewer}),
    ])
    expect(later?.public).toBe(true)
    return [
      ...lists.map((found) => found.some((one) => one.receipt.id === receiptOf(1).id)),
      ...[first, receipt, decision].map((one) => must(one).public),
      (await records.repositoryInSight(named, viewer)) === id,
    ]
  }
  const all = (value: boolean): readonly boolean[] => Array.from({length: 10}, () => value)

  /** Two public receipts of the repository, and one of another. */
  const fill = async (): Promise<void> => {
    await decideStatement(the(), {n: 1})
    await decideStatement(the(), {n: 2})
    await decideStatement(the(), {n: 3, scope: scopeOf(7), repository: 'octo-org/other'})
  }

  test('what was public is hidden by a look and by a webhook, by every way, and comes back when it is public again', async () => {
    await fill()
    await the().visibility.note(seen({}))
    expect(await findAll(publicViewer)).toEqual(all(true))
    await the().visibility.note(seen({public: false, at: at + 20_000}))
    expect(await findAll(publicViewer)).toEqual(all(false))
    await the().visibility.note(seen({at: at + 40_000}))
    expect(await findAll(publicViewer)).toEqual(all(true))
    await the().visibility.hide({id, at: at + 60_000})
    expect(await findAll(publicViewer)).toEqual(all(false))
  })

  test('whoever may read its repository still finds it', async () => {
    await fill()
    await the().visibility.note(seen({public: false}))
    const [byId, ...others] = (await findAll(viewerOfRepository(id))).slice(0, 6)
    expect([byId, ...others]).toEqual(all(true).slice(0, 6))
  })

  test('what was minted while it was private stays hidden though it is public now', async () => {
    await decideStatement(the(), {n: 1, public: false})
    await decideStatement(the(), {n: 2})
    await decideStatement(the(), {n: 3, scope: scopeOf(7), repository: 'octo-org/other'})
    await the().visibility.note(seen({}))
    expect((await findAll(publicViewer)).slice(0, 9)).toEqual(all(false).slice(0, 9))
  })

  test('after a webhook hid it, a read that may be its past does not show it; a later one does', async () => {
    await fill()
    await the().visibility.note(seen({}))
    await the().visibility.hide({id, at: at + 60_000})
    await the().visibility.note(seen({at: at + 60_000 + visibilityLag - 1}))
    expect(await findAll(publicViewer)).toEqual(all(false))
    await the().visibility.note(seen({at: at + 60_000 + visibilityLag}))
    expect(await findAll(publicViewer)).toEqual(all(true))
  })

  test('of a repository that was never public a webhook keeps nothing back', async () => {
    await fill()
    await the().visibility.hide({id, at})
    expect(await findAll(publicViewer)).toEqual(all(false))
    await the().visibility.note(seen({at: at + 1}))
    expect(await findAll(publicViewer)).toEqual(all(true))
  })

  test('what is hidden takes no place among what is found', async () => {
    for (let n = 1; n <= 25; n++) await decideStatement(the(), {n})
    for (let n = 26; n <= 30; n++) await decideStatement(the(), {n, scope: scopeOf(7), repository: 'octo-org/other'})
    for (let n = 31; n <= 75; n++) await decideStatement(the(), {n})
    await the().visibility.note(seen({public: false}))
    const others = [30, 29, 28, 27, 26].map((n) => receiptOf(n).id)
    const found = await the().store.find({by: 'approver', login: 'octocat', viewer: publicViewer})
    expect(found.map(({receipt}) => receipt.decision)).toEqual(others.map((one) => one.replace('rcpt_dg_', 'dec_')))
    const from = must(parseSecondsTime('2000-01-01T00:00:00Z'))
    const since = await the().store.find({by: 'time', from, viewer: publicViewer})
    expect(since.map(({seq}) => seq)).toEqual([26, 27, 28, 29, 30])
  })

  test('those are looked at that are shown or that a webhook hid, and not again for a while', async () => {
    const look = async (before: number) => (await the().visibility.toLookAt(before)).map((one) => one.id)
    await the().visibility.note(seen({}))
    await the().visibility.note(seen({id: repositoryId(7), public: false}))
    expect(await look(at)).toEqual([])
    expect(await look(at + 1)).toEqual([id])
    await the().visibility.hide({id, at: at + 60_000})
    expect(await look(at + 60_001)).toEqual([id])
    await the().visibility.note(seen({public: false, at: at + 90_000}))
    expect(await look(at + 200_000)).toEqual([])
  })
}
