/** The part of the common suite about what can be asked of a store: receipts, claims, what is unpublished. */
import {expect, test} from '@jest/globals'
import {type CommitSha, parseSecondsTime} from '#protocol'
import {type Urgency, restMs} from '../../issuer/model/idempotency.ts'
import type {CheckRun} from '../../issuer/model/publication.ts'
import {publicViewer} from '../../issuer/model/viewer.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {Lookup} from '../../issuer/model/lookups.ts'
import {commit, tree} from '../protocol/builders.ts'
import {
  answers,
  at,
  checkRun,
  decides,
  decisionIn,
  proposal,
  publicationOf,
  receiptOf,
  repositoryId,
  scopeOf,
  statementOf,
} from './builders.ts'
import {decideStatement} from './deciding.ts'

export function testLookups(the: () => Durable): void {
  const idsOf = async (lookup: Lookup) => (await the().store.find(lookup)).map(({receipt}) => receipt.id)
  const idOf = (n: number) => receiptOf(n).id
  const production = scopeOf().environment

  test('give a receipt as it was minted, and whether its repository was public then', async () => {
    const read = await the().store.read(scopeOf())
    await the().idempotency.begin(statementOf(1), proposal(1))
    const change = decides({n: 1, read, public: false})
    await the().store.commit(change)
    const {receipt} = decisionIn(change)
    expect(await the().store.find({by: 'receipt', id: idOf(1)})).toEqual([
      {receipt, seq: 1, public: false, ownerId: 9919},
    ])
    expect(await the().store.find({by: 'receipt', id: idOf(2)})).toEqual([])
  })

  test('give the newest of a scope first, at most twenty, and no other scope', async () => {
    for (let n = 1; n <= 22; n++) await decideStatement(the(), {n})
    await decideStatement(the(), {n: 30, scope: scopeOf(7)})
    await decideStatement(the(), {n: 31, scope: scopeOf(1296269, 'staging')})
    await decideStatement(the(), {n: 32, kind: 'deny'})
    const found = await idsOf({
      by: 'scope',
      repository: repositoryId(1296269),
      environment: production,
      viewer: publicViewer,
    })
    expect(found).toEqual(Array.from({length: 20}, (_, i) => idOf(22 - i)))
  })

  test('of a past moment give the newest twenty that were issued by then', async () => {
    const second = (n: number) => parseSecondsTime(`2026-04-02T14:30:${String(n).padStart(2, '0')}Z`)
    for (let n = 1; n <= 24; n++) await decideStatement(the(), {n, issuedAt: String(second(n))})
    const inScope = {
      by: 'scope',
      repository: repositoryId(1296269),
      environment: production,
      viewer: publicViewer,
    } as const
    const idsUntil = async (n: number) => await idsOf({...inScope, issuedBefore: second(n)})
    expect(await idsUntil(22)).toEqual(Array.from({length: 20}, (_, i) => idOf(22 - i)))
    expect(await idsUntil(2)).toEqual([idOf(2), idOf(1)])
    expect(await idsUntil(0)).toEqual([])
    expect(await idsOf({...inScope, sha: receiptOf(1).scope.sha, issuedBefore: second(1)})).toEqual([idOf(1)])
  })

  test('before a receipt give the next twenty of the scope, in the order of the ledger', async () => {
    // All of one second: the ledger alone knows their order. Another scope's receipt has its place in it too.
    for (let n = 1; n <= 24; n++) await decideStatement(the(), {n})
    await decideStatement(the(), {n: 25, scope: scopeOf(1296269, 'staging')})
    await decideStatement(the(), {n: 26, receiptScope: {sha: 'a'.repeat(40)}})
    const inScope = {
      by: 'scope',
      repository: repositoryId(1296269),
      environment: production,
      viewer: publicViewer,
    } as const
    const idsBefore = async (n: number, sha?: CommitSha) => {
      const [before] = await the().store.find({by: 'receipt', id: idOf(n)})
      return await idsOf({...inScope, sha, before})
    }
    expect(await idsBefore(24)).toEqual(Array.from({length: 20}, (_, i) => idOf(23 - i)))
    expect(await idsBefore(4)).toEqual([idOf(3), idOf(2), idOf(1)])
    expect(await idsBefore(1)).toEqual([])
    expect((await idsBefore(25))[0]).toBe(idOf(24))
    expect((await idsBefore(26, receiptOf(1).scope.sha))[0]).toBe(idOf(24))
    expect(await idsBefore(2, receiptOf(1).scope.sha)).toEqual([idOf(1)])
  })

  test('by commit or tree give receipts of either', async () => {
    const otherSha = 'a'.repeat(40)
    await decideStatement(the(), {n: 1})
    await decideStatement(the(), {n: 2, receiptScope: {sha: otherSha}})
    await decideStatement(the(), {n: 3, receiptScope: {sha: otherSha, tree: 'b'.repeat(40)}})
    const usual = receiptOf(1).scope
    const inScope = {
      by: 'scope',
      repository: repositoryId(1296269),
      environment: production,
      viewer: publicViewer,
    } as const
    expect(usual).toMatchObject({sha: commit, tree})
    expect(await idsOf({...inScope, sha: usual.sha})).toEqual([idOf(1)])
    expect(await idsOf({...inScope, tree: usual.tree})).toEqual([idOf(2), idOf(1)])
    expect(await idsOf({...inScope, sha: usual.sha, tree: usual.tree})).toEqual([idOf(2), idOf(1)])
  })

  test('tell whose name it is from any decision, one without a receipt too', async () => {
    await decideStatement(the(), {n: 1, kind: 'deny', repository: 'octo-org/quiet'})
    expect(await the().records.repositoryInSight('Octo-Org/Quiet', publicViewer)).toBe(repositoryId(1296269))
    expect(await the().records.repositoryInSight('octo-org/nowhere', publicViewer)).toBe(0)
  })

  test('by name mean the repository that was last seen under it, in any case', async () => {
    await decideStatement(the(), {n: 1, repository: 'octo-org/first'})
    await decideStatement(the(), {n: 2, repository: 'octo-org/renamed'})
    await decideStatement(the(), {n: 3, scope: scopeOf(7), repository: 'octo-org/first'})
    const named = (repository: string) =>
      idsOf({by: 'scope', repository, environment: production, viewer: publicViewer})
    expect(await named('octo-org/renamed')).toEqual([idOf(2), idOf(1)])
    expect(await named('Octo-Org/FIRST')).toEqual([idOf(3)])
    expect(await named('octo-org/unknown')).toEqual([])
  })
}

