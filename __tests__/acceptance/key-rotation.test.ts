/** A rotation as operators and workflows live it: the issuer runs on, its pins change one by one, and nobody is refused. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type KeySet, type PublicKey, parseKeySet} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'
import {checkedEntries} from './ledger.ts'
import {operate} from './operator.ts'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let old: string
beforeAll(async () => {
  stage = await Stage.open()
  old = stage.issuer.pin
})
afterAll(() => stage.close())

const keys = (...words: readonly string[]): string => operate(stage, 'keys', ...words)

async function published(): Promise<KeySet> {
  const text = await (await fetch(`${stage.issuer.url}/.well-known/countersign-keys.json`)).text()
  const parsed = parseKeySet(JSON.parse(text))
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

/** Waits until that key signs what is published. */
async function signedBy(key: string): Promise<KeySet> {
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    const keySet = await published()
    if (keySet.publicKey === key) return keySet
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${key} to sign`)
}

const signerOf = (receipt: string): PublicKey => (JSON.parse(receipt) as {publicKey: PublicKey}).publicKey
const warningsOf = ({annotations}: StepResult): string =>
  annotations.flatMap(({level, message}) => (level === 'warning' ? [message] : [])).join('\n')
const pins = (...lines: readonly string[]) => ({with: {'public-key': lines.join('\n')}})

test('while a rotation overlaps the old key signs on: jobs deploy with its pin, and are told to pin the new one too', async () => {
  await stage.authorize()
  const next = keys('rotate')
  expect(await published()).toMatchObject({publicKey: old, version: 2})
  await stage.authorize()
  expect(signerOf(stage.receiptText())).toBe(old)
  for (const lines of [[old], [old, next]]) {
    const job = await stage.gate(pins(...lines))
    expectAllowed(job, stage.head)
    expect(warningsOf(job)).toContain(`The issuer is giving up ${old}`)
  }
  expect(keys('rotate', '--now')).toBe(next)
  expect(await published()).toMatchObject({publicKey: next, version: 3})
})

test('when an overlap is over the new key signs, and what the old one signed before still counts', async () => {
  const {publicKey: before} = await published()
  await stage.authorize()
  const next = keys('rotate', '--overlap', '1s')
  const settled = await signedBy(next)
  expect(settled.keys.map(({publicKey, status}) => [publicKey, status])).toContainEqual([before, 'retired'])
  expect(signerOf(stage.receiptText())).toBe(before)
  expectAllowed(await stage.gate(pins(before, next)), stage.head)
  await stage.authorize()
  expect(signerOf(stage.receiptText())).toBe(next)
  expectAllowed(await stage.gate(pins(next)), stage.head)
})

test('a stolen key is replaced at once and revoked: what it signed is refused, what its successor signs is not', async () => {
  const stolen = (await published()).publicKey
  await stage.authorize()
  const next = keys('rotate', '--now')
  expectAllowed(await stage.gate(pins(stolen, next)), stage.head)
  keys('revoke', stolen)
  expectRefused(await stage.gate(pins(stolen, next)), 'key_revoked')
  await stage.authorize()
  expect(signerOf(stage.receiptText())).toBe(next)
  expectAllowed(await stage.gate(pins(stolen, next)), stage.head)
})

test('a restart finds the same keys, and the ledger is one chain that tells of each change', async () => {
  const before = await published()
  await stage.issuer.stop()
  await stage.issuer.restart()
  expect(await published()).toEqual(before)
  const events = (await checkedEntries(stage)).map(({event}) => event)
  expect(events.filter((event) => event === 'key.rotated')).toHaveLength(5)
})
