/** What is read of a comment and its author, on the sandbox GitHub. */
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {digestOf} from '#protocol'
import type {StandingFacts, Statement} from '../../issuer/model/facts.ts'
import {name, openChange, say, setStage, type Stage} from './github-world.ts'

let stage: Stage
let pullRequest: number

beforeEach(async () => {
  stage = await setStage()
  pullRequest = (await openChange(stage)).number
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

async function read(statement: Statement): Promise<StandingFacts> {
  const facts = await stage.facts.fetchStanding(statement)
  if (facts === 'gone') throw new Error('gone')
  return facts
}

describe('a comment as it was said', () => {
  test('is read with its author, its time, its body and the permission of the moment', async () => {
    stage.world.setClock({at: '2026-04-02T14:29:58Z'})
    const statement = say(stage, {pullRequest})
    stage.world.advance({seconds: 7})
    const at = '2026-04-02T14:30:05.000Z'
    const repo = '/repos/octo-org/api-service'
    expect(await read(statement)).toEqual({
      reads: [
        {path: `${repo}/issues/comments/${statement.comment.id}`, at},
        {path: `${repo}/collaborators/octocat/permission`, at},
      ],
      readAt: Date.parse('2026-04-02T14:30:05Z'),
      author: {id: 583_231, login: 'octocat', type: 'User'},
      viaApp: false,
      viaEmail: false,
      edited: false,
      asAnnounced: true,
      createdAt: Date.parse('2026-04-02T14:29:58Z'),
      bodyDigest: digestOf('/authorize production'),
      permission: 'maintain',
      role: 'maintain',
      teams: [],
    })
  })

  test('takes three requests, and none twice', async () => {
    await read(say(stage, {pullRequest}))
    stage.world.requests.length = 0
    await read(say(stage, {pullRequest}))
    expect(stage.world.requests.map(({method}) => method).sort()).toEqual(['GET', 'GET', 'POST'])
  })

  test('is edited when it changed within the second of its writing, which only GraphQL shows', async () => {
    stage.world.setClock({at: '2026-04-02T14:29:58Z'})
    const statement = say(stage, {pullRequest, body: '/authorize production now'})
    stage.world.editComment({id: statement.comment.id, body: '/authorize staging'})
    stage.world.editComment({id: statement.comment.id, body: '/authorize production now'})
    expect(await read(statement)).toMatchObject({edited: true, asAnnounced: true})
  })

  test('is not edited when only its updated_at moved, as GitHub moves it by itself', async () => {
    const statements = Array.from({length: 3}, () => say(stage, {pullRequest}))
    const comments = statements.map(({comment}) => stage.world.comments.get(comment.id))
    expect(comments.filter((comment) => comment?.updatedAt !== comment?.createdAt)).toHaveLength(1)
    for (const statement of statements) expect(await read(statement)).toMatchObject({edited: false, asAnnounced: true})
  })

  test('is not as announced when the body, the author or the pull request differ', async () => {
    const statement = say(stage, {pullRequest})
    const other = await openChange(stage, 'other')
    const {comment} = statement
    const variants: readonly Statement[] = [
      {...statement, comment: {...comment, digest: digestOf('/authorize staging')}},
      {...statement, comment: {...comment, authorId: stage.repositoryId as unknown as typeof comment.authorId}},
      {...statement, pullRequest: other.number},
    ]
    for (const variant of variants) expect((await read(variant)).asAnnounced).toBe(false)
  })

  test('shows an App that wrote it, a mail program that sent it, a bot that said it', async () => {
    stage.world.addApp({slug: 'scheduler', owner: 'octo-org', permissions: {}})
    expect(await read(say(stage, {pullRequest, viaApp: 'scheduler'}))).toMatchObject({viaApp: true, viaEmail: false})
    expect(await read(say(stage, {pullRequest, viaEmail: true}))).toMatchObject({viaApp: false, viaEmail: true})
  })

  test('is gone when it was deleted', async () => {
    const statement = say(stage, {pullRequest})
    stage.world.deleteComment({id: statement.comment.id})
    expect(await stage.facts.fetchStanding(statement)).toBe('gone')
  })

  test('is not gone but out of reach when the repository is not shown', async () => {
    const statement = say(stage, {pullRequest})
    stage.world.deleteRepository({repository: name})
    await expect(stage.facts.fetchStanding(statement)).rejects.toMatchObject({
      name: 'GitHubUnavailable',
      kind: 'permission',
    })
  })

  test('is gone when another repository has taken the name', async () => {
    const statement = say(stage, {pullRequest})
    stage.world.deleteRepository({repository: name})
    await stage.world.addRepository({name, files: {'README.md': 'new\n'}})
    expect(await stage.facts.fetchStanding(statement)).toBe('gone')
  })

  test('is found when the repository was renamed', async () => {
    const statement = say(stage, {pullRequest})
    stage.world.renameRepository({repository: name, to: 'api'})
    expect(await read(statement)).toMatchObject({asAnnounced: true, permission: 'maintain'})
  })
})

describe("the commenter's permission", () => {
  test.each([
    ['read', 'read'],
    ['triage', 'triage'],
    ['write', 'write'],
    ['maintain', 'maintain'],
    ['admin', 'admin'],
  ] as const)('%s is read as %s', async (role, permission) => {
    stage.world.setPermission({repository: name, login: 'octocat', role})
    expect(await read(say(stage, {pullRequest}))).toMatchObject({permission, role})
  })

  test("is a custom role's real reach, under the role's own name", async () => {
    stage.world.setPermission({repository: name, login: 'octocat', role: 'write', roleName: 'release captain'})
    expect(await read(say(stage, {pullRequest}))).toMatchObject({permission: 'write', role: 'release captain'})
  })

  test.each([
    ['triage', 'triage', 'triage'],
    ['maintain', 'maintain', 'maintain'],
    ['write', 'release captain', 'write'],
    ['maintain', 'release captain', 'write'],
    ['triage', 'helper', 'read'],
  ] as const)(
    'where GitHub leaves `permissions` out, %s called %s is read as %s',
    async (role, roleName, permission) => {
      stage.world.leaveOutPermissions()
      stage.world.setPermission({repository: name, login: 'octocat', role, roleName})
      expect(await read(say(stage, {pullRequest}))).toMatchObject({permission, role: roleName})
    },
  )

  test('is none or read for a stranger', async () => {
    expect((await read(say(stage, {pullRequest, by: 'stranger'}))).permission).toBe('read')
    stage.world.setVisibility({repository: name, private: true})
    expect((await read(say(stage, {pullRequest, by: 'stranger'}))).permission).toBe('none')
  })

  test('is none when GitHub knows no such person there', async () => {
    stage.world.addFault({match: '^GET .*/collaborators/', status: 404, times: 1})
    expect(await read(say(stage, {pullRequest}))).toMatchObject({permission: 'none', role: 'none'})
  })

  test('is never that of another who took the login meanwhile', async () => {
    stage.world.addFault({match: '^GET .*/collaborators/', delayMs: 1500, times: 1})
    const settled = read(say(stage, {pullRequest})).catch((thrown: unknown) => thrown)
    const isRead = (): boolean => stage.world.requests.some(({path}) => path.includes('/issues/comments/'))
    for (let tries = 0; tries < 1000 && !isRead(); tries += 1) await sleep(5)
    stage.world.renameUser({login: 'octocat', to: 'former-octocat'})
    stage.world.renameUser({login: 'monalisa', to: 'octocat'})
    expect(await settled).toMatchObject({kind: 'unusable', message: expect.stringContaining('another account')})
  })

  test('is that of the moment: taken away after the comment, it is gone', async () => {
    const statement = say(stage, {pullRequest})
    stage.world.setPermission({repository: name, login: 'octocat', role: 'read'})
    expect((await read(statement)).permission).toBe('read')
  })
})

describe('an outage never becomes a fact', () => {
  const doors = ['^GET .*/issues/comments/', '^POST /graphql', '^GET .*/collaborators/']
  const faults = [
    [{status: 500}, 'server'],
    [{html: true}, 'server'],
    [{cut: true}, 'network'],
    [{status: 403}, 'permission'],
    [{rateLimit: 'secondary'}, 'rate-limit'],
    [{rateLimit: 'primary'}, 'rate-limit'],
  ] as const
  test.each(doors.flatMap((match) => faults.map(([fault, kind]) => [match, fault, kind] as const)))(
    '%s answered with %j is unavailable: %s',
    async (match, fault, kind) => {
      const statement = say(stage, {pullRequest})
      stage.world.addFault({match, ...fault, times: 1})
      await expect(stage.facts.fetchStanding(statement)).rejects.toMatchObject({name: 'GitHubUnavailable', kind})
    },
  )
})
