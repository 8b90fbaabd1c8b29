/** What stands elsewhere on AWS: the table and the keys, by the same variables that name files for a Node process. */
import type {Result} from '#protocol'
import {Fault, type Parser} from './values.ts'
import {type Env, type Name, Variables} from './variables.ts'

/** A key in KMS by its id, ARN or alias, or the text of a PEM that came out of Secrets Manager. */
export type KeyPlace = {readonly kind: 'kms'; readonly keyId: string} | {readonly kind: 'pem'; readonly text: string}

export interface AwsPlaces {
  readonly table: string
  /** The one that signs, or signed first, and its successors. */
  readonly receiptKeys: readonly KeyPlace[]
  readonly tokenKey: KeyPlace
  readonly ledgerKey: KeyPlace
}

interface PlacesAndRest {
  readonly places: AwsPlaces
  /** What is left for readConfig. */
  readonly rest: Env
}

export type PlacesResult = Result<PlacesAndRest, readonly string[]>

export const parseTable: Parser<string> = (text) => {
  const [, table] = /^dynamodb:([A-Za-z0-9_.-]{3,255})$/.exec(text) ?? []
  if (table !== undefined) return table
  throw new Fault('must be dynamodb:<name of the table>')
}

export const parseKeyPlace: Parser<KeyPlace> = (text) => {
  const [, keyId] = /^kms:([A-Za-z0-9:/_-]{1,2048})$/.exec(text) ?? []
  if (keyId !== undefined) return {kind: 'kms', keyId}
  if (text.includes('-----BEGIN')) return {kind: 'pem', text}
  throw new Fault('must be kms:<key id>, or secretsmanager:<ARN of a secret that holds a PEM>')
}

/** `kms:A,kms:B`: with a successor, before and while the key changes. */
export const parseKeyPlaces: Parser<readonly KeyPlace[]> = (text) =>
  text.startsWith('kms:') ? text.split(',').map(parseKeyPlace) : [parseKeyPlace(text)]

const placeNames = ['STORE', 'RECEIPT_KEY', 'TOKEN_KEY', 'LEDGER_KEY'] as const

export function readAwsPlaces(env: Env): PlacesResult {
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
