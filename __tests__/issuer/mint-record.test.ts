/** Evidence, ledger records and states as they are minted: others can recompute every digest in them. */
import {describe, expect, test} from '@jest/globals'
import {
  type Receipt,
  canonicalBytes,
  canonicalJson,
  checkSuccession,
  digestOf,
  frontierRoot,
  microsTimeToMicros,
} from '#protocol'
import {mintEvidence} from '../../issuer/mint/mint-evidence.ts'
import {mintKeySet} from '../../issuer/mint/mint-key-set.ts'
import {receiptIdOf} from '../../issuer/mint/mint-receipt.ts'
import {foldScope, mintFirstEntry, mintRecord} from '../../issuer/mint/mint-record.ts'
import {evaluate} from '../../issuer/policy/rules.ts'
import type {ScopeState} from '../../issuer/store/store.ts'
import {makeKey} from '../protocol/builders.ts'
import {
  aCase,
  aLedgerHead,
  aStatement,
  bodyDigest,
  decidedAt,
  decision,
  evidenceOf,
  head,
  nonce,
  production,
  receiptFor,
  repositoryId,
} from './builders.ts'

const key = makeKey()

describe('evidence', () => {
  test('is canonical JSON with the facts, every outcome and the nonce, under its digest', () => {
    const asked = aCase()
    const {text, digest} = evidenceOf(asked)
    const parsed = JSON.parse(text) as Record<string, unknown>
    expect(text).toBe(canonicalJson(parsed))
    expect(digest).toBe(digestOf(text))
    expect(parsed).toMatchObject({
      type: 'countersign.facts/v1',
      decision,
      nonce,
      statement: {pullRequest: 42, comment: {id: 99262140}},
      request: {environment: 'production', sha: head},
      standing: {author: {login: 'octocat'}, bodyDigest},
      change: {pullRequest: {number: 42}, since: {commits: 3}},
      outcomes: evaluate(asked).outcomes,
    })
    expect(text).not.toContain('/authorize')
  })

  test('of facts that JSON cannot say is still minted', () => {
    const lone = String.fromCharCode(0xd800)
    const asked = aCase({
      standing: {createdAt: NaN},
      change: {since: undefined, authors: {kind: 'seen', people: [{name: `x${lone}`, email: '', id: undefined}]}},
    })
    expect(JSON.parse(evidenceOf(asked).text)).toMatchObject({
      standing: {createdAt: null},
      change: {authors: {people: [{name: 'x\ufffd', email: ''}]}},
    })
  })

  test('of the same facts under another nonce has another digest', () => {
    const order = {decision, statement: aStatement(), case: aCase(), outcomes: []}
    expect(mintEvidence({...order, nonce}).digest).not.toBe(mintEvidence({...order, nonce: 'f'.repeat(32)}).digest)
  })
})

describe('a record', () => {
  const asked = aCase()
  const evidence = evidenceOf(asked)

  test('of an ALLOW is the next entry, with the receipt and the tree after it', () => {
    const ledger = aLedgerHead()
    const receipt = receiptFor(key)
    const record = mintRecord({head: ledger, decision, case: asked, evidence, receipt, now: decidedAt})
    expect(checkSuccession(ledger.last, record.entry)).toBeUndefined()
    expect(record.entry).toMatchObject({
      ledger: ledger.origin,
      seq: 1,
      time: '2026-04-02T14:30:00.345000Z',
      event: 'receipt.issued',
      subject: receipt.id,
      digests: {decision, evidence: evidence.digest, receipt: digestOf(canonicalBytes(receipt))},
    })
    expect(record.frontier.size).toBe(2)
    expect(frontierRoot(record.frontier)).not.toBe(frontierRoot(ledger.frontier))
    expect(record).toMatchObject({
      decision,
      scope: {repositoryId, environment: production},
      repository: 'octo-org/api-service',
      public: true,
      receipt,
      evidence: evidence.text,
    })
    expect(digestOf(record.policy)).toBe(receipt.policy)
  })

  test('of a DENY carries the evidence alone', () => {
    const {entry, receipt} = mintRecord({head: aLedgerHead(), decision, case: asked, evidence, now: decidedAt})
    expect(receipt).toBeUndefined()
    expect(entry).toMatchObject({event: 'decision.made', subject: decision, digests: {evidence: evidence.digest}})
    expect(Object.keys(entry.digests)).toEqual(['evidence'])
  })

  test('comes one microsecond after its predecessor when the clock has gone back', () => {
    const ledger = aLedgerHead(decidedAt + 60_000)
    const {entry} = mintRecord({head: ledger, decision, case: asked, evidence, now: decidedAt})
    expect(microsTimeToMicros(entry.time)).toBe(microsTimeToMicros(ledger.last.time) + 1)
    expect(checkSuccession(ledger.last, entry)).toBeUndefined()
  })

  test('names no person and no repository in its entry', () => {
    const {entry} = mintRecord({
      head: aLedgerHead(),
      decision,
      case: asked,
      evidence,
      receipt: receiptFor(key),
      now: decidedAt,
    })
    expect(JSON.stringify(entry)).not.toMatch(/octo|1296269|583231/)
  })
})

describe('the state of a scope', () => {
  const receipt = receiptFor(key)
  const earlier = {...receiptFor(key), id: receiptIdOf(decision.replace('01j', '01h') as typeof decision)}
  const expiry = Date.parse('2026-04-02T15:30:00Z')
  const live = (one: Receipt) => ({
    id: one.id,
    sha: head,
    pullRequest: 42,
    authorizedBy: 'octocat',
    expiresAt: expiry,
  })

  test('begins with the first receipt', () => {
    expect(foldScope({receipts: []}, receipt, decidedAt)).toEqual({receipts: [live(receipt)], lastAuthorised: head})
  })

  test('keeps what is alive, the newest last, and drops what is over', () => {
    const state: ScopeState = foldScope({receipts: []}, earlier, decidedAt)
    expect(foldScope(state, receipt, expiry - 1).receipts).toEqual([live(earlier), live(receipt)])
    expect(foldScope(state, receipt, expiry).receipts).toEqual([live(receipt)])
    expect(foldScope(state, receipt, NaN).receipts).toEqual([live(receipt)])
  })

  test('holds a receipt once', () => {
    const once = foldScope({receipts: []}, receipt, decidedAt)
    expect(foldScope(once, receipt, decidedAt)).toEqual(once)
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

test('a key set lists the receipt key, which is to sign it', () => {
  expect(mintKeySet({publicKey: key.pin, notBefore: decidedAt - 1000, version: 1, now: decidedAt})).toEqual({
    type: 'countersign.keys/v1',
    keys: [
      {
        publicKey: key.pin,
        use: 'receipt',
        status: 'active',
        notBefore: '2026-04-02T14:29:59Z',
        notAfter: null,
        revokedAt: null,
      },
    ],
    version: 1,
    at: '2026-04-02T14:30:00Z',
    publicKey: key.pin,
  })
})
