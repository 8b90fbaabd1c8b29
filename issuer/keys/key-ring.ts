/** The receipt keys of a running issuer: which one signs now, as announced in the ledger by whichever process. */
import {
  type Entry,
  type KeySet,
  type PinnedKeys,
  type PublicKey,
  canonicalBytes,
  digestOf,
  printSignature,
  readKeySet,
  signingBytes,
} from '#protocol'
import {firstKeys, isLive, mintKeySet, settleKeys, signingKeyAt} from '../mint/mint-key-set.ts'
import type {Signer} from '../model/signer.ts'
import type {EntryReader} from '../model/readers.ts'
import type {Store} from '../model/store.ts'
import type {SigningKeys} from './issuer-keys.ts'
import type {Announced, KeySets, ReceiptKeys} from '../model/key-sets.ts'

export interface KeyRing {
  /**
   * The receipt key that signs now. What it says of its public key and what it signs in one run without a pause are
   * the same key's; whoever pauses in between makes a document that does not verify, and starts again.
   */
  readonly signer: Signer
  /** Takes over what was announced since. */
  readonly follow: () => Promise<void>
  /** The keys as they are now. */
  readonly announced: () => Promise<Announced>
  /** What is published now, signed by the key that signs now. */
  readonly keySet: () => Promise<KeySet>
  /** What this issuer's own documents are verified with, as of what was followed last. */
  readonly pins: () => PinnedKeys
}

export interface RingParts {
  readonly keys: Pick<SigningKeys, 'receipt' | 'ledger' | 'signerOf'>
  readonly durable: {readonly keySets: KeySets; readonly entries: EntryReader}
  /** Milliseconds. */
  readonly now: () => number
  /** Told of a key that was announced and cannot sign here. */
  readonly warn: (problem: string) => void
}

/** The ring, or why these keys are not those of the ledger. */
export const openKeyRing = async (parts: RingParts): Promise<KeyRing | string> =>
  ringOver((await parts.durable.keySets.newest()) ?? (await checkFirstKeys(parts)), parts)

/** The same where nothing is signed: whether the ledger began with these keys, whoever signs has checked. */
export async function openShownRing(parts: RingParts): Promise<KeyRing | string> {
  const known = await parts.durable.keySets.newest()
  if (known !== undefined) return ringOver(known, parts)
  const first = await readFirst(parts)
  return ringOver(typeof first === 'string' ? first : first.announced, parts)
}

function ringOver(known: Announced | string, {keys, durable, now, warn}: RingParts): KeyRing | string {
  if (typeof known === 'string') return known
  if (!known.keys.some(({publicKey, use}) => use === 'ledger' && publicKey === keys.ledger.publicKey)) {
    return `COUNTERSIGN_LEDGER_KEY: is not the ledger key that the key set names: ${restoreAdvice}`
  }
  return makeRing(known, {keySets: durable.keySets, keys, now, warn})
}

const restoreAdvice = 'put the key back that the ledger began with'

/** Nothing was announced since the ledger began, so its first entry names the digest of these very keys. */
async function checkFirstKeys(parts: RingParts): Promise<Announced | string> {
  const first = await readFirst(parts)
  if (typeof first === 'string') return first
  const {announced, entry, signer} = first
  const keySet = await signKeySet(announced, {signer, now: Date.parse(entry.time)})
  if (digestOf(canonicalBytes(keySet)) === entry.digests['keys']) return announced
  return (
    'COUNTERSIGN_RECEIPT_KEY: the receipt key and the ledger key are not those that the ledger began with: put them ' +
    'back, and change the receipt key with "countersign-issuer keys rotate" (on AWS as docs/aws-operations.md says)'
  )
}

interface First {
  readonly announced: Announced
  readonly entry: Entry
  readonly signer: Signer
}

async function readFirst({keys: {receipt, ledger}, durable}: RingParts): Promise<First | string> {
  const [entry] = await durable.entries.entries(0, 1)
  if (entry === undefined) return 'COUNTERSIGN_STORE: the ledger has no entry yet: start the issuer first'
  if (receipt === undefined) return `COUNTERSIGN_RECEIPT_KEY: the first receipt key is gone: ${restoreAdvice}`
  const since = Date.parse(entry.time)
  return {
    announced: firstKeys({receipt: receipt.publicKey, ledger: ledger.publicKey, since}),
    entry,
    signer: receipt,
  }
}

