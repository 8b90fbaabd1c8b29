/** The QR code, photographed as it stands on the page and on paper, leads to the page that it stands on. */
import {afterAll, beforeAll, expect} from '@jest/globals'
import jsqr from 'jsqr'
import type {Browser, Page} from 'playwright-core'
import {type Stage, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {openBrowser, testInBrowser, visit} from './chromium.ts'
import {readPixels} from './pixels.ts'

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

/** What a reader finds in a picture of the page around the code. */
async function scan(page: Page): Promise<string | undefined> {
  if (browser === undefined) throw new Error('there is no browser')
  const png = await page.locator('.scan').screenshot()
  const blank = await browser.newPage()
  const {data, width, height} = await readPixels(blank, png)
  await blank.close()
  return readQr(data, width, height)?.data
}

// A CommonJS module, whose function is the module itself or its default, as it is loaded.
const readQr = typeof jsqr === 'function' ? jsqr : jsqr.default

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
] as const) {
  testInBrowser(`it is read from a screen, ${colorScheme}, ${width} wide`, async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active), {colorScheme, viewport: {width, height: 900}})
    expect(await scan(page)).toBe(stage.receiptUrl(story.active))
    await page.context().close()
  })
}

testInBrowser('it is read from paper, which a dark screen leaves white', async () => {
  const {page} = await visit(browser, stage.receiptUrl(story.revoked), {colorScheme: 'dark'})
  await page.emulateMedia({media: 'print'})
  expect(await page.evaluate('getComputedStyle(document.documentElement).getPropertyValue("--sheet")')).toBe('#fff')
  expect(await scan(page)).toBe(stage.receiptUrl(story.revoked))
  await page.context().close()
})

testInBrowser('of a private repository it leads there by the link that opened the page', async () => {
  const url = `${stage.receiptUrl(story.secret)}?link=secret`
  const {page} = await visit(browser, url)
  expect(await scan(page)).toBe(url)
  await page.context().close()
})

testInBrowser('of the example it leads to the example', async () => {
  const {page} = await visit(browser, `${stage.url}/r/demo`)
  expect(await scan(page)).toBe(`${stage.url}/r/demo`)
  await page.context().close()
})
