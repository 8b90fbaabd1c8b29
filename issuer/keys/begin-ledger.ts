/** How a ledger begins: its keys, its first entry, and the first look that its end can be signed. */
import {randomBytes} from 'node:crypto'
import {canonicalBytes, digestOf} from '#protocol'
import type {SigningKeys} from './issuer-keys.ts'
import {signKeySet} from './key-ring.ts'
import {firstKeys} from '../mint/mint-key-set.ts'
import {mintFirstEntry} from '../mint/mint-record.ts'
import type {Durable} from '../model/durable.ts'
import {signCheckpoint} from './checkpoint-signer.ts'

interface Beginning {
  readonly keys: Pick<SigningKeys, 'receipt' | 'ledger'>
  readonly durable: Durable
}

/** Entry 0 names the key set that the ledger begins with. `host` is the issuer's; `now` in milliseconds. */
export async function createLedger(
  {host, keys, durable}: Beginning & {readonly host: string},
  now: number,
): Promise<void> {
  const {receipt, ledger} = keys
  if (receipt === undefined) throw new Error('a ledger does not begin with a key that is gone')
  const first = firstKeys({receipt: receipt.publicKey, ledger: ledger.publicKey, since: now})
  const digest = digestOf(canonicalBytes(await signKeySet(first, {signer: receipt, now})))
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
