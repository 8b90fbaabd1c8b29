/** A pack's page, opened from disk: it verifies what it carries by itself, and each way to spoil it turns it red. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Browser, Page} from 'playwright-core'
import {makeKey} from '../protocol/builders.ts'
import {type April, ExportStage, april, openApril} from '../issuer/export/stage.ts'
import {findBarriers, openBrowser, testInBrowser, visit} from './chromium.ts'

let browser: Browser | undefined
let made: April
let whole: string
beforeAll(async () => {
  browser = await openBrowser()
  made = await openApril()
  whole = (await made.stage.export(...april, '--redact', 'facts')).folder
})
afterAll(async () => {
  await browser?.close()
  made.stage.close()
})

const pageOf = (folder: string): string => readFileSync(join(folder, 'index.html'), 'utf8')

/** The page with a text of it replaced, in a file of its own. */
function changed(before: string | RegExp, after: string): string {
  const html = pageOf(whole).replace(before, after)
  expect(html).not.toBe(pageOf(whole))
  const path = `${whole}-${after.length}.html`
  writeFileSync(path, html)
  return path
}

async function open(path: string): Promise<{readonly page: Page; readonly complaints: readonly string[]}> {
  const visited = await visit(browser, pathToFileURL(path).href)
  await visited.page.locator('#progress').waitFor({state: 'hidden'})
  await visited.page.locator('#verdict[data-tone]:not([data-tone="quiet"])').waitFor()
  return visited
}

const verdictOf = async (page: Page): Promise<string | null> => await page.locator('#verdict').textContent()
const findingsOf = async (page: Page): Promise<string> => (await page.locator('#findings').textContent()) ?? ''
const tonesOf = async (page: Page): Promise<readonly (string | null)[]> =>
  await Promise.all((await page.locator('tbody tr').all()).map(async (row) => await row.getAttribute('data-tone')))

describe('the page of a whole pack', () => {
  testInBrowser('verifies from disk, asks nobody, and says what it does not prove', async () => {
    const {page, complaints} = await open(join(whole, 'index.html'))
    expect(await verdictOf(page)).toBe('Verified in your browser, under the keys below.')
    expect(await tonesOf(page)).toEqual(['holds', 'holds', 'holds', 'holds'])
    const findings = await findingsOf(page)
    expect(findings).toContain('10 entries, each hash and link, up to the signed root')
    expect(findings).toContain('3 receipts and 1 revocation, each signature')
    expect(findings).toContain('redacted sections: 4')
    expect(findings).toContain('4 authority tokens by digest alone')
    expect(await page.locator('#unproven').textContent()).toContain('does not prove')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  testInBrowser('verifies under the keys of whoever looks, and not under others', async () => {
    const {page} = await open(join(whole, 'index.html'))
    const pins = await page.locator('#pins').inputValue()
    await page.locator('#pins').fill(makeKey().pin)
    await page.locator('#verify').click()
    await page.locator('#verdict[data-tone="fails"]').waitFor()
    expect(await findingsOf(page)).toContain('receipt.json')
    await page.locator('#pins').fill(pins)
    await page.locator('#verify').click()
    await page.locator('#verdict[data-tone="holds"]').waitFor()
    await page.locator('#pins').fill('pp_pk_short')
    await page.locator('#verify').click()
    expect(await verdictOf(page)).toBe('No key is pinned.')
    await page.context().close()
  })

  testInBrowser('has no barriers, wide and narrow, light and dark', async () => {
    const {page} = await open(join(whole, 'index.html'))
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      await page.setViewportSize({width, height: 800})
      await page.emulateMedia({colorScheme})
      expect(await findBarriers(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    }
    await page.context().close()
  })
})

describe('a page that somebody spoiled', () => {
  testInBrowser('a receipt, an entry or the table changed: none of it passes', async () => {
    for (const [before, after] of [
      [String.raw`\"environment\":\"production\"`, String.raw`\"environment\":\"staging\"`],
      [/\\"event\\":\\"decision\.made\\"/, String.raw`\"event\":\"deploy.started\"`],
      ['<td>octocat</td>', '<td>hubot</td>'],
      [/<tr data-entry="2">.*<\/tr>/, ''],
      [/"size":13/, '"size":14'],
    ] as const) {
      const {page} = await open(changed(before, after))
      expect([String(before), await verdictOf(page)]).toEqual([
        String(before),
        'This does not verify. Do not rely on it.',
      ])
      await page.context().close()
    }
  })

  testInBrowser('a document that is not carried any more is missed', async () => {
    const {page} = await open(changed(/"receipts\/[^"]*\/token\.jwt":/, '"receipts/elsewhere.jwt":'))
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    expect(await findingsOf(page)).toContain('The file is missing')
    await page.context().close()
  })

  testInBrowser('a script that was put in does not run', async () => {
    const {page, complaints} = await open(
      changed('<main id="main">', '<script>document.title = "x"</script><main id="main">'),
    )
    expect(await page.title()).toContain('Audit pack')
    expect(complaints.join()).toContain('Content Security Policy')
    await page.context().close()
  })
})

describe('a pack that is larger than a page', () => {
  testInBrowser('verifies the beginning that it carries, and says what it does not', async () => {
    const stage = await ExportStage.open()
    const first = Date.parse('2026-04-03T00:00:00Z')
    const files = Array.from({length: 500}, (_, i) => ({path: `src/module-${i}/search.ts`, additions: i, deletions: 0}))
    for (let n = 0; n < 150; n++) await stage.decide({at: new Date(first + n * 240_000).toISOString(), change: {files}})
    await stage.sign()
    const {folder} = await stage.export(...april)
    const {page} = await open(join(folder, 'index.html'))
    expect(await verdictOf(page)).toBe('What is here verifies. The pack is larger than this page.')
    const tones = await tonesOf(page)
    expect(tones.length > 50 && tones.length < 150 && tones.every((tone) => tone === 'holds')).toBe(true)
    const findings = await findingsOf(page)
    // All entries are there, so the chain is anchored; each decision that is not carried has three documents.
    expect(findings).toContain('151 entries, each hash and link, up to the signed root')
    expect(findings).toContain(`not verified here: ${(150 - tones.length) * 3}`)
    expect(await page.locator('main').textContent()).toContain(
      `it carries 151 entries of 151, and the documents of the first ${tones.length} decisions of 150`,
    )
    await page.context().close()
    stage.close()
  })
})

test('the page holds nothing that ends an element early, and what was redacted is nowhere in it', () => {
  const html = pageOf(whole)
  const data = [...html.matchAll(/<script type="application\/json"[^>]*>([^]*?)<\/script>/g)].map(
    ([, text]) => text ?? '',
  )
  expect(data.length).toBe(11)
  for (const text of data) expect(() => JSON.parse(text) as unknown).not.toThrow()
})
