/**
 * Takes the pictures of docs/images/ from the real pages, over records made on the spot, and from what is written on
 * GitHub. Wants Chromium; fonts decide the look (with one for emoji). Where
 * fontconfig also offers Type 1 fonts, which Chromium cannot read, have it reject them, or headings fall back to Times.
 */
import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {type Browser, type BrowserContext, type Page, chromium} from 'playwright-core'
import {parseOrigin} from '#protocol'
import {must} from '../__tests__/issuer/builders.ts'
import {seedStory} from '../__tests__/issuer/pages/story.ts'
import {type Stage, asked, openStage} from '../__tests__/issuer/pages/stage.ts'
import {allowedMarkdown, pageOf, panelMarkdown, refusalMarkdown} from './markdown-pictures.ts'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'images')

/** What the issuer of the pictures calls itself; it is asked on loopback. */
const issuer = must(parseOrigin('https://countersign.example'))

interface Shot {
  readonly name: string
  readonly path: string
  readonly width: number
  readonly height: number
  readonly scheme?: 'dark'
  /** The one element that is taken. */
  readonly part?: string
  /** What is done before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<unknown>
}

const fileOf = (name: string): string => join(folder, `${name}.png`)

async function takePage(context: BrowserContext, shot: Shot): Promise<void> {
  const {name, path, width, height, scheme = 'light', part, prepare} = shot
  const page = await context.newPage()
  await page.setViewportSize({width, height})
  await page.emulateMedia({colorScheme: scheme})
  await page.clock.setFixedTime(asked)
  await page.goto(issuer + path)
  await prepare?.(page)
  await (part === undefined ? page : page.locator(part)).screenshot({path: fileOf(name)})
  await page.close()
}

/** Every request to the issuer's name goes to where it listens. */
async function openContext(browser: Browser, stage: Stage): Promise<BrowserContext> {
  const context = await browser.newContext()
  await context.route(`${issuer}/**`, async (route) => {
    const response = await route.fetch({url: route.request().url().replace(issuer, stage.url)})
    await route.fulfill({response})
  })
  return context
}

const verifyLedger = async (page: Page): Promise<void> => {
  await page.getByRole('button', {name: 'Verify in my browser'}).click()
  await page.locator('#verdict[data-tone="holds"]').waitFor()
}

/** A sheet of A4 with the margins that the style asks a printer for. */
const print = async (page: Page): Promise<void> => {
  await page.emulateMedia({media: 'print'})
  await page.evaluate('document.body.style.padding = "14mm"')
}

async function takePages(context: BrowserContext, stage: Stage): Promise<void> {
  const {active, revoked} = await seedStory(stage)
  const shots: readonly Shot[] = [
    {name: 'receipt', path: `/r/${active.id}`, width: 1160, height: 640},
    {name: 'receipt-revoked-dark', path: `/r/${revoked.id}`, width: 1160, height: 640, scheme: 'dark'},
    {name: 'receipt-narrow', path: `/r/${active.id}`, width: 375, height: 812},
    {name: 'receipt-printed', path: `/r/${active.id}`, width: 794, height: 1123, prepare: print},
    {name: 'ledger', path: '/ledger', width: 1280, height: 760, prepare: verifyLedger},
    {name: 'badge-page', path: '/badges?repository=octo-org/api-service', width: 1280, height: 1100},
    {name: 'badges', path: '/badges', width: 1280, height: 900, part: '.pictured'},
    {name: 'home', path: '/', width: 1280, height: 760},
  ]
  for (const shot of shots) await takePage(context, shot)
}

/** Without a font for emoji a state is an empty box. */
async function hasEmoji(context: BrowserContext): Promise<boolean> {
  const page = await context.newPage()
  const coloured = await page.evaluate<boolean>(`(() => {
    const paper = new OffscreenCanvas(32, 32).getContext('2d')
    paper.font = '24px sans-serif'
    paper.fillText('✅', 0, 26)
    const {data} = paper.getImageData(0, 0, 32, 32)
    return data.some((byte, i) => i % 4 === 1 && byte > 0)
  })()`)
  await page.close()
  return coloured
}

/** As high as its words. */
async function takeMarkdown(context: BrowserContext): Promise<void> {
  const pictures = {panel: panelMarkdown(), refused: await refusalMarkdown(), allowed: await allowedMarkdown()}
  for (const [name, markdown] of Object.entries(pictures)) {
    const page = await context.newPage()
    await page.setViewportSize({width: 980, height: 400})
    await page.emulateMedia({colorScheme: 'light'})
    await page.setContent(await pageOf(markdown))
    await page.screenshot({path: fileOf(name), fullPage: true})
    await page.close()
  }
}

async function main(): Promise<number> {
  if (!existsSync(executablePath)) {
    process.stderr.write(`no Chromium at ${executablePath}: install it, or name it in CHROMIUM\n`)
    return 1
  }
  mkdirSync(folder, {recursive: true})
  const stage = await openStage(issuer)
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox']})
  try {
    const context = await openContext(browser, stage)
    if (!(await hasEmoji(context))) {
      process.stderr.write('no font has emoji in colour: install one, such as Noto Color Emoji\n')
      return 1
    }
    await takePages(context, stage)
    await takeMarkdown(context)
  } finally {
    await browser.close()
    await stage.close()
  }
  return 0
}

process.exitCode = await main()
