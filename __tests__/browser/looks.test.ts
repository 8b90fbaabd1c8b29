/** Every page in each of its states, light and dark, narrow and wide: no barrier, no complaint, nothing cut off. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {type Stage, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {findBarriers, openBrowser, testInBrowser, testLooks, visit} from './chromium.ts'

let browser: Browser | undefined
let stage: Stage
let story: Story

beforeAll(async () => {
  browser = await openBrowser()
  stage = await openStage()
  story = await seedStory(stage)
})
afterAll(async () => {
  await browser?.close()
  await stage.close()
})

const pages: Readonly<Record<string, () => string>> = {
  'the home page': () => '/',
  'the ledger': () => '/ledger',
  'a search by receipt': () => `/ledger?q=${story.redeemed.id}`,
  'a search by repository': () => '/ledger?q=octo-org/api-service',
  'a search by time': () => '/ledger?q=2026-04-02T14:00Z',
  'a search by login': () => '/ledger?q=octocat',
  'a search for nobody': () => '/ledger?q=production',
  'a search that is not understood': () => '/ledger?q=what+is+this',
  'older entries': () => '/ledger?before=5',
  'a receipt in force': () => `/r/${story.active.id}`,
  'an expired receipt': () => `/r/${story.expired.id}`,
  'a revoked receipt': () => `/r/${story.revoked.id}`,
  'a used receipt': () => `/r/${story.redeemed.id}`,
  'an emergency receipt': () => `/r/${story.emergency.id}`,
  'a damaged receipt': () => `/r/${story.damaged.id}`,
  'a receipt without a checkpoint yet': () => `/r/${story.unsigned.id}`,
  'a private receipt by its link': () => `/r/${story.secret.id}?link=secret`,
  'the example': () => '/r/demo',
}

describe.each(Object.entries(pages))('%s', (_name, pathOf) => {
  const open = () => visit(browser, stage.url + pathOf())
  testLooks('has no barrier and no complaint', open, async ({page, complaints}) => {
    expect(await findBarriers(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  testInBrowser('nothing is cut off at 320, and on paper there is nothing to press', async () => {
    const {page} = await visit(browser, stage.url + pathOf(), {viewport: {width: 320, height: 640}})
    for (const details of await page.locator('summary').all()) await details.click()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.emulateMedia({media: 'print'})
    expect(await page.locator('button:visible').count()).toBe(0)
    expect(await page.locator('h1:visible').count()).toBe(1)
    await page.context().close()
  })
})

describe('by keyboard', () => {
  testInBrowser('the first stop leads to the content, and every stop is seen', async () => {
    const {page} = await visit(browser, `${stage.url}/`)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await page.context().close()
  })
})

describe('without scripts', () => {
  testInBrowser('a receipt page says so, and still shows everything', async () => {
    const {page, complaints} = await visit(browser, stage.receiptUrl(story.active), {javaScriptEnabled: false})
    expect(await page.locator('#verdict').innerText()).toContain('Scripts are off, so nothing is checked here.')
    expect(await page.locator('#receipt').inputValue()).toContain(story.active.signature)
    expect(await page.locator('button.copy:visible').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
