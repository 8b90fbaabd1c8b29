/** Badges: each state from records of a real store, in both forms; and nothing about what a caller may not read. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {makeKey} from '../../protocol/builders.ts'
import {type Stage, asked, openStage} from './stage.ts'

let stage: Stage
let next = 1

beforeAll(async () => {
  stage = await openStage()
})
afterAll(async () => await stage.close())

/** An environment that no other test writes to. */
const scope = (): {environment: string} => ({environment: `env-${next++}`})
const badgeUrl = (environment: string, form = 'json', repository = 'octo-org/api-service'): string =>
  `${stage.url}/badge/${repository}/${encodeURIComponent(environment)}.${form}`

async function messageOf(environment: string, query = ''): Promise<unknown> {
  const response = await fetch(badgeUrl(environment) + query)
  expect(response.status).toBe(200)
  return ((await response.json()) as Record<string, unknown>)['message']
}

const waiting = {
  statement: {
    repository: {id: 1296269, name: 'octo-org/api-service'},
    pullRequest: 43,
    comment: {id: 1, nodeId: 'x', authorId: 1, body: ''},
  },
  decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
  sha: 'b'.repeat(40),
  binding: 'commit',
  until: asked + 1000,
} as never

const denial = (at: number) => ({
  pullRequest: 42,
  commits: [],
  by: {id: 583231, login: 'octocat'},
  commentId: 2,
  at,
  public: false,
})

describe('what a badge says', () => {
  test('who authorized which commit, while the receipt is in force', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}})
    const response = await fetch(badgeUrl(receipt.scope.environment))
    expect(await response.json()).toEqual({
      schemaVersion: 1,
      label: receipt.scope.environment,
      message: 'authorized by octocat · 3f2a9c0',
      color: '17713f',
    })
  })

  test('expired, once its life is over', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 3_600_000})
    expect(await messageOf(receipt.scope.environment)).toBe('expired')
  })

  test('expired, too, when a run used it', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 3_600_000})
    await stage.happen(receipt, 'receipt.redeemed', {run: {id: '7'}})
    expect(await messageOf(receipt.scope.environment)).toBe('expired')
  })

  test('revoked, when the newest one was', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 600_000})
    await stage.revoke(receipt)
    expect(await messageOf(receipt.scope.environment)).toBe('revoked')
  })

  test('an earlier receipt that is still in force, when the newest was revoked', async () => {
    const {environment} = scope()
    await stage.issue({
      receipt: {scope: {environment}, authorizedBy: 'monalisa', approvals: [approval('monalisa')]},
      at: asked - 700_000,
    })
    await stage.revoke(await stage.issue({receipt: {scope: {environment}}, at: asked - 600_000}))
    expect(await messageOf(environment)).toBe('authorized by monalisa · 3f2a9c0')
  })

  test('emergency, for a receipt with that flag', async () => {
    const receipt = await stage.issue({
      receipt: {scope: scope(), flags: ['emergency']},
      at: asked - 600_000,
    })
    expect(await messageOf(receipt.scope.environment)).toBe('emergency')
  })

  test('pending, while an approval waits for more people', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 3_600_000})
    await stage.fold(receipt, {waiting: [{...(waiting as object), public: true} as never]})
    expect(await messageOf(receipt.scope.environment)).toBe('pending')
  })

  test('denied, while a denial stands that is newer than the newest receipt', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 600_000})
    await stage.revoke(receipt)
    await stage.fold(receipt, {denials: [{...denial(asked - 60_000), public: true}]})
    expect(await messageOf(receipt.scope.environment)).toBe('denied')
  })

  describe('of an environment that never had a receipt', () => {
    /** Its repository is known by another environment's. */
    async function foldNew(state: Parameters<Stage['fold']>[1]): Promise<string> {
      const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 3_600_000})
      const {environment} = scope()
      await stage.fold({...receipt, scope: {...receipt.scope, environment: environment as never}}, state)
      return environment
    }
    const shown = {...(waiting as object), public: true} as never

    test('is pending while an approval waits for more people, and unknown when its time is over', async () => {
      expect(await messageOf(await foldNew({waiting: [shown]}))).toBe('pending')
      const over = {...(shown as object), until: asked} as never
      expect(await messageOf(await foldNew({waiting: [over]}))).toBe('unknown')
    })

    test('is denied while a denial stands', async () => {
      expect(await messageOf(await foldNew({denials: [{...denial(asked), public: true}], waiting: [shown]}))).toBe(
        'denied',
      )
    })

    test('is unknown where that was said in private, but to whoever may know', async () => {
      const environment = await foldNew({denials: [{...denial(asked), public: false}], waiting: [waiting]})
      expect(await messageOf(environment)).toBe('unknown')
      expect(await messageOf(environment, '?link=secret')).toBe('denied')
    })
  })

  test('an environment with a slash in its name is one part of the path', async () => {
    await stage.issue({receipt: {scope: {environment: 'eu/production'}}, at: asked - 600_000})
    expect(await messageOf('eu/production')).toBe('authorized by octocat · 3f2a9c0')
  })
})

