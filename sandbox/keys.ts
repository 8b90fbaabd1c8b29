/** RSA keys for the App and the OIDC provider: made on first use, once a process, since a sandbox's own keys prove nothing. */

import {createHash, generateKeyPair, type KeyObject} from 'node:crypto'
import {promisify} from 'node:util'
import {keepOnce} from './kept.ts'

export interface RsaKeys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const generate = promisify(generateKeyPair)

/** A pair of its own, made when it is first asked for. */
export const rsaKeys = (): (() => Promise<RsaKeys>) => {
  let made: Promise<RsaKeys> | undefined
  return () => (made ??= generate('rsa', {modulusLength: 2048}))
}

export const appKeys = keepOnce('keys of the App', rsaKeys)
export const oidcKeys = keepOnce('keys of the OIDC provider', rsaKeys)

/** A name for a key that follows from the key. */
export const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({type: 'spki', format: 'der'}))
    .digest('base64url')
