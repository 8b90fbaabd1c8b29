/** What a running issuer mints and publishes, verified by openssl and Python's standard library, without any code of ours. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from '../acceptance/stage.ts'
import {opensslVerdict, whyNoOpenssl} from './openssl.ts'

const reason = whyNoOpenssl()
const maybe = reason === undefined ? test : test.skip
const because = reason === undefined ? '' : ` (${reason})`

let stage: Stage | undefined
beforeAll(async () => {
  if (reason !== undefined) return
  stage = await Stage.open()
  await stage.authorize()
})
afterAll(() => stage?.close())

const open = (): Stage => {
  if (stage === undefined) throw new Error('the stage did not open')
  return stage
}

maybe(`openssl verifies the receipt of the check run, and the one that the issuer serves${because}`, async () => {
  const text = open().receiptText()
  expect(opensslVerdict(text)).toBe('verified')
  const {id, publicKey} = JSON.parse(text) as {id: string; publicKey: string}
  expect(publicKey).toBe(open().issuer.pin)
  const served = await (await fetch(`${open().issuer.url}/v1/receipts/${id}`)).text()
  expect(opensslVerdict(served)).toBe('verified')
})

maybe(`openssl refuses the receipt when any member of it is changed${because}`, () => {
  const text = open().receiptText()
  const receipt = JSON.parse(text) as Record<string, unknown>
  const signed = Object.keys(receipt).filter((name) => name !== 'signature' && name !== 'publicKey')
  const verdicts = signed.map((name) => [name, opensslVerdict(JSON.stringify({...receipt, [name]: 'changed'}))])
  expect(verdicts).toEqual(signed.map((name) => [name, 'refused']))
  const without = Object.entries(receipt).filter(([name]) => name !== 'flags')
  expect(opensslVerdict(JSON.stringify(Object.fromEntries(without)))).toBe('refused')
})
