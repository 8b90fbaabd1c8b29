/** The ledger's search, as a visitor without scripts meets it: what is found, page by page, and what is never told. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parseBefore, parseSearch} from '../../../issuer/pages/ledger/search.ts'
import {approvalBody} from '../../protocol/builders.ts'
import {type Stage, asked, openStage} from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  const minute = (n: number) => asked - 10_000_000 + n * 60_000
  // 1 to 60: two of three private, and all of them hubot's.
  for (let n = 1; n <= 60; n++) await stage.issue({public: n % 3 === 0, at: minute(n), receipt: by('hubot', 7)})
  for (let n = 61; n <= 66; n++) {
    await stage.issue({
      public: false,
      at: minute(n),
      receipt: {...by('hubot', 7), scope: {repository: 'octo-org/secret', repositoryId: 77}},
    })
  }
  // 67 and 68: a login that changed hands.
  await stage.issue({at: minute(67), receipt: by('monalisa', 2)})
  await stage.issue({at: minute(68), receipt: by('Monalisa', 31)})
})
afterAll(async () => await stage.close())

const by = (login: string, id: number) => ({approvals: [approvalBody({login, id})], authorizedBy: login})

const get = async (query: string): Promise<string> => await (await fetch(`${stage.url}/ledger${query}`)).text()
const entriesIn = (page: string): readonly number[] =>
  [...page.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq))
const hrefOf = (page: string, rel: string): string =>
  (new RegExp(`href="${stage.url}/ledger([^"]+)"\\s+rel="${rel}"`).exec(page)?.[1] ?? '').replaceAll('&amp;', '&')

describe('a person', () => {
  test('is found with every public receipt, twenty a page, though most of what lies between is private', async () => {
    const page = await get('?q=hubot')
    expect(entriesIn(page)).toEqual(Array.from({length: 20}, (_, i) => 60 - 3 * i))
    expect(entriesIn(await get(hrefOf(page, 'next')))).toEqual([])
  })

  test('is found with what is private by whoever may read it, page by page to the end', async () => {
    const pages: number[] = []
    let query = '?q=hubot&link=secret'
    for (let page = await get(query); ; page = await get(query)) {
      pages.push(...entriesIn(page))
      query = hrefOf(page, 'next')
      if (query === '') break
      expect(query).toContain('link=secret')
    }
    expect(pages).toEqual(Array.from({length: 66}, (_, i) => 66 - i))
  })

  test('whose login changed hands is told by the numbers of the accounts', async () => {
    const page = await get('?q=monalisa')
    expect(entriesIn(page)).toEqual([68, 67])
    expect(page).toContain('The login stands for 2 accounts here: 31 and 2.')
    for (const account of ['(account 31)', '(account 2)']) expect(page).toContain(account)
    expect(page).toContain('A login can change hands')
    expect(await get('?q=hubot')).not.toContain('The login stands for')
  })

  test('with private receipts alone is answered as one that is nowhere', async () => {
    const answers = await Promise.all(
      ['hubot&before=3', 'nobody&before=3'].map(async (q) => (await get(`?q=${q}`)).replaceAll(/hubot|nobody/g, 'x')),
    )
    expect(answers[0]).toBe(answers[1])
    expect(await get('?q=nobody')).toContain('no receipt that you may see with an approval by the login nobody')
  })
})

describe('a repository', () => {
  test('is found with its public receipts, twenty a page, though most of what lies between is private', async () => {
    const page = await get('?q=octo-org/api-service')
    expect(entriesIn(page)).toEqual([68, 67, ...Array.from({length: 18}, (_, i) => 60 - 3 * i)])
    expect(entriesIn(await get(hrefOf(page, 'next')))).toEqual([6, 3])
  })
})

describe('the entries', () => {
  test('are leafed through both ways, and what is private stays a number and a hash', async () => {
    const newest = await get('')
    expect(entriesIn(newest)).toEqual(Array.from({length: 20}, (_, i) => 68 - i))
    expect(hrefOf(newest, 'prev')).toBe('')
    const older = await get(hrefOf(newest, 'next'))
    expect(entriesIn(older)).toEqual(Array.from({length: 20}, (_, i) => 48 - i))
    expect(entriesIn(await get(hrefOf(older, 'prev')))).toEqual(entriesIn(newest))
    expect(entriesIn(await get('?before=2'))).toEqual([1, 0])
    expect(await get('?before=0')).toContain('There is nothing older.')
    expect(older.match(/Of a private repository/g)).toHaveLength(13)
  })

  test('of a private repository are led to with the link that shows them, public ones without', async () => {
    const page = await get('?before=68&link=secret')
    expect(page).toMatch(/\/r\/rcpt_dg_\w+?66\?link=secret"/)
    expect(page).toMatch(/\/r\/rcpt_dg_\w+?60"/)
  })

  test('beyond the checkpoint are said to be unsigned', async () => {
    expect((await get('')).match(/Not under a signed checkpoint yet/g)).toHaveLength(20)
    await stage.signLedger()
    expect(await get('')).not.toContain('Not under a signed checkpoint yet')
  })
})

describe('what is typed', () => {
  test.each([
    ['', 'newest'],
    ['rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v', 'receipt'],
    ['octo-org/api-service', 'repository'],
    ['2026-04-02T14:30Z', 'time'],
    ['2026-04-02T14:30:05Z', 'time'],
    ['octocat', 'approver'],
    ['@mona-lisa_corp', 'approver'],
    ['rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4', 'unclear'],
    ['dec_01jdaa3x7k9m2n4p6q8r0s2t4v', 'unclear'],
    ['2026-02-30T00:00Z', 'unclear'],
    ['two words', 'unclear'],
    ['a'.repeat(40), 'unclear'],
    ['@', 'unclear'],
    ['-octocat', 'unclear'],
  ])('%j is a search by %s', (text, kind) => {
    expect(parseSearch(text).by).toBe(kind)
  })

  test('as the number that a page ends before is one, or as if it was not there', () => {
    expect(['0', '20', '07', '-1', '1e3', '', 'x', '9'.repeat(16), undefined].map(parseBefore)).toEqual([
      0,
      20,
      ...Array.from({length: 7}, () => undefined),
    ])
  })
})
