/** Set-up in a real browser: the whole way with and without scripts, in each of its looks, under its own policy. */
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Browser, BrowserContextOptions, Page} from 'playwright-core'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {type SetupStage, openSetupStage, token} from '../issuer/setup/stage.ts'
import {type Visit, findBarriers, openBrowser, testInBrowser, visit} from './chromium.ts'

let browser: Browser | undefined
let github: Sandbox
beforeAll(async () => {
  browser = await openBrowser()
  github = await startSandbox()
  github.world.addUser({login: 'octocat'})
  github.world.addOrganization({login: 'octo-org'})
})
afterAll(async () => {
  await browser?.close()
  await github.close()
})

/** Where to put pictures of what is seen, to look at them. */
const album = process.env['SCREENSHOTS']

async function look({page, complaints}: Visit, name: string): Promise<void> {
  if (album !== undefined) {
    mkdirSync(album, {recursive: true})
    await page.screenshot({path: join(album, `${name}.png`), fullPage: true})
  }
  expect(await findBarriers(page)).toEqual([])
  const toOthers = complaints.filter((one) => !one.startsWith(`asked ${github.url}`))
  // Chromium writes every answer that is a refusal to its console.
  expect(toOthers.filter((one) => !one.startsWith('Failed to load resource'))).toEqual([])
  const width = page.viewportSize()?.width
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
}

const heading = async (page: Page): Promise<string> => await page.locator('h1').innerText()

async function onStage(work: (stage: SetupStage) => Promise<void>): Promise<void> {
  const stage = await openSetupStage({githubUrl: github.url})
  try {
    await work(stage)
  } finally {
    await stage.close()
  }
}

async function setOut(stage: SetupStage, organization: string, options: BrowserContextOptions): Promise<Visit> {
  const seen = await visit(browser, `${stage.url}/setup`, options)
  await seen.page.getByLabel('Set-up token').fill(token)
  await seen.page.getByLabel('Organization that will own the App').fill(organization)
  await seen.page.getByRole('button', {name: 'Continue'}).click()
  return seen
}

let apps = 0
/** GitHub has each name once. */
const nextOrganization = (): string => {
  const login = `octo-org-${++apps}`
  github.world.addOrganization({login})
  return login
}

describe('the way through has no barrier and no complaint', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [375, 1280]) {
      testInBrowser(`${colorScheme}, ${width} wide`, async () => {
        await onStage(async (stage) => {
          const name = (page: string): string => `${page}-${colorScheme}-${width}`
          const options = {colorScheme, viewport: {width, height: 900}}
          const first = await visit(browser, `${stage.url}/setup`, options)
          await look(first, name('1-question'))
          await first.page.getByLabel('Set-up token').fill('guessed')
          await first.page.getByRole('button', {name: 'Continue'}).click()
          await look(first, name('2-refused'))
          const seen = await setOut(stage, nextOrganization(), options)
          expect(await heading(seen.page)).toBe('Now on GitHub.')
          await look(seen, name('3-departure'))
          await seen.page.getByRole('button', {name: /^Create the App/}).click()
          expect(await heading(seen.page)).toBe('The App is ready.')
          await look(seen, name('4-arrival'))
          await seen.page.reload()
          expect(await heading(seen.page)).toBe('There is nothing to set up.')
          await look(seen, name('5-closed'))
          await Promise.all([first.page.context().close(), seen.page.context().close()])
        })
      })
    }
  }
})

testInBrowser('it needs no script', async () => {
  await onStage(async (stage) => {
    const {page} = await setOut(stage, nextOrganization(), {javaScriptEnabled: false})
    await page.getByRole('button', {name: /^Create the App/}).click()
    expect(await heading(page)).toBe('The App is ready.')
    expect(await page.locator('button:visible').count()).toBe(0)
    await page.context().close()
  })
})

testInBrowser('the cookie is not for scripts, and another browser has no part in it', async () => {
  await onStage(async (stage) => {
    const {page} = await setOut(stage, nextOrganization(), {})
    expect(await page.evaluate('document.cookie')).toBe('')
    const target = await page.locator('form').getAttribute('action')
    const state = new URL(target ?? '').searchParams.get('state') ?? ''
    const other = await visit(browser, `${stage.url}/setup/callback?code=0123&state=${state}`, {
      viewport: {width: 375, height: 900},
    })
    expect(await heading(other.page)).toBe('This set-up did not begin here.')
    await look(other, '6-wrong-browser-375')
    await Promise.all([page.context().close(), other.page.context().close()])
  })
})

testInBrowser('its forms lead to the issuer and to GitHub alone', async () => {
  await onStage(async (stage) => {
    const {page} = await setOut(stage, nextOrganization(), {})
    const told = page.waitForEvent('console', (message) => message.text().includes('form-action'))
    await page.evaluate(
      `document.querySelector('form').action = 'http://127.0.0.1:1/'; document.querySelector('form').submit()`,
    )
    await told
    expect(await heading(page)).toBe('Now on GitHub.')
    await page.context().close()
  })
})
