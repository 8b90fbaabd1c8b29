/** The text of a variable as a value. Every message says what to give instead, and never repeats a value. */
import {isIP} from 'node:net'
import {type Origin, parseOrigin} from '#protocol'
import {parseEvidenceSecret} from '../keys/issuer-keys.ts'
import {readKeyFile} from '../keys/key-file.ts'
import {Secret} from '../keys/secret.ts'
import {findRsaFault, parsePrivateKey} from '../keys/pem.ts'

/** Digits are an id, never a login: logins change hands. `login` is in lower case. */
export type Owner = {readonly kind: 'id'; readonly id: number} | {readonly kind: 'login'; readonly login: string}

export type LogLevel = 'error' | 'warn' | 'info'

/** Throws a Fault whose message completes "COUNTERSIGN_X: …". */
export type Parser<T> = (text: string) => T

/** What is wrong with one variable and how to put it right, never its value. Caught where the variable is read. */
export class Fault extends Error {}

export const parsePublicUrl: Parser<Origin> = (text) => {
  const origin = parseOrigin(text)
  if (origin !== undefined) return origin
  throw new Fault('must be an origin, such as https://countersign.example: without a path, and http on loopback only')
}

export const parsePort: Parser<number> = (text) => {
  if (/^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new Fault('must be a number from 0 to 65535')
}

export const parseHost: Parser<string> = (text) => {
  if (isIP(text) !== 0 || text === 'localhost') return text
  throw new Fault('must be an IP address, such as 127.0.0.1 or 0.0.0.0')
}

export const parseStore: Parser<string> = (text) => {
  if (text.startsWith('dynamodb:')) throw new Fault('DynamoDB is for AWS Lambda (docs/aws.md); use sqlite:<path>')
  const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : ''
  // To SQLite these names mean a database that is gone when the process ends, or a URI.
  if (path !== '' && path !== ':memory:' && !path.startsWith('file:')) return path
  throw new Fault('must be sqlite:<path of a file>, such as sqlite:data/countersign.db')
}

export const parseTable: Parser<string> = (text) => {
  const [, table] = /^dynamodb:([A-Za-z0-9_.-]{3,255})$/.exec(text) ?? []
  if (table !== undefined) return table
  throw new Fault('must be dynamodb:<name of the table>')
}

export const parseKeyPath: Parser<string> = (text) => {
  if (/^(?:kms|secretsmanager):/.test(text)) {
    throw new Fault('key services are for AWS Lambda (docs/aws.md); give the path of a PEM file')
  }
  if (text.includes('-----BEGIN'))
    throw new Fault('holds a key itself; put it into a file of mode 600 and give its path')
  return text
}

export const parseEvidence: Parser<Secret> = (text) => {
  const secret = parseEvidenceSecret(text)
  if (secret !== undefined) return secret
  throw new Fault('must be 64 to 256 lower-case hex digits, such as "openssl rand -hex 32" prints')
}

export const parseLogLevel: Parser<LogLevel> = (text) => {
  if (text === 'error' || text === 'warn' || text === 'info') return text
  throw new Fault('must be error, warn or info')
}

/** A URL in its one spelling; a path may follow. */
const urlSuchAs =
  (example: string): Parser<string> =>
  (text) => {
    const url = URL.canParse(text) && !/[?#@]/.test(text) && !text.endsWith('/') ? new URL(text) : undefined
    const isOneSpelling = url !== undefined && (url.href === text || url.href === `${text}/`)
    if (isOneSpelling && parseOrigin(url.origin) !== undefined) return text
    throw new Fault(`must be an https URL without a slash at the end, such as ${example}; http on loopback only`)
  }

export const parseApiUrl = urlSuchAs('https://api.github.com')

export const parseOidcIssuer = urlSuchAs('https://token.actions.githubusercontent.com')

export const parseAppId: Parser<number> = (text) => {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text)
  throw new Fault("must be the App's numeric id, as its settings page shows it")
}

/** PEM text, its line ends written as \n where a variable can hold no lines; else a path. GitHub gives PKCS#1. */
export const parseAppKey: Parser<Secret> = (text) => {
  const file = text.includes('-----BEGIN')
    ? {ok: true as const, value: text.replaceAll('\\n', '\n')}
    : readKeyFile(text)
  // The text may be a key that lost its first line, so it is not repeated as a path.
  if (!file.ok) throw new Fault('must be the PEM of a private key, or the path of a readable file that holds it')
  const parsed = parsePrivateKey(file.value)
  if (!parsed.ok) throw new Fault(parsed.fault)
  const fault = findRsaFault(parsed.value)
  if (fault !== undefined) throw new Fault(fault)
  return new Secret(parsed.value.export({type: 'pkcs8', format: 'pem'}).toString())
}

export const parseToken: Parser<Secret> = (text) => {
  if (/^[\x21-\x7e]{1,1024}$/.test(text)) return new Secret(text)
  throw new Fault('must be a token without white space')
}

export const parseWebhookSecret: Parser<Secret> = (text) => {
  if (text.trim() !== text) throw new Fault('has white space at an end, with which GitHub does not sign; remove it')
  if (text.length >= 16) return new Secret(text)
  throw new Fault('has fewer than 16 characters and could be guessed; take what "openssl rand -hex 32" prints')
}

export const parseOwners: Parser<readonly Owner[]> = (text) =>
  text.split(',').map((part) => {
    const word = part.trim()
    if (/^[1-9][0-9]{0,14}$/.test(word)) return {kind: 'id', id: Number(word)}
    if (/^[A-Za-z0-9_-]{1,39}$/.test(word)) return {kind: 'login', login: word.toLowerCase()}
    throw new Fault('must be account logins or ids, separated by commas')
  })