const approval = (login: string) => ({
  login,
  id: 2,
  role: 'maintain',
  at: '2026-04-02T14:29:58Z',
  statement: {kind: 'issue_comment', id: 99262140, digest: `sha256:${'1'.repeat(64)}`},
  binding: 'commit',
  proof: 'comment',
})

describe('unknown', () => {
  const unknown = {schemaVersion: 1, message: 'unknown', color: '636a72'}

  test('is what an environment without a receipt is', async () => {
    expect(await messageOf('nowhere')).toBe('unknown')
  })

  test('is what a private repository is to the public: the same bytes and headers as a missing one', async () => {
    const environment = 'quiet'
    await stage.issue({public: false, receipt: {scope: {environment, repository: 'octo-org/secret', repositoryId: 77}}})
    const answers = await Promise.all(
      ['secret', 'missing'].map(async (name) => {
        const response = await fetch(badgeUrl(environment, 'json', `octo-org/${name}`))
        const headers = [...response.headers].filter(([header]) => header !== 'date')
        return {headers, status: response.status, body: await response.json()}
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.body).toEqual({...unknown, label: environment})
  })

  test('is not what it is to whoever holds the link', async () => {
    const response = await fetch(`${badgeUrl('quiet', 'json', 'octo-org/secret')}?link=secret`)
    expect(await response.json()).toMatchObject({message: 'authorized by octocat · 3f2a9c0'})
  })

  test('a denial behind a receipt that turned private is not told', async () => {
    const {environment} = scope()
    const old = await stage.issue({receipt: {scope: {environment}}, at: asked - 7_200_000})
    await stage.issue({public: false, receipt: {scope: {environment}}, at: asked - 5_000_000})
    await stage.fold(old, {denials: [denial(asked - 60_000)]})
    expect(await messageOf(environment)).toBe('expired')
    expect(await messageOf(environment, '?link=secret')).toBe('denied')
  })

  test('is what a receipt is that does not verify under the key of the issuer', async () => {
    const receipt = await stage.issue({signer: makeKey(), receipt: {scope: scope()}, at: asked})
    expect(await messageOf(receipt.scope.environment)).toBe('unknown')
  })

  test('is what a name is that no environment has', async () => {
    expect(await messageOf('UPPER')).toBe('unknown')
    expect(stage.faults).toEqual([])
  })
})

describe('the picture', () => {
  test('has its words as title and label, its type, half a minute of cache and a tag that answers 304', async () => {
    const receipt = await stage.issue({receipt: {scope: scope()}, at: asked - 600_000})
    const url = badgeUrl(receipt.scope.environment, 'svg')
    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('public, max-age=30')
    const words = `${receipt.scope.environment}: authorized by octocat · 3f2a9c0`
    const svg = await response.text()
    expect(svg).toContain(`<title>${words}</title>`)
    expect(svg).toContain(`role="img" aria-label="${words}"`)
    const tag = response.headers.get('etag') ?? ''
    expect(tag).not.toBe('')
    expect((await fetch(url, {headers: {'if-none-match': tag}})).status).toBe(304)
  })

  test('escapes what a login could smuggle in', async () => {
    const login = "it's & co>"
    const receipt = await stage.issue({
      receipt: {scope: scope(), authorizedBy: login, approvals: [approval(login)]},
      at: asked - 600_000,
    })
    const svg = await (await fetch(badgeUrl(receipt.scope.environment, 'svg'))).text()
    expect(svg).toContain('it&apos;s &amp; co&gt;')
    expect(svg).not.toContain(login)
  })

  test('another ending is not found', async () => {
    expect((await fetch(`${stage.url}/badge/octo-org/api-service/production.png`)).status).toBe(404)
  })
})
