/** The visitor's browser verifies a receipt by itself: what holds, each way to break it, and from a saved file. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Browser, Page} from 'playwright-core'
import {makeKey} from '../protocol/builders.ts'
import {type MoreStory, seedMore} from '../issuer/pages/more-story.ts'
import {type Stage, asked, openStage} from '../issuer/pages/stage.ts'
import {type Story, seedStory} from '../issuer/pages/story.ts'
import {openBrowser, testInBrowser, visit} from './chromium.ts'

let browser: Browser | undefined
let stage: Stage
let story: Story
let more: MoreStory
const folder = mkdtempSync(join(tmpdir(), 'countersign-saved-'))

beforeAll(async () => {
  browser = await openBrowser()
  stage = await openStage()
  story = await seedStory(stage)
  more = await seedMore(stage)
})
afterAll(async () => {
  await browser?.close()
  await stage.close()
  rmSync(folder, {recursive: true})
})

const verdictOf = async (page: Page): Promise<string | null> => await page.locator('#verdict').textContent()
const stateOf = async (page: Page): Promise<readonly (string | null)[]> => {
  const state = page.locator('#state')
  return [await state.textContent(), await state.getAttribute('data-tone')]
}
const toneOf = async (page: Page, check: string): Promise<string | null> =>
  await page.locator(`[data-check="${check}"]`).getAttribute('data-tone')
const tonesOf = async (page: Page): Promise<readonly (string | null)[]> =>
  await Promise.all(
    (await page.locator('[data-check]').all()).map(async (line) => await line.getAttribute('data-tone')),
  )

/** Replaces text in a field as somebody who types does. */
async function edit(page: Page, id: string, [before, after]: readonly [string | RegExp, string]): Promise<void> {
  const field = page.locator(`#${id}`)
  const text = await field.inputValue()
  const changed = text.replace(before, after)
  expect(changed).not.toBe(text)
  await put(page, id, changed)
}

/** Fills a field and lets the page judge it, which it does a moment after the last event. */
async function put(page: Page, id: string, text: string): Promise<void> {
  await page.locator(`#${id}`).fill(text)
  await page.evaluate('new Promise((done) => setTimeout(done, 1))')
}

const openDetails = async (page: Page): Promise<void> => await page.locator('summary').click()

describe('a receipt in force', () => {
  testInBrowser('holds line by line, without asking anybody', async () => {
    const {page, complaints} = await visit(browser, stage.receiptUrl(story.active))
    expect(await verdictOf(page)).toBe('Verified in your browser.')
    expect(await tonesOf(page)).toEqual(Array.from({length: 7}, () => 'holds'))
    expect(await page.locator('#seal-words').textContent()).toBe('VERIFIED')
    expect(await stateOf(page)).toEqual(['In force', 'holds'])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  testInBrowser('turns red when one character of it is changed, and back', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    const whole = await page.locator('#receipt').inputValue()
    for (const change of [
      ['"environment": "production"', '"environment": "productioN"'],
      ['"login": "octocat"', '"login": "octocas"'],
      [/1296269/, '1296268'],
      [/"sha": "3f/, '"sha": "4f'],
      [/ed25519:./, 'ed25519:g'],
      [/"action"/, '"Action"'],
    ] as const) {
      await put(page, 'receipt', whole)
      expect(await verdictOf(page)).toBe('Verified in your browser.')
      await edit(page, 'receipt', change)
      expect([change[1], await verdictOf(page)]).toEqual([change[1], 'This does not verify. Do not rely on it.'])
      expect(await page.locator('#verdict').getAttribute('data-tone')).toBe('fails')
      expect(await stateOf(page)).toEqual(['Does not verify', 'fails'])
    }
    await put(page, 'receipt', whole)
    expect(await stateOf(page)).toEqual(['In force', 'holds'])
    await page.context().close()
  })

  testInBrowser('any layout of the same JSON holds', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    await put(page, 'receipt', JSON.stringify(story.active))
    expect(await verdictOf(page)).toBe('Verified in your browser.')
    await page.context().close()
  })

  testInBrowser('is refused under another pinned key, while its own signature still holds', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    await put(page, 'pin', makeKey().pin)
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    expect([await toneOf(page, 'key'), await toneOf(page, 'signature')]).toEqual(['fails', 'holds'])
    await put(page, 'pin', '')
    expect(await toneOf(page, 'key')).toBe('fails')
    await page.context().close()
  })

  testInBrowser('its place in the ledger falls with a changed entry, proof or checkpoint', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    await openDetails(page)
    for (const [id, change, check] of [
      ['entry', [/"seq":\d+/, '"seq":3'], 'entry'],
      ['inclusion', [/"[0-9a-f]{64}"\n {2}\]/, `"${'0'.repeat(64)}"\n  ]`], 'inclusion'],
      ['inclusion', [/"seq": \d+/, '"seq": 4'], 'inclusion'],
      ['checkpoint', [/\n\d+\n/, '\n99\n'], 'checkpoint'],
    ] as const) {
      const whole = await page.locator(`#${id}`).inputValue()
      await edit(page, id, change)
      expect([id, await toneOf(page, check)]).toEqual([id, 'fails'])
      expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
      await put(page, id, whole)
      expect(await verdictOf(page)).toBe('Verified in your browser.')
    }
    await page.context().close()
  })

  testInBrowser('another receipt of its id is not the one in the ledger, whoever signed it', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active))
    const other = stage.key.sign({...story.active, expiresAt: '2026-04-02T16:30:00Z'})
    await put(page, 'receipt', JSON.stringify(other))
    expect([await toneOf(page, 'signature'), await toneOf(page, 'entry')]).toEqual(['holds', 'fails'])
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    await page.context().close()
  })

  testInBrowser('is over for a visitor whose clock is past its life', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active), {now: asked + 3_600_000})
    expect(await verdictOf(page)).toBe('Verified in your browser. It lets nothing out now.')
    expect(await toneOf(page, 'life')).toBe('quiet')
    expect(await page.locator('#seal-words').textContent()).toBe('EXPIRED')
    expect(await stateOf(page)).toEqual(['Expired', 'quiet'])
    await page.context().close()
  })
})

