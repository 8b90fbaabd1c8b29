/** `countersign export` from an issuer with a long ledger: the period is found with few questions, shown or masked. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Entry, canonicalJson, firstPrev, publicJwk} from '#protocol'
import {type Loopback, emptyFolder, serve} from '../action/asks.ts'
import {must} from '../issuer/builders.ts'
import {makeKey} from '../protocol/builders.ts'
import {key, ledgerKey, makeLedger, mask, ndjson, proveInclusion, reportOf, sign} from '../protocol/ledger-builders.ts'
import {makeTokenKey} from '../protocol/token-builders.ts'
import {countersign, fileOf, useBuiltCommand} from './command.ts'

useBuiltCommand()

const receiptKey = makeKey()
const jwks = {keys: [publicJwk(makeTokenKey().publicKey)]}
const ledger = makeLedger(5000)
const checkpoint = sign(ledger)
const time = {notBefore: '2026-04-01T00:00:00Z', notAfter: null, revokedAt: null}
const keySet = receiptKey.sign({
  type: 'countersign.keys/v1',
  keys: [
    {publicKey: receiptKey.pin, use: 'receipt', status: 'active', ...time},
    {publicKey: key.pin, use: 'ledger', status: 'active', ...time},
  ],
  version: 1,
  at: '2026-04-01T00:00:00Z',
})

/** What the next answers show of an entry. */
let show: (entry: Entry) => object
let issuer: Loopback
beforeAll(async () => {
  issuer = await serve(answer)
})
afterAll(() => issuer.close())

function answer({url = ''}: IncomingMessage, response: ServerResponse): void {
  const {pathname, searchParams} = new URL(url, 'http://127.0.0.1')
  const number = (name: string): number => Number(searchParams.get(name))
  switch (pathname) {
    case '/v1/ledger/checkpoint':
      return void response.end(checkpoint)
    case '/v1/ledger/entries':
      return void response.end(
        ndjson(ledger.slice(number('start'), number('start') + number('count')).map((entry) => show(entry))),
      )
    case '/v1/ledger/inclusion': {
      const asked = {seq: number('seq'), size: number('size')}
      return void response.end(canonicalJson({...asked, proof: proveInclusion(ledger, asked)}))
    }
    case '/.well-known/jwks.json':
      return void response.end(canonicalJson(jwks))
    case '/.well-known/countersign-keys.json':
      return void response.end(canonicalJson(keySet))
    case `/v1/receipts/${used.subject}/events`: {
      const document: unknown = JSON.parse(reportOf(used.seq))
      return void response.end(canonicalJson({events: [{entry: show(used), document}]}))
    }
    default:
      return void response.writeHead(404).end()
  }
}

/** The one entry of a whole second. */
const used = must(ledger.find(({seq, event}) => seq > 4000 && event === 'receipt.redeemed'))
const from = `${used.time.slice(0, 19)}Z`
const to = `${new Date(Date.parse(from) + 1000).toISOString().slice(0, 19)}Z`

async function exported(): Promise<{readonly folder: string; readonly questions: number}> {
  const before = issuer.requests.length
  const folder = `${emptyFolder()}/pack`
  const token = fileOf(`csat_${'a'.repeat(43)}\n`)
  const {code, err} = await countersign([
    ...['export', '--issuer', issuer.origin, '--auditor-token-file', token],
    ...['--from', from, '--to', to, '--out', folder],
  ])
  expect([code, err]).toEqual([0, ''])
  return {folder, questions: issuer.requests.length - before}
}

async function verdictOf(folder: string): Promise<Record<string, unknown>> {
  const words = ['verify', folder, '--key', receiptKey.pin, '--ledger-key', ledgerKey, '--json']
  return JSON.parse((await countersign(words)).out) as Record<string, unknown>
}

describe('a ledger of five thousand entries', () => {
  test('that are shown: three of them are taken, after few questions', async () => {
    show = (entry) => entry
    const {folder, questions} = await exported()
    expect(questions).toBeLessThan(20)
    expect(await verdictOf(folder)).toMatchObject({
      valid: true,
      anchored: true,
      counts: {entries: 3, runs: 1, masked: 0},
    })
  })

  test('of which most are masked: the search goes on from the shown ones', async () => {
    show = (entry) => (entry.seq % 100 === 0 || Math.abs(entry.seq - used.seq) < 2 ? entry : mask(entry))
    const {folder} = await exported()
    expect(await verdictOf(folder)).toMatchObject({valid: true, anchored: true, counts: {masked: 0}})
  })

  test('that are all masked: nothing is known of them, and the verdict says so', async () => {
    show = mask
    const {folder} = await exported()
    const verdict = await verdictOf(folder)
    expect(verdict).toMatchObject({valid: true, anchored: true, counts: {entries: 5000, masked: 5000}})
    expect(JSON.stringify(verdict['cautions'])).toContain('that nothing was cut off there is not shown')
  })

  test('of which the issuer shows another one: the pack does not verify', async () => {
    show = (entry) => (entry.seq === used.seq ? {...entry, prev: firstPrev} : entry)
    const {folder} = await exported()
    expect(await verdictOf(folder)).toMatchObject({valid: false, anchored: false})
  })
})
