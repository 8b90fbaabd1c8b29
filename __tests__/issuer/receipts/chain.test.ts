/** The list of receipts as `countersign audit` pages it: a chain over several pages of a real store. */
import type {AddressInfo} from 'node:net'
import {type ServerType, serve} from '@hono/node-server'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type Receipt, parseOrigin} from '#protocol'
import {walkChain} from '../../../src/cli/audit/chain.ts'
import {EarlierReceipts, fetchEarlier} from '../../../src/cli/audit/earlier.ts'
import {must} from '../builders.ts'
import {type Stage, setStage} from './stage.ts'

const count = 45
const shaOf = (n: number): string => n.toString(16).padStart(40, '0')

let stage: Stage
let server: ServerType
let receipts: readonly Receipt[]
beforeAll(async () => {
  stage = await setStage()
  const issued: Receipt[] = []
  for (let n = 1; n <= count; n++) {
    // Every seventh is for another environment, and no part of the chain.
    const environment = n % 7 === 0 ? 'staging' : 'production'
    const before = n > 1 && (n - 1) % 7 === 0 ? n - 2 : n - 1
    const receiptScope = {environment, sha: shaOf(n), since: shaOf(before)}
    issued.push(await stage.issue(n, {receiptScope}))
  }
  receipts = issued.filter(({scope}) => scope.environment === 'production')
  server = await new Promise<ServerType>((resolve) => {
    const opened = serve({fetch: stage.app.fetch, hostname: '127.0.0.1', port: 0}, () => resolve(opened))
  })
})
afterAll(async () => {
  server.close()
  await stage.close()
})

test('the whole chain is read in as many pages as it has, to the ground', async () => {
  const issuer = must(parseOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  const newest = must(receipts.at(-1))
  const seen: number[] = []
  const asking = {issuer, auditorToken: undefined, progress: (read: number) => void seen.push(read)}
  const pins = new Map([[newest.publicKey, {key: newest.publicKey, status: 'trusted' as const}]])
  const chain = await walkChain(newest, new EarlierReceipts(fetchEarlier(newest, asking)), {receipts: pins})
  expect(chain.receipts.map(({id}) => id)).toEqual(receipts.map(({id}) => id).toReversed())
  expect(chain.end).toEqual({kind: 'ground', since: shaOf(0)})
  expect(seen).toEqual([20, receipts.length - 1])
})
