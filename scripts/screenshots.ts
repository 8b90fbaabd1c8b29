/**
 * Takes the pictures of docs/images/ from the real pages, over records made on the spot, and from what is written on
 * GitHub. Wants Chromium; fonts decide the look (with one for emoji).
 */
import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {type Browser, chromium} from 'playwright-core'
import {seedStory} from '../__tests__/issuer/pages/story.ts'
import {type Stage, asked, openStage} from '../__tests__/issuer/pages/stage.ts'
import {pageOf, panelMarkdown, refusalMarkdown} from './markdown-pictures.ts'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'images')

interface Shot {
  readonly name: string
  readonly path: string
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
  /** A button whose work is to be seen. */
  readonly press?: string
}

async function take(browser: Browser, stage: Stage, {name, path, width, height, scheme, press}: Shot): Promise<void> {
  const context = await browser.newContext({colorScheme: scheme, viewport: {width, height}})
  const page = await context.newPage()
  await page.clock.setFixedTime(asked)
  await page.goto(stage.url + path)
  if (press !== undefined) {
    await page.getByRole('button', {name: press}).click()
    await page.locator('#verdict[data-tone="holds"]').waitFor()
  }
  await page.screenshot({path: join(folder, `${name}.png`)})
  await context.close()
}

/** As high as its words. */
async function takeMarkdown(browser: Browser, name: string, markdown: string): Promise<void> {
  const context = await browser.newContext({colorScheme: 'light', viewport: {width: 980, height: 400}})
  const page = await context.newPage()
  await page.setContent(await pageOf(markdown))
  await page.screenshot({path: join(folder, `${name}.png`), fullPage: true})
  await context.close()
}

async function main(): Promise<number> {
  if (!existsSync(executablePath)) {
    process.stderr.write(`no Chromium at ${executablePath}: install it, or name it in CHROMIUM\n`)
    return 1
  }
  mkdirSync(folder, {recursive: true})
  const stage = await openStage()
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox']})
  try {
    const story = await seedStory(stage)
    const shots: readonly Shot[] = [
      {name: 'receipt', path: `/r/${story.active.id}`, width: 1280, height: 760, scheme: 'light'},
      {name: 'receipt-revoked-dark', path: `/r/${story.revoked.id}`, width: 1280, height: 760, scheme: 'dark'},
      {name: 'receipt-narrow', path: `/r/${story.active.id}`, width: 375, height: 812, scheme: 'light'},
      {name: 'ledger', path: '/ledger', width: 1280, height: 760, scheme: 'light', press: 'Verify in my browser'},
      {name: 'home', path: '/', width: 1280, height: 760, scheme: 'light'},
    ]
    for (const shot of shots) await take(browser, stage, shot)
    await takeMarkdown(browser, 'panel', panelMarkdown())
    await takeMarkdown(browser, 'refused', await refusalMarkdown())
  } finally {
    await browser.close()
    await stage.close()
  }
  return 0
}

process.exitCode = await main()
