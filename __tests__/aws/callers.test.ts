/** Who may ask, kept in DynamoDB: auditors, links and used job tokens. */
import {expect, jest, test} from '@jest/globals'
import {makeToken} from '../../issuer/api/callers/secret-token.ts'
import {repositoryId} from '../stores/builders.ts'
import {type TableStage, describeOnTables} from './table-stage.ts'

jest.setTimeout(300_000)

function testCallers(the: () => TableStage): void {
  const acme = {name: 'acme', owners: [9919, 42], createdAt: 1000, expiresAt: 2000}

  test('auditors are found by the digest of their token until they are removed, and have names of their own', async () => {
    const [first, second] = [makeToken('csat_').digest, makeToken('csat_').digest]
    const {auditors} = the().durable
    expect(await auditors.add(acme, first)).toBe('added')
    expect(await auditors.add({...acme, owners: [1]}, second)).toBe('known')
    expect(await auditors.add({...acme, name: 'aaa'}, second)).toBe('added')
    expect([await auditors.auditor(first), await auditors.auditor(second)]).toEqual([acme, {...acme, name: 'aaa'}])
    expect((await auditors.list()).map(({name}) => name)).toEqual(['aaa', 'acme'])
    expect([await auditors.remove('acme'), await auditors.remove('acme')]).toEqual(['removed', 'unknown'])
    expect(await auditors.auditor(first)).toBeUndefined()
  })

  test('a repository has one link: the one before is dead when it is rotated', async () => {
    const [first, second, another] = ['cslk_', 'cslk_', 'cslk_'].map(() => makeToken('cslk_').digest)
    if (first === undefined || second === undefined || another === undefined) throw new Error('three tokens')
    await the().durable.links.rotate({repositoryId: repositoryId(70), rotatedAt: 1}, first)
    await the().durable.links.rotate({repositoryId: repositoryId(5), rotatedAt: 2}, another)
    await the().durable.links.rotate({repositoryId: repositoryId(70), rotatedAt: 3}, second)
    expect(await Promise.all([first, second, another].map((one) => the().durable.links.linked(one)))).toEqual([
      undefined,
      70,
      5,
    ])
    expect(await the().durable.links.list()).toEqual([
      {repositoryId: 5, rotatedAt: 2},
      {repositoryId: 70, rotatedAt: 3},
    ])
  })

  test('a job token is used once, also when the answer was lost, until nobody would take it any more', async () => {
    const use = {id: 'a-token', until: 2000, now: 1000}
    the().failFirst('TransactWriteItems', ['cut'])
    expect(await the().durable.tokenIds.use(use)).toBe('first')
    expect(await the().durable.tokenIds.use({...use, now: 1999})).toBe('again')
    expect(await the().durable.tokenIds.use({...use, until: 3000, now: 2000})).toBe('first')
    const uses = Array.from({length: 20}, () => the().durable.tokenIds.use({...use, id: 'another'}))
    expect((await Promise.all(uses)).filter((one) => one === 'first')).toHaveLength(1)
  })
}

describeOnTables({'who may ask': testCallers})
