/**
 * A badge, a list and a page of a name do the same whether the name is that of a private repository, of one that turned
 * private, or of none (threats A70). Counted, not timed: which questions the store is asked, and in which order.
 */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parseRepositoryName} from '#protocol'
import {commit} from '../../protocol/builders.ts'
import {repositoryId, scopeOf} from '../../stores/builders.ts'
import {decideStatement} from '../../stores/deciding.ts'
import {must} from '../builders.ts'
import {type Counted, countStore} from '../counted-store.ts'
import {setStage, type Stage as Receipts} from '../receipts/stage.ts'
import {type Stage, asked, openStage} from './stage.ts'

/** Of the same length: nothing but the name differs. */
const names = {private: 'octo-org/secret-api', turned: 'octo-org/turned-api', nowhere: 'octo-org/nowhere-ap'} as const
const ids = {private: 77, turned: 78} as const

let pages: Stage
let receipts: Receipts
let counted: {readonly pages: Counted; readonly receipts: Counted}
beforeAll(async () => {
  counted = {pages: countStore(), receipts: countStore()}
  pages = await openStage(undefined, counted.pages.open)
  receipts = await setStage(counted.receipts.open)
  for (const [kind, id] of [
    ['private', 77],
    ['turned', 78],
  ] as const) {
    for (let n = 0; n < 3; n++) {
      const scope = {repository: names[kind], repositoryId: id}
      await pages.issue({public: kind === 'turned', receipt: {scope}})
      const order = {n: id * 10 + n, public: kind === 'turned', scope: scopeOf(id), repository: names[kind]}
      await decideStatement(receipts.durable, order)
    }
  }
  for (const {durable} of [pages, receipts]) {
    for (const kind of ['private', 'turned'] as const) {
      const seen = {id: repositoryId(ids[kind]), name: must(parseRepositoryName(names[kind])), at: asked}
      await durable.visibility.note({...seen, public: false})
    }
  }
})
afterAll(async () => {
  await pages.close()
  await receipts.close()
})

/** What the store is asked, and what is answered, as if it had been asked for the first name. */
async function workOf(path: (name: string) => string, name: string): Promise<{work: readonly string[]; told: string}> {
  const isPage = !path(name).startsWith('/v1/receipts')
  const counter = isPage ? counted.pages : counted.receipts
  counter.take()
  const answer = isPage ? await fetch(`${pages.url}${path(name)}`) : await receipts.get(path(name))
  const told = `${answer.status} ${await answer.text()}`
  const spellings = [
    [name, names.nowhere] as const,
    [encodeURIComponent(name), encodeURIComponent(names.nowhere)] as const,
  ]
  return {work: counter.take(), told: spellings.reduce((text, [one, other]) => text.replaceAll(one, other), told)}
}

const paths: readonly (readonly [string, (name: string) => string])[] = [
  ['a badge', (name) => `/badge/${name}/production.svg`],
  ['a badge as JSON', (name) => `/badge/${name}/production.json`],
  ['the page of a badge', (name) => `/badges?repository=${name}&environment=production`],
  ['the page of a repository', (name) => `/ledger?q=${name}`],
  ['an older page of a repository', (name) => `/ledger?q=${name}&before=3`],
  ['the list by commit', (name) => `/v1/receipts?repository=${name}&environment=production&sha=${commit}`],
]

describe.each(paths)('%s', (_, path) => {
  test.each(['private', 'turned'] as const)(
    'of a repository that is %s is the work of one that is not there',
    async (kind) => {
      const nowhere = await workOf(path, names.nowhere)
      expect(nowhere.work.length).toBeGreaterThan(1)
      const theirs = await workOf(path, names[kind])
      // Of the two questions about the name it is the first or the second that finds something.
      expect([...theirs.work].sort()).toEqual([...nowhere.work].sort())
      expect(theirs.work.filter((one) => one === 'query name: 1').length).toBeGreaterThan(0)
      expect(theirs.told).toBe(nowhere.told)
    },
  )
})

test('the list by id is the work of an id that is not there', async () => {
  const listed = (id: string): string => `/v1/receipts?repository_id=${id}&environment=production&sha=${commit}`
  const [nowhere, turned] = [await workOf(listed, '99'), await workOf(listed, '78')]
  expect(turned.work.map((one) => one.replace(/^(get visibility: )\d+$/, '$1'))).toEqual(
    nowhere.work.map((one) => one.replace(/^(get visibility: )\d+$/, '$1')),
  )
  expect(turned.told).toBe(nowhere.told.replace(names.nowhere, '99'))
})