export function testClaims(the: () => Durable): void {
  test('keep the first ids, whatever is proposed later', async () => {
    expect(await the().idempotency.begin(statementOf(1), proposal(1))).toEqual(proposal(1))
    expect(await the().idempotency.begin(statementOf(1), proposal(2))).toEqual(proposal(1))
  })

  test('of the same comment id in two repositories are two', async () => {
    await the().idempotency.begin(statementOf(1, scopeOf(1)), proposal(1))
    expect(await the().idempotency.begin(statementOf(1, scopeOf(2)), proposal(2))).toEqual(proposal(2))
  })

  test('never share a decision id', async () => {
    await the().idempotency.begin(statementOf(1), proposal(1))
    await expect(the().idempotency.begin(statementOf(2), proposal(1))).rejects.toThrow()
  })

  test('remember the last reply to a stranger on a pull request', async () => {
    const to = {repositoryId: repositoryId(1296269), accountId: 583231, pullRequest: 42}
    expect(await the().idempotency.lastStrangerReply(to)).toBeUndefined()
    const strangerReply = {accountId: 583231, pullRequest: 42}
    for (const [n, later] of [
      [1, 5000],
      [2, 1000],
    ] as const) {
      await the().idempotency.begin(statementOf(n), proposal(n))
      await the().store.commit({...answers(n, {strangerReply}), at: at + later})
    }
    expect(await the().idempotency.lastStrangerReply(to)).toBe(at + 5000)
    expect(await the().idempotency.lastStrangerReply({...to, pullRequest: 43})).toBeUndefined()
    expect(await the().idempotency.lastStrangerReply({...to, accountId: 1})).toBeUndefined()
    expect((await the().idempotency.begin(statementOf(1), proposal(1))).outcome?.strangerReply).toEqual(strangerReply)
  })
}

