/** How a ledger begins: its keys, its first entry, and the first look that its end can be signed. */
import {randomBytes} from 'node:crypto'
import {type KeySet, canonicalBytes, digestOf, printSignature, signingBytes} from '#protocol'
import type {IssuerKeys} from '../keys/issuer-keys.ts'
import {mintKeySet} from '../mint/mint-key-set.ts'
import {mintFirstEntry} from '../mint/mint-record.ts'
import type {Signer} from '../signing/signer.ts'
import type {Durable} from '../store/sqlite.ts'
import {signCheckpoint} from './checkpoints.ts'

interface Beginning {
  readonly keys: IssuerKeys
  readonly durable: Durable
}

/** Entry 0 names the key set that the ledger begins with. `host` is the issuer's; `now` in milliseconds. */
export async function createLedger(
  {host, keys, durable}: Beginning & {readonly host: string},
  now: number,
): Promise<void> {
  const digest = digestOf(canonicalBytes(await signKeySet(keys.receipt, now)))
  await durable.createLedger(mintFirstEntry({host, random: randomBytes(16).toString('hex'), keys: digest, now}))
}

/** What keeps the ledger's end from being signed: a start that goes on without would add to a ledger that is not whole. */
export async function signLedger({keys, durable}: Beginning): Promise<string | undefined> {
  try {
    await signCheckpoint({...durable, signer: keys.ledger})
    return undefined
  } catch (fault) {
    return `COUNTERSIGN_STORE: ${fault instanceof Error ? fault.message : 'the ledger cannot be signed'}`
  }
}

/** When the ledger began, in milliseconds: since then its keys sign. */
export async function readLedgerStart({entries}: Pick<Durable, 'entries'>): Promise<number> {
  const [first] = await entries.entries(0, 1)
  if (first === undefined) throw new Error('the ledger has no first entry')
  return Date.parse(first.time)
}

/** The same at every start: Ed25519 is deterministic, and nothing in the set depends on the hour. */
export async function signKeySet(signer: Signer, since: number): Promise<KeySet> {
  const body = mintKeySet({publicKey: signer.publicKey, notBefore: since, version: 1, now: since})
  return {...body, signature: printSignature(await signer.sign(signingBytes(body)))}
}
