/** The part of the common suite about who sees what: nothing private takes the place of what a caller may find. */
import {expect, test} from '@jest/globals'
import {type Viewer, publicViewer, viewerOfRepository} from '../../issuer/model/viewer.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {Lookup} from '../../issuer/model/lookups.ts'
import {approvalBody} from '../protocol/builders.ts'
import {type DecisionOrder, receiptOf, repositoryId, scopeOf} from './builders.ts'
import {decideStatement} from './deciding.ts'

const ofOwners = (...owners: readonly number[]): Viewer => ({repositories: [], owners})
const by = (login: string, id: number) =>
  approvalBody({login, id, at: `2026-04-02T14:29:${String(id).padStart(2, '0')}Z`})
const countDown = (from: number, to: number, step = 1): readonly number[] =>
  Array.from({length: Math.floor((from - to) / step) + 1}, (_, i) => from - i * step)

export function testSight(the: () => Durable): void {
  const decide = async (n: number, asked: Partial<DecisionOrder> = {}) => await decideStatement(the(), {n, ...asked})
  /** The numbers of the statements whose receipts are found. */
  const found = async (lookup: Lookup) =>
    (await the().store.find(lookup)).map(({receipt}) => Number(receipt.id.slice(-16)))

  async function pagesOf(lookup: Extract<Lookup, {by: 'approver' | 'repository'}>): Promise<readonly unknown[]> {
    const pages: (readonly number[])[] = []
    for (let before: number | undefined; ;) {
      const page = await the().store.find({...lookup, before})
      pages.push(page.map(({receipt}) => Number(receipt.id.slice(-16))))
      before = page.at(-1)?.seq
      if (page.length < 20) return pages
    }
  }

  test('twenty that are public are found, though as many private ones lie between; and what is older, page by page', async () => {
    for (let n = 1; n <= 45; n++) await decide(n, {public: n % 2 === 0})
    const {environment} = scopeOf()
    const {sha, tree} = receiptOf(1).scope
    for (const more of [{}, {sha}, {tree}, {sha, tree}]) {
      for (const repository of [repositoryId(1296269), 'octo-org/api-service']) {
        const lookup = {by: 'scope', repository, environment, ...more} as const
        expect(await found({...lookup, viewer: publicViewer})).toEqual(countDown(44, 6, 2))
      }
    }
    for (const lookup of [
      {by: 'approver', login: 'octocat'},
      {by: 'repository', repository: repositoryId(1296269)},
      {by: 'repository', repository: 'Octo-Org/Api-Service'},
    ] as const) {
      expect(await pagesOf({...lookup, viewer: publicViewer})).toEqual([countDown(44, 6, 2), [4, 2]])
      const everything = [countDown(45, 26), countDown(25, 6), countDown(5, 1)]
      expect(await pagesOf({...lookup, viewer: ofOwners(9919)})).toEqual(everything)
    }
  })

  test('what is private is found by a viewer of its repository or its owner, among what is public', async () => {
    await decide(1)
    await decide(2, {public: false})
    await decide(3, {public: false, ownerId: 7})
    const seen = async (viewer: Viewer) => {
      const {repositoryId: repository, environment} = scopeOf()
      const inScope = await found({by: 'scope', repository, environment, viewer})
      expect(await found({by: 'approver', login: 'octocat', viewer})).toEqual(inScope)
      expect(await found({by: 'repository', repository, viewer})).toEqual(inScope)
      return inScope
    }
    expect(await seen(publicViewer)).toEqual([1])
    expect(await seen(viewerOfRepository(repositoryId(1296269)))).toEqual([3, 2, 1])
    expect(await seen(viewerOfRepository(repositoryId(8)))).toEqual([1])
    expect(await seen(ofOwners(9919))).toEqual([2, 1])
    expect(await seen(ofOwners(8))).toEqual([1])
    expect(await seen({repositories: [repositoryId(1296269)], owners: [9919, 7]})).toEqual([3, 2, 1])
  })

  test('a person is found by any approval, in any case of the login, over all repositories, and nobody else', async () => {
    await decide(1, {approvals: [by('octocat', 1), by('monalisa', 2)]})
    await decide(2, {scope: scopeOf(7, 'staging'), approvals: [by('monalisa', 2), by('octocat', 3)]})
    await decide(3, {approvals: [by('octocat-2', 4)]})
    await decide(4, {kind: 'deny'})
    const approvedBy = async (login: string) => await found({by: 'approver', login, viewer: publicViewer})
    expect(await approvedBy('octocat')).toEqual([2, 1])
    expect(await approvedBy('OctoCat')).toEqual([2, 1])
    expect(await approvedBy('monalisa')).toEqual([2, 1])
    expect(await approvedBy('octocat-2')).toEqual([3])
    expect(await approvedBy('octo')).toEqual([])
  })

  test('a repository is found in every environment, by the name that it had last, and no other', async () => {
    await decide(1, {repository: 'octo-org/first'})
    await decide(2, {scope: scopeOf(1296269, 'staging'), repository: 'octo-org/renamed'})
    await decide(3, {scope: scopeOf(7), repository: 'octo-org/first'})
    const named = async (repository: string) => await found({by: 'repository', repository, viewer: publicViewer})
    expect(await named('octo-org/renamed')).toEqual([2, 1])
    expect(await named('octo-org/first')).toEqual([3])
    expect(await named('octo-org/nowhere')).toEqual([])
  })
}