export function testOutbox(the: () => Durable): void {
  const due = async (urgency: Urgency, by: number) =>
    (await the().outbox.due(urgency, by)).map(({key, dueAt}) => [key.subject, dueAt - at])
  /** Completes statement `n` with words, or with a check run of that conclusion. */
  const complete = async (n: number, conclusion?: CheckRun['conclusion']): Promise<void> => {
    await the().idempotency.begin(statementOf(n), proposal(n))
    const checkRuns = conclusion === undefined ? undefined : [{...checkRun, conclusion}]
    await the().store.commit(answers(n, {publication: {...publicationOf(n), checkRuns}}))
  }

  test('gives what is due by a moment and not marked, the longest due first', async () => {
    await decideStatement(the(), {n: 1, at: at + 2000})
    await decideStatement(the(), {n: 2, at: at + 1000, kind: 'deny'})
    await decideStatement(the(), {n: 3, at: at + 3000})
    await the().idempotency.begin(statementOf(4), proposal(4))
    const waiting = await the().outbox.due('other', at + restMs.other + 2000)
    expect(waiting).toEqual([
      {
        key: statementOf(2),
        ...decisionOf(2),
        outcome: {kind: 'deny', publication: publicationOf(2)},
        completedAt: at + 1000,
        dueAt: at + restMs.other + 1000,
        tries: 0,
      },
      {
        key: statementOf(1),
        ...decisionOf(1),
        outcome: {kind: 'allow', publication: publicationOf(1)},
        completedAt: at + 2000,
        dueAt: at + restMs.other + 2000,
        tries: 0,
      },
    ])
  })

  test('keeps what turns a check run red apart, and gives it sooner', async () => {
    await complete(1)
    await complete(2, 'success')
    await complete(3, 'failure')
    expect(await due('forbids', at + restMs.forbids)).toEqual([['comment/1000003', restMs.forbids]])
    expect(await due('forbids', at + restMs.forbids - 1)).toEqual([])
    expect(await due('other', at + restMs.other)).toHaveLength(2)
  })

  test.each(['forbids', 'other'] as const)(
    'gives one that was taken (%s) again when it is due, not before',
    async (urgency) => {
      await complete(1, urgency === 'forbids' ? 'failure' : undefined)
      const [one] = await the().outbox.due(urgency, at + 100_000)
      if (one === undefined) throw new Error('nothing waits')
      expect(await the().outbox.take(one, at + 200_000)).toBe('taken')
      expect(await the().outbox.take(one, at + 300_000)).toBe('lost')
      expect(await due(urgency, at + 199_999)).toEqual([])
      expect(await the().outbox.due(urgency, at + 200_000)).toEqual([{...one, dueAt: at + 200_000, tries: 1}])
    },
  )

  test('gives one to one of twenty who take it at once', async () => {
    await complete(1, 'failure')
    const [one] = await the().outbox.due('forbids', at + 100_000)
    if (one === undefined) throw new Error('nothing waits')
    const taken = await Promise.all(Array.from({length: 20}, async (_, i) => the().outbox.take(one, at + 200_000 + i)))
    expect(taken.filter((word) => word === 'taken')).toHaveLength(1)
  })

  test('forgets what was marked as published, and gives it to nobody who still has it in hand', async () => {
    await complete(1)
    await complete(2, 'failure')
    const [one] = await the().outbox.due('forbids', at + 100_000)
    if (one === undefined) throw new Error('nothing waits')
    for (const n of [1, 2]) {
      await the().outbox.markPublished(statementOf(n), at + 1)
      await the().outbox.markPublished(statementOf(n), at + 2)
    }
    expect([await due('forbids', at + 999_999), await due('other', at + 999_999)]).toEqual([[], []])
    expect(await the().outbox.take(one, at + 200_000)).toBe('lost')
  })

  test('does not take a mark for a statement that is not completed', async () => {
    await the().idempotency.begin(statementOf(1), proposal(1))
    await the().outbox.markPublished(statementOf(1), at)
    await the().store.commit(answers(1))
    expect(await due('other', at + restMs.other)).toHaveLength(1)
  })

  test('gives at most fifty at once', async () => {
    for (let n = 1; n <= 52; n++) await complete(n)
    expect(await due('other', at + restMs.other)).toHaveLength(50)
  })
}

const decisionOf = (n: number) => ({decision: proposal(n).decision})
