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
  printCheckpoint,
  printMicrosTime,
  printPublicKey,
  printVerifierKey,
  sealEntry,
  secondsTimeToMs,
} from '#protocol'
import {mintFirstEntry} from '../../mint/mint-record.ts'
import {makeDemoClaims, mintDemoReceipt} from './demo-body.ts'
import type {Happening} from './happened.ts'
import type {ReceiptFrame} from './page.ts'
import type {ReceiptProof} from './proof.ts'

export interface Demo {
  readonly proof: ReceiptProof
  readonly keys: Pick<ReceiptFrame, 'pin' | 'pinned' | 'standing' | 'ledgerKey'>
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
    const [entry, began, ended] = enterDeployment(receipt, first)
    const root = rootOf([first, entry, began, ended])
    const head = {origin: first.ledger, size: 4, root}
    const signature = signBytes(new TextEncoder().encode(checkpointText(head)))
    return {
      proof: {
        receipt,
        state: 'active',
        public: true,
        happened: [happeningOf(began), {...happeningOf(ended), outcome: 'success'}],
        token: {text: undefined, claims: makeDemoClaims(receipt)},
        entry,
        inclusion: {seq: 1, size: 4, hash: entry.hash, proof: [first.hash, rootOf([began, ended])]},
        checkpoint: printCheckpoint({...head, publicKey: pin, signature}),
      },
      keys: {pin, pinned: pin, standing: 'current', ledgerKey: printVerifierKey(first.ledger, pin)},
    }
  }
}

const rootOf = (entries: readonly Entry[]): string =>
  frontierRoot(entries.reduce((frontier, {hash}) => appendLeaf(frontier, hash), emptyFrontier))

const runId = '9731245008'

/** The receipt, and the run that used it two minutes later. */
function enterDeployment(receipt: Receipt, first: Entry): readonly [Entry, Entry, Entry] {
  const issued = secondsTimeToMs(receipt.issuedAt)
  const follow = (before: Entry, at: number) => ({
    type: 'countersign.entry/v1' as const,
    ledger: first.ledger,
    seq: before.seq + 1,
    prev: before.hash,
    time: printMicrosTime(at * 1000),
    subject: receipt.id,
  })
  const {decision, evidence} = receipt
  const entry = sealEntry({
    ...follow(first, issued),
    event: 'receipt.issued',
    digests: {decision, evidence, receipt: digestOf(canonicalBytes(receipt))},
  })
  const digests = {run: digestOf(runId)}
  const began = sealEntry({...follow(entry, issued + 120_000), event: 'deploy.started', digests})
  const ended = sealEntry({...follow(began, issued + 300_000), event: 'deploy.finished', digests})
  return [entry, began, ended]
}

const happeningOf = ({event, seq, time}: Entry): Happening => ({event, seq, at: time, run: {id: runId}})
