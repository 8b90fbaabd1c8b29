/** Where state and keys are on AWS, by the variables that name files for a Node process: a table, and keys in KMS or as PEM. */
import type {PublicKey, Result} from '#protocol'
import type {IssuerKeys, Opened} from '../../keys/issuer-keys.ts'
import type {Loaded, ReceiptKeys} from '../../model/key-sets.ts'
import {openKmsSigner, openKmsTokenSigner} from '../../keys/kms.ts'
import {readSigner, readTokenSigner} from '../../keys/pem.ts'
import type {Signer} from '../../model/signer.ts'
import {Fault, type Parser, parseTable} from '../values.ts'
import {type Env, type Name, Variables} from '../variables.ts'

/** A key in KMS by its id, ARN or alias, or the text of a PEM that came out of Secrets Manager. */
export type KeyPlace = {readonly kind: 'kms'; readonly keyId: string} | {readonly kind: 'pem'; readonly text: string}

export interface AwsPlaces {
  readonly table: string
  /** The one that signs, or signed first, and its successors. */
  readonly receiptKeys: readonly KeyPlace[]
  readonly tokenKey: KeyPlace
  readonly ledgerKey: KeyPlace
}

export interface PlacesAndRest {
  readonly places: AwsPlaces
  /** What is left for readConfig. */
  readonly rest: Env
}

const parseKeyPlace: Parser<KeyPlace> = (text) => {
  const [, keyId] = /^kms:([A-Za-z0-9:/_-]{1,2048})$/.exec(text) ?? []
  if (keyId !== undefined) return {kind: 'kms', keyId}
  if (text.includes('-----BEGIN')) return {kind: 'pem', text}
  throw new Fault('must be kms:<key id>, or secretsmanager:<ARN of a secret that holds a PEM>')
}

/** `kms:A,kms:B`: with a successor, before and while the key changes. */
const parseKeyPlaces: Parser<readonly KeyPlace[]> = (text) =>
  text.startsWith('kms:') ? text.split(',').map(parseKeyPlace) : [parseKeyPlace(text)]

const placeNames = ['STORE', 'RECEIPT_KEY', 'TOKEN_KEY', 'LEDGER_KEY'] as const

export function readAwsPlaces(env: Env): Result<PlacesAndRest, readonly string[]> {
  const variables = new Variables(env)
  const required = <T>(name: Name, parse: Parser<T>): T | undefined => {
    if (!variables.has(name)) variables.refuse(name, 'is not set')
    return variables.read(name, parse)
  }
  const table = required('STORE', parseTable)
  const receiptKeys = required('RECEIPT_KEY', parseKeyPlaces)
  const [tokenKey, ledgerKey] = (['TOKEN_KEY', 'LEDGER_KEY'] as const).map((name) => required(name, parseKeyPlace))
  if (table === undefined || receiptKeys === undefined || tokenKey === undefined || ledgerKey === undefined) {
    return {ok: false, fault: variables.problems}
  }
  const taken = new Set<string>(placeNames.map((name) => `COUNTERSIGN_${name}`))
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !taken.has(name)))
  return {ok: true, value: {places: {table, receiptKeys, tokenKey, ledgerKey}, rest}}
}

export type KeysOnAws = Pick<IssuerKeys, 'receipt' | 'signerOf' | 'successor' | 'token' | 'ledger'>

export async function openKeys(places: AwsPlaces): Promise<Opened<KeysOnAws>> {
  const [receipts, token, ledger] = await Promise.all([
    Promise.all(places.receiptKeys.map((place) => openPlace(place, 'RECEIPT_KEY', signers))),
    openPlace(places.tokenKey, 'TOKEN_KEY', {kms: openKmsTokenSigner, pem: readTokenSigner}),
    openPlace(places.ledgerKey, 'LEDGER_KEY', signers),
  ])
  // A retired key may be disabled while it is still named: whether one is missing, the announced set tells.
  const unopened = receipts.flatMap((one) => (one.ok ? [] : [one.fault]))
  const usable = receipts.flatMap((one) => (one.ok ? [one.value] : []))
  if (usable.length === 0 || !token.ok || !ledger.ok) {
    return {ok: false, fault: [...unopened, ...[token, ledger].flatMap((one) => (one.ok ? [] : [one.fault]))]}
  }
  if (usable.some(({publicKey}) => publicKey === ledger.value.publicKey)) {
    return {
      ok: false,
      fault: ['COUNTERSIGN_LEDGER_KEY: is the receipt key: each purpose needs a key of its own'],
    }
  }
  const [first] = receipts
  const receipt = first?.ok === true ? first.value : undefined
  return {
    ok: true,
    value: {
      keys: {...receiptKeysOf(usable), receipt, token: token.value, ledger: ledger.value},
      warnings: unopened,
    },
  }
}

/** The key that an issuer begins with, for whoever only shows it. */
export async function openReceiptKey({receiptKeys: [first]}: AwsPlaces): Promise<PublicKey> {
  const opened = first === undefined ? undefined : await openPlace(first, 'RECEIPT_KEY', signers)
  if (opened?.ok !== true) throw new Error(opened?.fault ?? 'COUNTERSIGN_RECEIPT_KEY: names no key')
  return opened.value.publicKey
}

const receiptKeysOf = (usable: readonly Signer[]): ReceiptKeys => ({
  signerOf: (publicKey) => {
    const value = usable.find((signer) => signer.publicKey === publicKey)
    return value === undefined ? {ok: false, fault: `no key that it names is ${publicKey}`} : {ok: true, value}
  },
  successor: ({keys}) => {
    const next = usable.find(({publicKey}) => !keys.some((known) => known.publicKey === publicKey))
    if (next !== undefined) return {ok: true, value: next.publicKey}
    return {
      ok: false,
      fault: 'COUNTERSIGN_RECEIPT_KEY: names no key that was never announced; put one behind a comma',
    }
  },
})

interface KeyReaders<T> {
  readonly kms: (keyId: string) => Promise<Loaded<T>>
  readonly pem: (text: string, name: string) => Loaded<T>
}

const signers: KeyReaders<Signer> = {kms: openKmsSigner, pem: readSigner}

async function openPlace<T>(place: KeyPlace, name: string, readers: KeyReaders<T>): Promise<Loaded<T>> {
  const opened = place.kind === 'kms' ? await readers.kms(place.keyId) : readers.pem(place.text, 'the secret')
  return opened.ok ? opened : {ok: false, fault: `COUNTERSIGN_${name}: ${opened.fault}`}
}
