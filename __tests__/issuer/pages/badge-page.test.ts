/** The page that gives a badge to copy: each form leads to the very badge, also of a private repository by its link. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Stage, openStage} from './stage.ts'
import {type Story, seedStory} from './story.ts'

let stage: Stage
let story: Story

beforeAll(async () => {
  stage = await openStage()
  story = await seedStory(stage)
})
afterAll(async () => await stage.close())

const get = async (path: string): Promise<string> => await (await fetch(stage.url + path)).text()
const unescape = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
const blockIn = (page: string, id: string): string =>
  unescape(new RegExp(`<pre id="${id}">([^]*?)</pre>`).exec(page)?.[1] ?? '')

const titleOf = async (url: string): Promise<string | undefined> =>
  /<title>([^]*?)<\/title>/.exec(await (await fetch(url)).text())?.[1]

describe('each form', () => {
  const path = '/badges?repository=octo-org/api-service&environment=eu/production'
  const words = 'eu/production: authorized by octocat · 3f2a9c0'

  test('shows the badge, and leads to the receipts of its repository', async () => {
    const page = await get(path)
    const [, picture = '', target = ''] = /^\[!\[.+\]\((.+)\)\]\((.+)\)$/.exec(blockIn(page, 'markdown')) ?? []
    expect(await titleOf(picture)).toBe(words)
    expect(await (await fetch(target)).text()).toContain(story.redeemed.id)
    const [, href = '', src = ''] = /<a href="([^"]+)"><img src="([^"]+)"/.exec(blockIn(page, 'html')) ?? []
    expect([src, unescape(href)]).toEqual([picture, target])
  })

  test('for shields names the endpoint that answers the same', async () => {
    const [, shield = ''] = /\]\((https:[^)]+)\)/.exec(blockIn(await get(path), 'shields')) ?? []
    const endpoint = new URL(shield).searchParams.get('url') ?? ''
    expect(await (await fetch(endpoint)).json()).toMatchObject({schemaVersion: 1, message: words.split(': ')[1]})
  })

  test('is the one that a receipt’s page gives', async () => {
    const receipt = await get(`/r/${story.redeemed.id}`)
    expect(blockIn(receipt, 'badge')).toBe(blockIn(await get(path), 'markdown'))
    expect(unescape(receipt)).toContain(`href="${stage.url}${path}"`)
  })
})

describe('a private repository', () => {
  const path = '/badges?repository=octo-org/secret&environment=production'

  test('has the page of one that is not there', async () => {
    const missing = await get('/badges?repository=octo-org/nobody&environment=production')
    const [shown, wanted] = [await get(path), missing].map((page) =>
      page.replace(/octo-org(\/|%2F)(?:secret|nobody)/g, 'x'),
    )
    expect(shown).toBe(wanted)
    expect(missing).toContain('alt="production: unknown"')
  })

  test('is shown to whoever holds the link, which stands in each form', async () => {
    const page = await get(`${path}&link=secret`)
    expect(page).toContain('alt="production: expired"')
    const [, picture = ''] = /\]\(([^)]+)\)\]/.exec(blockIn(page, 'markdown')) ?? []
    expect(await titleOf(picture)).toBe('production: expired')
  })
})

describe('what was asked', () => {
  test.each([
    ['a name without owner', 'repository=x'],
    ['an environment that none is called', 'repository=octo-org/api-service&environment=UPPER'],
    ['markup', `repository=${encodeURIComponent('"><script>alert(1)</script>')}`],
  ])('%s is told how to ask', async (_what, query) => {
    const page = await get(`/badges?${query}`)
    expect(page).toContain('Give a repository as')
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('id="markdown"')
  })

  test('nothing yet shows what each badge means', async () => {
    const page = await get('/badges')
    for (const state of ['authorized by octocat · 3f2a9c0', 'pending', 'denied', 'expired', 'revoked', 'emergency']) {
      expect(page).toContain(`alt="${state}"`)
    }
  })
})

test('a badge that a bearer asks for is for no shared cache', async () => {
  const url = `${stage.url}/badge/octo-org/api-service/production.svg`
  const bearer = await fetch(url, {headers: {authorization: 'Bearer csat_x'}})
  expect(bearer.headers.get('cache-control')).toBe('private, max-age=30')
  expect(bearer.headers.get('vary')).toContain('authorization')
})
