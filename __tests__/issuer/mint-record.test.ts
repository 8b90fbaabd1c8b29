/** Ledger records and states as they are minted: others can recompute every digest in them. */
import {describe, expect, test} from '@jest/globals'
import {canonicalBytes, checkSuccession, digestOf, frontierRoot, microsTimeToMicros, printMicrosTime} from '#protocol'
import {mintFirstEntry, mintRecord, nextTime} from '../../issuer/mint/mint-record.ts'
import {sealPolicy} from '../../issuer/policy/built-in.ts'
import {makeKey} from '../protocol/builders.ts'
import {aCase, aLedgerHead, decidedAt, decision, evidenceOf, production, receiptFor, repositoryId} from './builders.ts'

const key = makeKey()

describe('a record', () => {
  const asked = aCase()
  const evidence = evidenceOf(asked)
  const policy = sealPolicy(asked.policy).text
  const token = 'the token'
  const moment = printMicrosTime(decidedAt * 1000)

  test('of an ALLOW is the next entry, with the receipt and the tree after it', () => {
    const ledger = aLedgerHead()
    const receipt = receiptFor(key)
    const record = mintRecord({head: ledger, decision, case: asked, policy, evidence, receipt, token, at: moment})
    expect(checkSuccession(ledger.last, record.entry)).toBeUndefined()
    expect(record.entry).toMatchObject({
      ledger: ledger.origin,
      seq: 1,
      time: '2026-04-02T14:30:00.345000Z',
      event: 'receipt.issued',
      subject: receipt.id,
      digests: {
        decision,
        token: digestOf(token),
        evidence: evidence.digest,
        receipt: digestOf(canonicalBytes(receipt)),
      },
    })
    expect(record.frontier.size).toBe(2)
    expect(frontierRoot(record.frontier)).not.toBe(frontierRoot(ledger.frontier))
    expect(record).toMatchObject({
      decision,
      scope: {repositoryId, environment: production},
      repository: 'octo-org/api-service',
      ownerId: 9919,
      public: true,
      receipt,
      evidence: evidence.text,
      token,
    })
    expect(digestOf(record.policy)).toBe(receipt.policy)
  })

  test('of a DENY carries token and evidence', () => {
    const {entry, receipt} = mintRecord({
      head: aLedgerHead(),
      decision,
      case: asked,
      policy,
      evidence,
      token,
      at: moment,
    })
    expect(receipt).toBeUndefined()
    expect(entry).toMatchObject({event: 'decision.made', subject: decision})
    expect(entry.digests).toEqual({token: digestOf(token), evidence: evidence.digest})
  })

  test('comes one microsecond after its predecessor when the clock has gone back', () => {
    const ledger = aLedgerHead(decidedAt + 60_000)
    const at = nextTime(ledger, decidedAt)
    const {entry} = mintRecord({head: ledger, decision, case: asked, policy, evidence, token, at})
    expect(microsTimeToMicros(entry.time)).toBe(microsTimeToMicros(ledger.last.time) + 1)
    expect(checkSuccession(ledger.last, entry)).toBeUndefined()
  })

  test('names no person and no repository in its entry', () => {
    const {entry} = mintRecord({
      head: aLedgerHead(),
      decision,
      case: asked,
      policy,
      evidence,
      token,
      receipt: receiptFor(key),
      at: moment,
    })
    expect(JSON.stringify(entry)).not.toMatch(/octo|1296269|583231/)
  })
})

test('a ledger begins with its origin and its keys', () => {
  const entry = mintFirstEntry({
    host: 'countersign.example',
    random: 'f'.repeat(32),
    keys: digestOf('k'),
    now: decidedAt,
  })
  expect(checkSuccession(undefined, entry)).toBeUndefined()
  expect(entry).toMatchObject({
    ledger: `countersign.example/${'f'.repeat(32)}`,
    seq: 0,
    event: 'ledger.created',
    subject: `countersign.example/${'f'.repeat(32)}`,
    digests: {keys: digestOf('k')},
  })
})
