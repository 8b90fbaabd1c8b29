/** The visitor's browser verifies the whole ledger, and sees what is missing, changed or unreachable. */
import {afterAll, beforeAll, expect} from '@jest/globals'
import type {Browser, Page} from 'playwright-core'
import {type Stage, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {findBarriers, openBrowser, testInBrowser, visit} from './chromium.ts'

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
  const verdict = page.locator('#verdict[data-tone="holds"], #verdict[data-tone="fails"], #verdict[data-tone="care"]')
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

testInBrowser('no entry beyond the checkpoint is asked for, and the progress is told', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await verify(page)
  expect(asked.filter((url) => url.includes('/v1/ledger/entries'))).toEqual([
    `${stage.url}/v1/ledger/entries?start=0&count=24`,
  ])
  expect(await page.locator('#progress').getAttribute('max')).toBe('24')
  expect(await page.locator('#progress').getAttribute('value')).toBe('24')
  expect(await page.locator('#seen').textContent()).toBe('24 of 24 entries')
  await page.context().close()
})

testInBrowser('one changed character in one entry is seen', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.route(entries, async (route) => {
    const body = await (await route.fetch()).text()
    await route.fulfill({body: body.replace(story.active.id, `${story.active.id.slice(0, -1)}z`)})
  })
  const {tone, words} = await verify(page)
  expect(tone).toBe('fails')
  expect(words).toMatch(/^It does not verify. .*another content than the one that was hashed. Do not rely on it/)
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
      tone: 'care',
      words: 'The ledger could not be fetched from its issuer, so nothing is verified. Try again.',
    })
    await page.context().close()
  },
)

testInBrowser('a receipt is found by its id, and its entries lead to its page', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.getByLabel('Receipt id, repository, login or time').fill(story.redeemed.id)
  await page.getByRole('button', {name: 'Search'}).click()
  await page.getByRole('heading', {name: 'Entries of one receipt'}).waitFor()
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

testInBrowser('while it runs the button rests, and how far it is can be seen', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  let goOn: () => void = () => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  await page.route(entries, async (route) => {
    await held
    await route.continue()
  })
  const button = page.getByRole('button', {name: 'Verify in my browser'})
  expect(await page.getByRole('progressbar').count()).toBe(0)
  await button.click()
  await page.getByRole('progressbar', {name: 'Entries verified'}).waitFor()
  expect(await button.isDisabled()).toBe(true)
  expect(await page.getByRole('status').filter({hasText: 'Verifying every entry.'}).count()).toBe(1)
  goOn()
  await page.locator('#verdict[data-tone="holds"]').waitFor()
  expect(await button.isDisabled()).toBe(false)
  expect(await page.getByRole('progressbar').count()).toBe(0)
  await page.context().close()
})

testInBrowser('a person is found by login, and the page leads to the receipt', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.getByLabel('Receipt id, repository, login or time').fill('@Monalisa')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', {name: 'Receipts that Monalisa approved'}).waitFor()
  expect(await page.locator('.chain li').count()).toBe(1)
  expect(await page.locator('.chain').innerText()).toContain('authorized by monalisa and octocat (account 2)')
  await page.getByRole('link', {name: story.active.id}).click()
  await page.getByRole('heading', {level: 1, name: /octo-org\/api-service/}).waitFor()
  await page.context().close()
})

testInBrowser(
  'without scripts it is searched and paged all the same, and what would do nothing is not there',
  async () => {
    const {page, complaints} = await visit(browser, `${stage.url}/ledger`, {javaScriptEnabled: false})
    expect(await page.getByRole('button').allTextContents()).toEqual(['Search'])
    expect(await page.locator('main').innerText()).toContain('Scripts are off, so nothing is checked here')
    await page.getByRole('link', {name: 'Older', exact: true}).click()
    await page.getByText('The ledger began').waitFor()
    await page.getByRole('link', {name: 'Newer', exact: true}).click()
    await page.getByText(story.unsigned.id).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  },
)

testInBrowser('each verdict is without barriers, in the dark too', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const {page} = await visit(browser, `${stage.url}/ledger`, {colorScheme, viewport: {width: 375, height: 800}})
    expect([(await verify(page)).tone, await findBarriers(page)]).toEqual(['holds', []])
    await page.route(entries, async (route) => await route.fulfill({body: '{}\n'}))
    expect([(await verify(page)).tone, await findBarriers(page)]).toEqual(['fails', []])
    await page.route(entries, async (route) => await route.abort())
    expect([(await verify(page)).tone, await findBarriers(page)]).toEqual(['care', []])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    await page.context().close()
  }
})

testInBrowser('by keyboard the way goes from the check over the search into the entries', async () => {
  const {page} = await visit(browser, `${stage.url}/ledger`)
  await page.locator('#main').focus()
  const stops: unknown[] = []
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press('Tab')
    stops.push(await page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()'))
  }
  expect(stops).toEqual(['verify', 'Download the entries', 'Download the checkpoint', 'q', 'Search', story.unsigned.id])
  await page.context().close()
})
