/** Each badge as Chromium draws it: its colours, words that fit and can be read, on white paper and on black. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Browser} from 'playwright-core'
import {parseCommitSha, parseLogin} from '#protocol'
import {drawBadge, sayBadge} from '../../issuer/pages/badge/draw.ts'
import type {BadgeStatus} from '../../issuer/pages/badge/status.ts'
import {must} from '../issuer/builders.ts'
import {openBrowser, testInBrowser} from './chromium.ts'
import {type Pixels, colourAt, contrast, readPixels} from './pixels.ts'

let browser: Browser | undefined
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => await browser?.close())

const labelColour = '444c56'
const papers = {light: 'ffffff', dark: '0d1117'} as const

interface Expected {
  readonly status: BadgeStatus
  readonly message: string
  readonly colour: string
}

const plain = (kind: Exclude<BadgeStatus['kind'], 'authorized'>, colour: string): Expected => ({
  status: {kind},
  message: kind,
  colour,
})
const [green, amber, red, brown, grey] = ['17713f', '8a5a00', 'b3261e', '9a3b00', '636a72'] as const

/** Typed over the union: a state that is forgotten does not compile. */
const states: Readonly<Record<BadgeStatus['kind'], Expected>> = {
  authorized: {
    status: {kind: 'authorized', by: must(parseLogin('octocat')), sha: must(parseCommitSha('3f2a9c0'.padEnd(40, '0')))},
    message: 'authorized by octocat · 3f2a9c0',
    colour: green,
  },
  pending: plain('pending', amber),
  denied: plain('denied', red),
  expired: plain('expired', grey),
  revoked: plain('revoked', grey),
  emergency: plain('emergency', brown),
  unknown: plain('unknown', grey),
}

interface Drawn extends Pixels {
  readonly label: string
  readonly message: string
  /** Where the message's box begins, and how much room is left at the end of each text. */
  readonly begins: number
  readonly room: readonly number[]
}

/** Four times as large, so that strokes have pixels of their own colour; with the words as the browser lays them out. */
async function draw(svg: string, paper: string): Promise<Drawn> {
  if (browser === undefined) throw new Error('there is no browser')
  const context = await browser.newContext({deviceScaleFactor: 4, viewport: {width: 400, height: 60}})
  const page = await context.newPage()
  await page.setContent(`<body style="margin:0;background:#${paper}">${svg}`)
  const laid = await page.evaluate<Omit<Drawn, keyof Pixels>>(`(() => {
    const [label, message] = [...document.querySelectorAll('rect')].map((box) => box.getBoundingClientRect())
    const texts = [...document.querySelectorAll('text[fill="#fff"]')]
    const boxes = texts.map((text) => text.getBoundingClientRect())
    return {
      label: texts[0].textContent,
      message: texts[1].textContent,
      begins: message.left * 4,
      room: [label.right - boxes[0].right, boxes[0].left - label.left, message.right - boxes[1].right,
        boxes[1].left - message.left],
    }
  })()`)
  const png = await page.locator('svg').screenshot()
  const pixels = await readPixels(page, png)
  await context.close()
  return {...laid, ...pixels}
}

/** The colours of a part, from the most to the least frequent. */
function coloursOf(pixels: Pixels, {from, to}: {readonly from: number; readonly to: number}): readonly string[] {
  const counts = new Map<string, number>()
  for (let y = 0; y < pixels.height; y++) {
    for (let x = Math.ceil(from); x < Math.floor(to); x++) {
      const colour = colourAt(pixels, x, y)
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour)
}

describe.each(Object.entries(states))('%s', (_kind, {status, message, colour}) => {
  const badge = sayBadge('production', status)

  for (const [name, paper] of Object.entries(papers)) {
    testInBrowser(`has its colour, and white words that are read on it, on ${name} paper`, async () => {
      const drawn = await draw(drawBadge(badge), paper)
      expect([drawn.label, drawn.message]).toEqual(['production', message])
      for (const [part, ground] of [
        [{from: 0, to: drawn.begins}, labelColour],
        [{from: drawn.begins, to: drawn.width}, colour],
      ] as const) {
        const [most, second] = coloursOf(drawn, part)
        expect([most, second]).toEqual([ground, 'ffffff'])
        expect(contrast(ground, 'ffffff')).toBeGreaterThanOrEqual(4.5)
        expect(contrast(ground, paper)).toBeGreaterThan(1.5)
      }
      for (const space of drawn.room) expect(space).toBeGreaterThan(2)
    })
  }
})

testInBrowser('a badge stands in a page as a picture of its own size, with its words for readers', async () => {
  if (browser === undefined) throw new Error('there is no browser')
  const page = await browser.newPage()
  const svg = drawBadge(sayBadge('production', states.authorized.status))
  await page.setContent(`<img src="data:image/svg+xml,${encodeURIComponent(svg)}">`)
  const size = await page.evaluate('document.images[0].decode().then(() => document.images[0].height)')
  expect(size).toBe(20)
  await page.setContent(svg)
  expect(await page.getByRole('img').getAttribute('aria-label')).toBe(`production: ${states.authorized.message}`)
  await page.close()
})
