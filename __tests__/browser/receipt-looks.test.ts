/** The receipt's page and the badges' in their rarer states, light and dark, narrow and wide; on paper; in order. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {type MoreStory, seedMore} from '../issuer/pages/more-story.ts'
import {type Stage, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {findBarriers, openBrowser, testInBrowser, testLooks, visit} from './chromium.ts'

let browser: Browser | undefined
let stage: Stage
let story: Story
let more: MoreStory

beforeAll(async () => {
  browser = await openBrowser()
  stage = await openStage()
  story = await seedStory(stage)
  more = await seedMore(stage)
})
afterAll(async () => {
  await browser?.close()
  await stage.close()
})

const pages: Readonly<Record<string, () => string>> = {
  'a receipt whose deployment succeeded': () => `/r/${more.succeeded.id}`,
  'a receipt whose deployment failed': () => `/r/${more.failed.id}`,
  'a receipt whose deployment began': () => `/r/${more.begun.id}`,
  'a self-authorized receipt': () => `/r/${more.self.id}`,
  'a receipt of a retired key': () => `/r/${more.retired.id}`,
  'a receipt of a retired key, revoked later': () => `/r/${more.retiredThenRevoked.id}`,
  'a receipt of a revoked key': () => `/r/${more.keyRevoked.id}`,
  'a private receipt that was revoked, by its link': () => `/r/${more.secretRevoked.id}?link=secret`,
  'the badges': () => '/badges',
  'a badge': () => '/badges?repository=octo-org/api-service&environment=production',
  'a badge of which nothing can be told': () => '/badges?repository=octo-org/nobody&environment=production',
  'a badge that was asked for wrongly': () => '/badges?repository=nobody',
}

describe.each(Object.entries(pages))('%s', (_name, pathOf) => {
  const open = () => visit(browser, stage.url + pathOf())
  testLooks('has no barrier and no complaint', open, async ({page, complaints}) => {
    expect(await findBarriers(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  testInBrowser('nothing is cut off at 320', async () => {
    const {page} = await visit(browser, stage.url + pathOf(), {viewport: {width: 320, height: 640}})
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.context().close()
  })
})

/** What a browser answers with 404 it also writes to its console. */
const missing: Readonly<Record<string, () => string>> = {
  'an id that is nobody’s': () => '/r/rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
  'a private receipt without its link': () => `/r/${story.secret.id}`,
}

describe.each(Object.entries(missing))('%s', (_name, pathOf) => {
  const open = () => visit(browser, stage.url + pathOf())
  testLooks('is told apart from nothing', open, async ({page, complaints}) => {
    expect(await page.locator('h1').innerText()).toBe('Nothing is here.')
    expect(await findBarriers(page)).toEqual([])
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([])
  })
})

describe('what is seen first', () => {
  const statesOf = async (url: string): Promise<readonly string[]> => {
    const {page} = await visit(browser, url)
    const states = await page.locator('.states .state').allTextContents()
    await page.context().close()
    return states
  }

  testInBrowser('is whether it counts, what ran under it, and what was unusual about it', async () => {
    for (const [receipt, states] of [
      [story.active, ['In force']],
      [story.expired, ['Expired']],
      [story.revoked, ['Revoked']],
      [story.redeemed, ['Used', 'Deployed']],
      [story.emergency, ['In force', 'Emergency', 'Self-authorized']],
      [more.succeeded, ['In force', 'Deployed']],
      [more.failed, ['In force', 'Deployment failed']],
      [more.begun, ['In force', 'Deployment began']],
      [more.cancelled, ['In force', 'Deployment ended']],
      [more.self, ['In force', 'Self-authorized']],
    ] as const) {
      expect([receipt.scope.environment, await statesOf(stage.receiptUrl(receipt))]).toEqual([
        receipt.scope.environment,
        states,
      ])
    }
    expect(await statesOf(`${stage.url}/r/demo`)).toEqual(['Demonstration', 'Deployed'])
    expect(await statesOf(`${stage.receiptUrl(more.secretRevoked)}?link=secret`)).toEqual(['Revoked'])
  })

  testInBrowser('is everybody who authorized it', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    expect((await page.locator('h1').innerText()).replaceAll('\n', ' ')).toBe(
      'monalisa and octocat authorized octo-org/api-service for production',
    )
    await page.context().close()
  })
})

describe('on paper', () => {
  /** What A4 leaves between the margins of 14 mm, in CSS pixels. */
  const viewport = {width: 688, height: 1017}

  testInBrowser('the certificate and the way back fit on the first page', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active), {viewport, colorScheme: 'dark'})
    await page.emulateMedia({media: 'print'})
    const ends = await page.evaluate('document.querySelector(".scan").getBoundingClientRect().bottom')
    expect(ends).toBeLessThan(viewport.height)
    const colour = await page.evaluate('getComputedStyle(document.querySelector("h1")).color')
    expect(colour).toBe('rgb(27, 31, 36)')
    expect(await page.locator('button:visible').count()).toBe(0)
    await page.context().close()
  })
})

describe('in order', () => {
  testInBrowser('the headings tell the story, and each stop of the keyboard stands below the one before', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Checked by your browser',
      'The receipt',
      'Why',
      'What happened after',
      'In the ledger',
      'By hand',
      'Badge',
      'Keep it',
    ])
    const stops: number[] = []
    for (;;) {
      await page.keyboard.press('Tab')
      const top = await page.evaluate<number | null>(
        'document.activeElement === document.body ? null : document.activeElement.getBoundingClientRect().top + scrollY',
      )
      if (top === null || stops.length > 60) break
      stops.push(top)
    }
    expect(stops.length).toBeGreaterThan(15)
    for (const [i, top] of stops.entries()) expect(top).toBeGreaterThanOrEqual((stops[i - 1] ?? top) - 20)
    await page.context().close()
  })
})

describe('the badges’ form', () => {
  testInBrowser('needs no script, and leads to the badge', async () => {
    const {page, complaints} = await visit(browser, `${stage.url}/badges`, {javaScriptEnabled: false})
    await page.getByLabel('Repository').fill('octo-org/api-service')
    await page.getByLabel('Environment').fill('eu/production')
    await page.getByRole('button', {name: 'Show the badge'}).click()
    const picture = page.locator('.papers img').first()
    expect(await picture.getAttribute('alt')).toBe('eu/production: authorized by octocat · 3f2a9c0')
    expect(Math.round((await picture.boundingBox())?.height ?? 0)).toBe(20)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  testInBrowser('the Markdown is copied by its button', async () => {
    const {page} = await visit(browser, `${stage.url}/badges?repository=octo-org/api-service`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.getByRole('button', {name: 'Copy Markdown', exact: true}).click()
    await page.getByText('Copied.').waitFor({state: 'attached'})
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `[![production](${stage.url}/badge/octo-org/api-service/production.svg)](${stage.url}/ledger?q=octo-org/api-service)`,
    )
    await page.context().close()
  })
})