interface Loading extends Pick<RingParts, 'now' | 'warn'> {
  readonly keySets: KeySets
  readonly keys: Pick<ReceiptKeys, 'signerOf'>
}

function makeRing(opened: Announced, {keySets, keys, now, warn}: Loading): KeyRing {
  let known = opened
  let chosen: PublicKey | undefined
  const signers = new Map<PublicKey, Signer>()
  const follow = async (): Promise<void> => {
    const newest = await keySets.newest()
    if (newest === undefined || newest.version <= known.version) return
    known = newest
    chosen = undefined
    for (const problem of findMissing(newest, keys)) warn(problem)
  }
  /** A choice lasts until this run pauses: the clock may pass the end of an overlap between two lines. */
  const choose = (): PublicKey => {
    if (chosen === undefined) queueMicrotask(() => (chosen = undefined))
    return (chosen ??= signingKeyAt(known.keys, now()))
  }
  const load = (publicKey: PublicKey): Signer => {
    const loaded = signers.get(publicKey) ?? loadOrThrow(keys, publicKey)
    signers.set(publicKey, loaded)
    return loaded
  }
  return {
    signer: {
      get publicKey() {
        return choose()
      },
      sign: async (message) => await load(choose()).sign(message),
    },
    follow,
    announced: async () => {
      await follow()
      return settleKeys(known, now())
    },
    pins: () => pinsOf(known),
    keySet: async () => {
      await follow()
      const at = now()
      return await signKeySet(known, {signer: load(signingKeyAt(known.keys, at)), now: at})
    },
  }
}

/** Every receipt key that ever signed; one that was revoked vouches for nothing. */
const pinsOf = ({keys}: Announced): PinnedKeys =>
  new Map(
    keys
      .filter(({use}) => use === 'receipt')
      .map(({publicKey: key, status}) => [key, {key, status: status === 'revoked' ? 'revoked' : 'trusted'}] as const),
  )

/** Why a receipt key that signs, or will, cannot do so here. */
export const findMissing = ({keys}: Announced, {signerOf}: Pick<ReceiptKeys, 'signerOf'>): readonly string[] =>
  keys.filter(isLive).flatMap(({publicKey}) => {
    const loaded = signerOf(publicKey)
    return loaded.ok ? [] : [`COUNTERSIGN_RECEIPT_KEY: ${loaded.fault}`]
  })

function loadOrThrow({signerOf}: Pick<ReceiptKeys, 'signerOf'>, publicKey: PublicKey): Signer {
  const loaded = signerOf(publicKey)
  if (!loaded.ok) throw new Error(`nothing can be signed: ${loaded.fault}`)
  return loaded.value
}

/**
 * The same store, whose readers sign with the keys of the ledger that they read. A change of the keys moves the ledger's
 * end, so what was signed with older keys than it says loses its race and is made again.
 */
export const followedBy = (store: Store, {follow}: Pick<KeyRing, 'follow'>): Store => ({
  ...store,
  read: async (scope) => {
    const reading = await store.read(scope)
    await follow()
    return reading
  },
  find: async (lookup) => {
    const found = await store.find(lookup)
    await follow()
    return found
  },
})

/** The set as of `now` (milliseconds). `signer` is the one that it names. The same at every start: Ed25519 is deterministic. */
export async function signKeySet(
  announced: Announced,
  {signer, now}: {readonly signer: Signer; readonly now: number},
): Promise<KeySet> {
  const body = mintKeySet(announced, now)
  const keySet: KeySet = {...body, signature: printSignature(await signer.sign(signingBytes(body)))}
  const pins = new Map([[body.publicKey, {key: body.publicKey, status: 'trusted' as const}]])
  const read = readKeySet(keySet, pins)
  if (!read.ok) throw new Error(`the signed key set does not verify: ${read.fault.reason}`)
  return keySet
}
