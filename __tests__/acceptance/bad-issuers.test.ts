/** Servers that answer in the issuer's place: HTML, errors, redirects, endless and dripping bodies. None holds the job. */
import type {ServerResponse} from 'node:http'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'
import {drip, pour, startWrongIssuer} from './wrong-issuers.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** The gate's words where nobody but this server is asked. */
async function refusedWords(answer: (response: ServerResponse) => void): Promise<string> {
  const issuer = await startWrongIssuer(answer)
  try {
    const step = await stage.gate({with: {'github-token': '', 'issuer-url': issuer.url}, checkout: 'nothing'})
    expect(issuer.asked).toHaveLength(1)
    const words = expectRefused(step, 'source_unreachable')
    expect(words).toContain(`the issuer ${issuer.url}`)
    expect(words).toContain('Check "issuer-url"')
    return words
  } finally {
    await issuer.close()
  }
}

test('a page of HTML is no list of receipts', async () => {
  const page = '<!DOCTYPE html><title>::error::Sign in</title>'
  const words = await refusedWords((response) => response.writeHead(200, {'content-type': 'text/html'}).end(page))
  expect(words).toContain('not the JSON that was asked for')
  expect(words).not.toContain('Sign in')
})

test('JSON of another form is none either', async () => {
  expect(await refusedWords((response) => response.end('{"receipts":{}}'))).toContain('no list "receipts"')
  expect(await refusedWords((response) => response.end('{"receipts":[],"receipts":[]}'))).toContain('not the JSON')
})

test('an error is told with its status', async () => {
  expect(await refusedWords((response) => response.writeHead(500).end('oops'))).toContain('it answered 500')
})

test('a redirect is not followed', async () => {
  const elsewhere = await startWrongIssuer((response) => response.end('{"receipts":[]}'))
  const words = await refusedWords((response) => response.writeHead(302, {location: elsewhere.url}).end())
  expect(words).toContain('it answered 302, a redirect, which is not followed')
  expect(elsewhere.asked).toEqual([])
  await elsewhere.close()
})

test('of an answer of 2 GiB only the beginning is taken', async () => {
  let total = 0
  const sent = (count: number): void => void (total += count)
  const words = await refusedWords((response) => pour(response, {bytes: 2 ** 31, sent}))
  expect(words).toContain('more than 1048576 bytes')
  expect(total).toBeLessThan(64 * 1024 * 1024)
})

test('an answer that drips is left when its time is over', async () => {
  expect(await refusedWords(drip)).toContain('it did not finish its answer in time')
})

test('a connection that breaks off is an outage', async () => {
  const words = await refusedWords((response) => {
    response.writeHead(200, {'content-length': 100}).write('{"receipts":')
    setTimeout(() => response.destroy(), 50)
  })
  expect(words).toMatch(/could not be (reached|asked)/)
})

test('none of them matters where GitHub has the receipt', async () => {
  await stage.authorize()
  const issuer = await startWrongIssuer((response) => response.writeHead(500).end())
  const step = await stage.gate({with: {'issuer-url': issuer.url}})
  // The receipt names its true issuer, which is not the one that this job expects.
  expectRefused(step, 'issuer_mismatch')
  expect(issuer.asked).toHaveLength(1)
  await issuer.close()
  expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
  expect(stage.world.violations).toEqual([])
})
