/** A receipt to look at before there is a real one, under a key that is made at start and pinned nowhere. */
import {generateKeyPairSync, randomBytes, sign} from 'node:crypto'
import {
  type Entry,
  type Receipt,
  appendLeaf,
  canonicalBytes,
  checkpointText,
  digestOf,
  emptyFrontier,
  frontierRoot,
  microsTimeToMicros,
  printCheckpoint,
  printMicrosTime,
  printPublicKey,
  printVerifierKey,
  sealEntry,
  secondsTimeToMs,
} from '#protocol'
import {mintFirstEntry} from '../../mint/mint-record.ts'
import {makeDemoClaims, mintDemoReceipt} from './demo-body.ts'
import type {ReceiptFrame} from './page.ts'
import type {ReceiptProof} from './proof.ts'

export interface Demo {
  readonly proof: ReceiptProof
  readonly keys: Pick<ReceiptFrame, 'pin' | 'ledgerKey'>
}

/** Makes the key. What it gives is the demonstration as of a moment, in milliseconds. */
export function openDemo(issuer: string): (now: number) => Demo {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const pin = printPublicKey(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)))
  const signBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, privateKey))
  const random = randomBytes(16).toString('hex')
  return (now) => {
    const receipt = mintDemoReceipt({issuer, publicKey: pin, sign: signBytes, now})
    const first = mintFirstEntry({host: new URL(issuer).host, random, keys: digestOf(pin), now: now - 3_600_000})
    const entry = recordOf(receipt, first)
    const root = frontierRoot([first, entry].reduce((frontier, {hash}) => appendLeaf(frontier, hash), emptyFrontier))
    const head = {origin: first.ledger, size: 2, root}
    const signature = signBytes(new TextEncoder().encode(checkpointText(head)))
    return {
      proof: {
        receipt,
        state: 'active',
        happened: [],
        token: {text: undefined, claims: makeDemoClaims(receipt)},
        entry,
        inclusion: {seq: 1, size: 2, hash: entry.hash, proof: [first.hash]},
        checkpoint: printCheckpoint({...head, publicKey: pin, signature}),
      },
      keys: {pin, ledgerKey: printVerifierKey(first.ledger, pin)},
    }
  }
}

function recordOf(receipt: Receipt, first: Entry): Entry {
  const issued = secondsTimeToMs(receipt.issuedAt) * 1000
  return sealEntry({
    type: 'countersign.entry/v1',
    ledger: first.ledger,
    seq: 1,
    prev: first.hash,
    time: printMicrosTime(Math.max(issued, microsTimeToMicros(first.time) + 1)),
    event: 'receipt.issued',
    subject: receipt.id,
    digests: {decision: receipt.decision, evidence: receipt.evidence, receipt: digestOf(canonicalBytes(receipt))},
  })
}
