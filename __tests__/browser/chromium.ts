/** Debian's Chromium for tests of the pages: a real browser, whose complaints are a test's failures. */
import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {afterAll, expect, test} from '@jest/globals'
import {type Browser, type BrowserContextOptions, type Page, chromium} from 'playwright-core'
import {asked} from '../issuer/pages/stage.ts'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)

/** `test`, or a skip that says why. */
export const testInBrowser = (name: string, run: () => Promise<void>): void =>
  isThere ? test(name, run) : test.skip(`${name} (no Chromium at ${executablePath}; CHROMIUM names another)`, run)

/** Undefined where there is none: then every test that needs it is skipped. */
export const openBrowser = async (): Promise<Browser | undefined> =>
  isThere ? await chromium.launch({executablePath, args: ['--no-sandbox']}) : undefined

export interface Visit {
  readonly page: Page
  /** Errors, refused by the policy or thrown, and requests to anybody but the issuer. */
  readonly complaints: readonly string[]
}

/** A visitor whose clock shows the stage's hour. */
export async function visit(
  browser: Browser | undefined,
  url: string,
  options: BrowserContextOptions & {readonly now?: number} = {},
): Promise<Visit> {
  if (browser === undefined) throw new Error('there is no browser')
  const {now = asked, ...more} = options
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...more})
  const page = await context.newPage()
  const complaints: string[] = []
  const {origin} = new URL(url)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const asks = request.url()
    if (!asks.startsWith(origin) && !/^(?:data|file|blob):/.test(asks)) complaints.push(`asked ${asks}`)
  })
  await page.clock.setFixedTime(now)
  await page.goto(url)
  return {page, complaints}
}

/**
 * A page in each of its looks, in one test each: opened once, since it costs ten times what another look at it does, and
 * how it looks is for its style sheets alone to say.
 */
export function testLooks(title: string, open: () => Promise<Visit>, check: (seen: Visit) => Promise<void>): void {
  let seen: Visit | undefined
  afterAll(() => seen?.page.context().close())
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [375, 1280]) {
      testInBrowser(`${title}, ${colorScheme}, ${width} wide`, async () => {
        seen ??= await open()
        const {page} = seen
        await page.emulateMedia({colorScheme})
        await page.setViewportSize({width, height: 900})
        for (const closed of await page.locator('details:not([open]) > summary').all()) await closed.click()
        await check(seen)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      })
    }
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong, as `rule: element`. Run by the debugger's door, which the page's policy does not close. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe)
  const found = await page.evaluate(
    `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
      .then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({target}) => id + ': ' + target.join(' '))))`,
  )
  return found as readonly string[]
}