describe('other states', () => {
  testInBrowser('a revoked receipt is genuine and refused, by a revocation that verifies', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.revoked))
    expect(await verdictOf(page)).toBe('Genuine, and revoked: it does not count any more.')
    expect(await page.locator('[data-check="revocation"]').textContent()).toContain('by octocat')
    await edit(page, 'revocation', ['"octocat"', '"octocas"'])
    expect(await verdictOf(page)).toBe('Genuine, and said to be revoked.')
    await page.context().close()
  })

  testInBrowser('a receipt that another key signed is refused', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.damaged))
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    expect(await stateOf(page)).toEqual(['Does not verify', 'fails'])
    await page.context().close()
  })

  testInBrowser('the example holds under a key that the page calls pinned nowhere', async () => {
    const {page} = await visit(browser, `${stage.url}/r/demo`)
    expect(await verdictOf(page)).toBe('The signature holds, under a key that is pinned nowhere.')
    expect(await tonesOf(page)).toEqual(Array.from({length: 7}, () => 'holds'))
    await edit(page, 'receipt', ['octocat', 'octocas'])
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    await page.context().close()
  })

  testInBrowser('a copy button copies what it names', async () => {
    const {page} = await visit(browser, stage.receiptUrl(story.active), {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.getByRole('button', {name: 'Copy the commit'}).click()
    await page.getByText('Copied.').waitFor({state: 'attached'})
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(story.active.scope.sha)
    await page.context().close()
  })
})

describe('the key that signed', () => {
  testInBrowser('counts when it was retired, and is said to sign no more', async () => {
    const {page} = await visit(browser, stage.receiptUrl(more.retired))
    expect(await verdictOf(page)).toBe('Verified in your browser.')
    expect(await page.locator('dl').textContent()).toContain('no longer signs; what it signed still counts')
    await page.context().close()
  })

  testInBrowser('and the one that signed the revocation after it are both pinned', async () => {
    const {page} = await visit(browser, stage.receiptUrl(more.retiredThenRevoked))
    expect(await verdictOf(page)).toBe('Genuine, and revoked: it does not count any more.')
    expect(await page.locator('#pin').inputValue()).toBe(`${stage.olderKey.pin}\n${stage.key.pin}`)
    await page.context().close()
  })

  testInBrowser('vouches for nothing when it was revoked', async () => {
    const {page} = await visit(browser, stage.receiptUrl(more.keyRevoked))
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    expect([await toneOf(page, 'key'), await toneOf(page, 'signature')]).toEqual(['fails', 'holds'])
    expect(await stateOf(page)).toEqual(['Its key was revoked', 'fails'])
    expect(await page.locator('.notice').textContent()).toContain('The key that signed this was revoked.')
    await page.context().close()
  })
})

describe('a saved page', () => {
  const save = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return pathToFileURL(join(folder, name)).href
  }

  testInBrowser('verifies offline, as it was sent', async () => {
    const sent = await (await fetch(stage.receiptUrl(story.active))).text()
    const {page, complaints} = await visit(browser, save('sent.html', sent), {offline: true})
    expect(await verdictOf(page)).toBe('Verified in your browser.')
    await edit(page, 'receipt', ['octocat', 'octocas'])
    expect(await verdictOf(page)).toBe('This does not verify. Do not rely on it.')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  testInBrowser('opened a day later, says that the receipt has expired', async () => {
    const sent = await (await fetch(stage.receiptUrl(story.active))).text()
    const {page} = await visit(browser, save('later.html', sent), {offline: true, now: asked + 86_400_000})
    expect(await verdictOf(page)).toBe('Verified in your browser. It lets nothing out now.')
    expect(await stateOf(page)).toEqual(['Expired', 'quiet'])
    expect(await page.locator('dl').textContent()).toContain('In force, 2 April 2026, 14:40:00 UTC')
    await page.context().close()
  })

  testInBrowser('verifies offline, as a browser writes it after its scripts ran', async () => {
    const {page: online} = await visit(browser, stage.receiptUrl(story.revoked))
    const written = await online.content()
    await online.context().close()
    const {page} = await visit(browser, save('written.html', written), {offline: true})
    expect(await verdictOf(page)).toBe('Genuine, and revoked: it does not count any more.')
    await page.context().close()
  })
})
