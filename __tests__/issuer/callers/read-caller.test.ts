/** Who asks, from what a request shows; and the one rule of who may read what. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Caller, type Job, mayRead, mayReadEvidence} from '../../../issuer/model/caller.ts'
import {type CallerTools, type Shown, readCaller} from '../../../issuer/api/callers/read-caller.ts'
import {makeToken} from '../../../issuer/api/callers/secret-token.ts'
import type {Belonging} from '../../../issuer/model/viewer.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import {openSqlite} from '../../../issuer/store/sqlite.ts'
import {repositoryId} from '../../stores/builders.ts'
import {type Provider, askedAt, jobTokensOf, mint, startProvider} from './provider.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-callers-'))
const [auditor, expired, link] = [makeToken('csat_'), makeToken('csat_'), makeToken('cslk_')]
const owners = [9919, 42]
let provider: Provider
let durable: Durable
let tools: CallerTools
beforeAll(async () => {
  provider = await startProvider()
  durable = openSqlite(join(folder, 'countersign.db'))
  await durable.auditors.add({name: 'acme', owners, createdAt: 0, expiresAt: askedAt + 1}, auditor.digest)
  await durable.auditors.add({name: 'late', owners, createdAt: 0, expiresAt: askedAt}, expired.digest)
  await durable.links.rotate({repositoryId: repositoryId(1296269), rotatedAt: 0}, link.digest)
  tools = {...durable, jobTokens: jobTokensOf(provider), now: () => askedAt}
})
afterAll(async () => {
  durable.close()
  await provider.close()
  rmSync(folder, {recursive: true, force: true})
})

const bearer = (token: string): Shown => ({authorization: `Bearer ${token}`})

describe('a request shows', () => {
  test('nothing: it is anyone', async () => {
    expect(await readCaller({}, tools)).toEqual({kind: 'anyone'})
  })

  test("an auditor's token", async () => {
    expect(await readCaller(bearer(auditor.text), tools)).toEqual({kind: 'auditor', name: 'acme', owners})
    expect(await readCaller({authorization: `bearer  ${auditor.text}`}, tools)).toMatchObject({kind: 'auditor'})
  })

  test("a job's token", async () => {
    expect(await readCaller(bearer(await mint(provider)), tools)).toMatchObject({kind: 'job', repositoryId: 1296269})
  })

  test('a link, and a bearer that holds says more', async () => {
    expect(await readCaller({link: link.text}, tools)).toEqual({kind: 'link', repositoryId: 1296269})
    expect(await readCaller({link: link.text, ...bearer(auditor.text)}, tools)).toMatchObject({kind: 'auditor'})
    expect(await readCaller({link: link.text, ...bearer('nothing')}, tools)).toMatchObject({kind: 'link'})
  })

  test.each<readonly [string, () => Shown | Promise<Shown>]>([
    ['a token that is over', () => bearer(expired.text)],
    ['a token that was never given', () => bearer(makeToken('csat_').text)],
    ['a token with a letter more', () => bearer(`${auditor.text}A`)],
    ['a token in another spelling', () => bearer(auditor.text.toUpperCase())],
    ['the digest that is kept', () => bearer(`csat_${auditor.digest}`)],
    ['a link in the place of a token', () => bearer(link.text)],
    ['a token in the place of a link', () => ({link: auditor.text})],
    ['a link that was never given', () => ({link: makeToken('cslk_').text})],
    ['another scheme', () => ({authorization: `Basic ${auditor.text}`})],
    ['two tokens', () => ({authorization: `Bearer ${auditor.text} ${auditor.text}`})],
    ['a job’s token of a pull request', async () => bearer(await mint(provider, {event_name: 'pull_request'}))],
  ])('%s: it is anyone', async (_, shown) => {
    expect(await readCaller(await shown(), tools)).toEqual({kind: 'anyone'})
  })

  test('nothing that holds at a clock that is none', async () => {
    expect(await readCaller(bearer(auditor.text), {...tools, now: () => NaN})).toEqual({kind: 'anyone'})
  })
})

describe('who may read', () => {
  const job = {kind: 'job', repositoryId: repositoryId(1)} as Job
  const callers: Readonly<Record<string, Caller>> = {
    anyone: {kind: 'anyone'},
    job,
    link: {kind: 'link', repositoryId: repositoryId(1)},
    auditor: {kind: 'auditor', name: 'acme', owners: [9919]},
  }
  const about = (belonging: Partial<Belonging>): Belonging => ({
    public: false,
    repositoryId: repositoryId(1),
    ownerId: 9919,
    ...belonging,
  })
  test.each<readonly [string, Partial<Belonging>, readonly string[]]>([
    [
      'what was public',
      {public: true, repositoryId: repositoryId(2), ownerId: 7},
      ['anyone', 'job', 'link', 'auditor'],
    ],
    ['what was private', {}, ['job', 'link', 'auditor']],
    ['another private repository of the owner', {repositoryId: repositoryId(2)}, ['auditor']],
    ['the repository under another owner', {ownerId: 7}, ['job', 'link']],
    ['what is older than owners', {ownerId: undefined}, ['job', 'link']],
    ['what belongs to no repository that is known', {repositoryId: undefined, ownerId: undefined}, []],
  ])('%s', (_, belonging, readers) => {
    expect(Object.keys(callers).filter((name) => mayRead(callers[name] as Caller, about(belonging)))).toEqual(readers)
  })

  test('evidence: auditors of the owner alone, of public repositories too', () => {
    const readers = (ownerId?: number) =>
      Object.keys(callers).filter((name) => mayReadEvidence(callers[name] as Caller, {ownerId}))
    expect([readers(9919), readers(7), readers()]).toEqual([['auditor'], [], []])
  })
})

test('a token has 256 random bits, and what is kept of it opens nothing', () => {
  const made = Array.from({length: 100}, () => makeToken('csat_'))
  for (const {text, digest} of made) {
    expect(Buffer.from(text.slice('csat_'.length), 'base64url')).toHaveLength(32)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  }
  expect(new Set(made.map(({text}) => text)).size).toBe(100)
})
