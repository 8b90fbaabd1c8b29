/** The part of the common suite about the documents of the records: what an auditor is shown of each. */
import {expect, test} from '@jest/globals'
import {mintEvent, nextTime} from '../../issuer/mint/mint-record.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {at, decisionId, receiptOf, scopeOf} from './builders.ts'
import {decideStatement} from './deciding.ts'

export function testRecords(the: () => Durable): void {
  test('give a decision with its token, its evidence and its policy', async () => {
    await decideStatement(the(), {n: 1})
    await decideStatement(the(), {n: 2, kind: 'deny'})
    for (const n of [1, 2]) {
      expect(await the().records.decision(decisionId(n))).toMatchObject({
        decision: decisionId(n),
        ownerId: 9919,
        token: `token ${n}`,
        evidence: `{"nonce":"${n}"}`,
        policy: '{}',
      })
    }
    expect(await the().records.decision(decisionId(3))).toBeUndefined()
  })

  test('give what happened to a receipt in order, each with its body and with whose repository it was then', async () => {
    await decideStatement(the(), {n: 1})
    await tell(the(), {event: 'deploy.started', ownerId: 9919})
    await tell(the(), {event: 'deploy.finished', ownerId: 7})
    const events = await the().records.events(receiptOf(1).id)
    expect(events.map(({entry, body, ownerId}) => [entry.event, body, ownerId])).toEqual([
      ['deploy.started', '{"told":"deploy.started"}', 9919],
      ['deploy.finished', '{"told":"deploy.finished"}', 7],
    ])
  })

  test('give no key set where the entry announces none', async () => {
    await decideStatement(the(), {n: 1})
    await tell(the(), {event: 'deploy.started', ownerId: 9919})
    for (const seq of [0, 1, 2, 3, 999_999_999_999_999]) expect(await the().entries.keySet(seq)).toBeUndefined()
  })
}

interface Recorded {
  readonly event: 'deploy.started' | 'deploy.finished'
  readonly ownerId: number
}

/** What a job tells of receipt 1. */
async function tell({store}: Durable, {event, ownerId}: Recorded): Promise<void> {
  const scope = scopeOf()
  const read = await store.read(scope)
  const record = mintEvent({
    ...{head: read.head, at: nextTime(read.head, at), event, body: {told: event}},
    ...{scope, receipt: receiptOf(1).id, repository: 'octo-org/api-service', ownerId, public: true, once: event},
  })
  expect(await store.commit({appends: {scope, records: [record], state: read.state, read}, at})).toBe('committed')
}
