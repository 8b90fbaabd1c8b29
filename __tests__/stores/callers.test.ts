/** What the store keeps of those who ask: auditors, links and used job tokens, by processes that share the file. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {makeToken} from '../../issuer/api/callers/secret-token.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {repositoryId} from './builders.ts'

let folder: string
let path: string
let one: Durable
/** Another process's view of the same file. */
let other: Durable
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-callers-'))
  path = join(folder, 'countersign.db')
  one = openSqlite(path)
  other = openSqlite(path)
})
afterEach(() => {
  one.close()
  other.close()
  rmSync(folder, {recursive: true, force: true})
})

describe('auditors', () => {
  const acme = {name: 'acme', owners: [9919, 42], createdAt: 1000, expiresAt: 2000}

  test('are found by the digest of their token, by every process, until they are removed', async () => {
    const {digest} = makeToken('csat_')
    expect(await one.auditors.add(acme, digest)).toBe('added')
    expect(await other.auditors.auditor(digest)).toEqual(acme)
    expect(await other.auditors.auditor(makeToken('csat_').digest)).toBeUndefined()
    expect(await other.auditors.remove('acme')).toBe('removed')
    expect(await one.auditors.auditor(digest)).toBeUndefined()
    expect(await one.auditors.remove('acme')).toBe('unknown')
  })

  test('have names of their own: a second of a name is not written', async () => {
    const [first, second] = [makeToken('csat_'), makeToken('csat_')]
    await one.auditors.add(acme, first.digest)
    expect(await other.auditors.add({...acme, owners: [1]}, second.digest)).toBe('known')
    expect(await other.auditors.auditor(second.digest)).toBeUndefined()
    expect(await one.auditors.list()).toEqual([acme])
  })

  test('are listed by name', async () => {
    for (const name of ['b', 'a', 'c']) await one.auditors.add({...acme, name}, makeToken('csat_').digest)
    expect((await one.auditors.list()).map(({name}) => name)).toEqual(['a', 'b', 'c'])
  })

  test('leave no token in the file', async () => {
    const {text, digest} = makeToken('csat_')
    await one.auditors.add(acme, digest)
    const files = [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1')).join('')
    expect([files.includes(digest), files.includes(text), files.includes(text.slice(5))]).toEqual([true, false, false])
  })
})

test('a repository has one link: the one before is dead when it is rotated', async () => {
  const [first, second, another] = [makeToken('cslk_'), makeToken('cslk_'), makeToken('cslk_')]
  await one.links.rotate({repositoryId: repositoryId(7), rotatedAt: 1}, first.digest)
  await one.links.rotate({repositoryId: repositoryId(5), rotatedAt: 2}, another.digest)
  expect(await other.links.linked(first.digest)).toBe(7)
  await other.links.rotate({repositoryId: repositoryId(7), rotatedAt: 3}, second.digest)
  const opened = [first, second, another].map(({digest}) => one.links.linked(digest))
  expect(await Promise.all(opened)).toEqual([undefined, 7, 5])
  expect(await one.links.list()).toEqual([
    {repositoryId: 5, rotatedAt: 2},
    {repositoryId: 7, rotatedAt: 3},
  ])
})

describe('a job token', () => {
  test('is used once, whichever process sees it, also after a restart', async () => {
    const use = {id: 'a-token', until: 2000, now: 1000}
    expect(await one.tokenIds.use(use)).toBe('first')
    expect([await one.tokenIds.use(use), await other.tokenIds.use(use)]).toEqual(['again', 'again'])
    const later = openSqlite(path)
    expect(await later.tokenIds.use({...use, now: 1999})).toBe('again')
    later.close()
  })

  test('has one winner of a hundred at once', async () => {
    const uses = Array.from({length: 100}, (_, i) =>
      (i % 2 === 0 ? one : other).tokenIds.use({id: 'a-token', until: 2000, now: 1000}),
    )
    expect((await Promise.all(uses)).filter((use) => use === 'first')).toHaveLength(1)
  })

  test('is forgotten when nobody would take it any more', async () => {
    for (let i = 0; i < 50; i++) await one.tokenIds.use({id: `token-${i}`, until: 1000 + i, now: 1000})
    expect(await one.tokenIds.use({id: 'token-0', until: 3000, now: 2000})).toBe('first')
    expect(await one.tokenIds.use({id: 'token-0', until: 3000, now: 2000})).toBe('again')
  })
})
