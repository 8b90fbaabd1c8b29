/**
 * Local private keys: PKCS#8 PEM files (RFC 5958), made and loaded with their type checked. No message of this file
 * holds key material, whatever was in the file.
 */
import {type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, sign} from 'node:crypto'
import {type Result, maxSignedBytes, printPublicKey, publicJwk, readTokenKeys} from '#protocol'
import {readSecretFile, writeNewFile} from './key-file.ts'
import type {Signer, TokenSigner} from '../model/signer.ts'
import type {Loaded} from '../model/key-sets.ts'

/** `ed25519` for receipts and the ledger, `rsa` (3072 bits, NIST SP 800-57 part 1: until 2030 and beyond) for tokens. */
export type KeyKind = 'ed25519' | 'rsa'

/** Makes a private key in a new file with mode 600. Throws when the file exists: a key is never overwritten. */
export function makeKeyFile(path: string, kind: KeyKind): void {
  const {privateKey} =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', {modulusLength: 3072})
  writeNewFile(path, privateKey.export({type: 'pkcs8', format: 'pem'}).toString())
}

/** An Ed25519 private key's file as a Signer. */
export const loadSigner = (path: string): Loaded<Signer> => readSecretFile(path, readSigner)

/** An RSA private key's file as a TokenSigner. */
export const loadTokenSigner = (path: string): Loaded<TokenSigner> => readSecretFile(path, readTokenSigner)

/** PEM text as a Signer; `name` is what a problem calls it. */
export function readSigner(text: string, name: string): Loaded<Signer> {
  const parsed = parsePrivateKey(text)
  if (!parsed.ok) return {ok: false, fault: `${name} ${parsed.fault}`}
  // node:crypto signs with RSA, EC and Ed448 keys just as readily (formats §1).
  const type = parsed.value.asymmetricKeyType ?? 'unknown'
  if (type !== 'ed25519') return {ok: false, fault: `${name} holds a key of type ${type}: an Ed25519 key is needed`}
  return {ok: true, value: signerOf(parsed.value)}
}

/** PEM text as a TokenSigner: 2048 to 8192 bits, exponent at least 65537 (formats §1). */
export function readTokenSigner(text: string, name: string): Loaded<TokenSigner> {
  const parsed = parsePrivateKey(text)
  const fault = parsed.ok ? findRsaFault(parsed.value) : parsed.fault
  return parsed.ok && fault === undefined
    ? {ok: true, value: tokenSignerOf(parsed.value)}
    : {ok: false, fault: `${name} ${fault ?? 'holds no key'}`}
}

function tokenSignerOf(key: KeyObject): TokenSigner {
  const jwk = publicJwk(createPublicKey(key))
  const keys = readTokenKeys(jwk)
  if (!keys.ok) throw new Error(`an RSA key that was accepted is no token key: ${keys.fault}`)
  return {
    kid: jwk.kid,
    jwk,
    keys: keys.value,
    sign: async (message) => Promise.resolve(new Uint8Array(sign('sha256', message, key))),
  }
}

/** What is wrong with a key as an RSA key, completing "the key …". */
export function findRsaFault(key: KeyObject): string | undefined {
  const type = key.asymmetricKeyType ?? 'unknown'
  if (type !== 'rsa') return `holds a key of type ${type}: an RSA key is needed`
  const {modulusLength = 0, publicExponent = 0n} = key.asymmetricKeyDetails ?? {}
  if (!(modulusLength >= 2048 && modulusLength <= 8192)) {
    return `holds an RSA key of ${modulusLength} bits: 2048 to 8192 are needed`
  }
  return publicExponent >= 65537n ? undefined : 'holds an RSA key with an exponent below 65537'
}

function signerOf(key: KeyObject): Signer {
  const spki = createPublicKey(key).export({format: 'der', type: 'spki'})
  return {
    publicKey: printPublicKey(new Uint8Array(spki.subarray(-32))), // RFC 8410 §4: the raw key ends the SPKI.
    sign: async (message) => {
      if (message.length > maxSignedBytes) throw new RangeError(`at most ${maxSignedBytes} bytes are signed`)
      return Promise.resolve(new Uint8Array(sign(null, message, key)))
    },
  }
}

const pemLabel = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/gm

/** PEM text as one private key; the fault completes "the file …" and quotes nothing but the PEM's own label. */
export function parsePrivateKey(text: string): Result<KeyObject, string> {
  const labels = Array.from(text.replaceAll('\r\n', '\n').matchAll(pemLabel), ([, label = '']) => label)
  const [label] = labels
  if (label === undefined) return {ok: false, fault: 'holds no PEM: it begins with -----BEGIN PRIVATE KEY-----'}
  if (labels.length > 1) return {ok: false, fault: 'holds several PEM blocks: keep the one private key'}
  if (label === 'ENCRYPTED PRIVATE KEY' || text.includes('Proc-Type: 4,ENCRYPTED')) {
    return {ok: false, fault: 'holds an encrypted private key: decrypt it, and protect the file by its mode instead'}
  }
  if (!label.endsWith('PRIVATE KEY')) return {ok: false, fault: `holds a "${label}": the private key is needed`}
  try {
    return {ok: true, value: createPrivateKey(text)}
  } catch {
    return {ok: false, fault: 'holds a private key that is damaged or of an unknown kind'}
  }
}
