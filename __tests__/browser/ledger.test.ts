/** The visitor's browser verifies the whole ledger, and sees what is missing, changed or unreachable. */
import {afterAll, beforeAll, expect} from '@jest/globals'
import type {Browser, Page} from 'playwright-core'
import {type Stage, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {openBrowser, testInBrowser, visit} from './chromium.ts'

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

/** Presses the button and waits for what it comes to. */
async function verify(page: Page): Promise<{tone: string | null; words: string | null}> {
  await page.getByRole('button', {name: 'Verify in my browser'}).click()
  const verdict = page.locator('#verdict[data-tone="holds"], #verdict[data-tone="fails"]')
  await verdict.waitFor()
  return {tone: await verdict.getAttribute('data-tone'), words: await verdict.textContent()}
}

const entries = '**/v1/ledger/entries*'

testInBrowser('every entry up to the checkpoint verifies, private ones by their hash', async () => {
  const {page, complaints} = await visit(browser, `${stage.url}/ledger`)
  expect(await verify(page)).toEqual({
    tone: 'holds',
    words:
      'Verified in your browser: 24 entries, each hash and link, up to the signed root. 1 of them is private and known by hash alone.',
  })
  expect(complaints).toEqual([])
  await page.context().close()
})

testInBrowser('many entries come in parts, and the progress is told', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await verify(page)
  expect(asked.filter((url) => url.includes('/v1/ledger/entries'))).toEqual([
    `${stage.url}/v1/ledger/entries?start=0&count=24`,
  ])
  expect(await page.locator('#progress').getAttribute('max')).toBe('24')
  expect(await page.locator('#progress').getAttribute('value')).toBe('24')
  await page.context().close()
})

testInBrowser('one changed character in one entry is seen', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.route(entries, async (route) => {
    const body = await (await route.fetch()).text()
    await route.fulfill({body: body.replace(story.active.id, `${story.active.id.slice(0, -1)}z`)})
  })
  const {tone, words} = await verify(page)
  expect([tone, words]).toEqual(['fails', expect.stringContaining('another content than the one that was hashed')])
  await page.context().close()
})

testInBrowser('entries that are cut off, or swapped, are seen', async () => {
  for (const forge of [
    (lines: readonly string[]) => lines.slice(0, -1),
    (lines: readonly string[]) => [...lines.slice(0, 3), ...lines.slice(4), ...lines.slice(3, 4)],
  ]) {
    const {page} = await visit(browser, `${stage.url}/ledger`)
    await page.route(entries, async (route) => {
      const lines = (await (await route.fetch()).text()).trimEnd().split('\n')
      await route.fulfill({body: `${forge(lines).join('\n')}\n`})
    })
    expect((await verify(page)).tone).toBe('fails')
    await page.context().close()
  }
})

testInBrowser(
  'a checkpoint of another ledger is refused, and an issuer that does not answer verifies nothing',
  async () => {
    const {page} = await visit(browser, `${stage.url}/ledger`)
    await page.route('**/v1/ledger/checkpoint', async (route) => {
      const note = await (await route.fetch()).text()
      await route.fulfill({body: note.replace('\n24\n', '\n23\n')})
    })
    expect((await verify(page)).tone).toBe('fails')
    await page.unroute('**/v1/ledger/checkpoint')
    await page.route(entries, async (route) => await route.abort())
    expect(await verify(page)).toEqual({
      tone: 'fails',
      words: 'The ledger could not be fetched from its issuer, so nothing is verified.',
    })
    await page.context().close()
  },
)

testInBrowser('a receipt is found by its id, and its entries lead to its page', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.getByLabel('Receipt id, repository or time').fill(story.redeemed.id)
  await page.getByRole('button', {name: 'Search'}).click()
  await page.getByRole('heading', {name: 'Found'}).waitFor()
  expect(await page.locator('.chain li p:first-of-type').allTextContents()).toEqual([
    expect.stringContaining('A deployment ended'),
    expect.stringContaining('A deployment began'),
    expect.stringContaining('A receipt was used'),
    expect.stringContaining('A receipt was issued'),
  ])
  await page.locator('.chain a').first().click()
  await page.getByRole('heading', {level: 1, name: /octo-org\/api-service/}).waitFor()
  await page.context().close()
})
