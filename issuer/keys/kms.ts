/**
 * Private keys that never leave AWS KMS: an asymmetric key that signs there. What comes back is verified here before
 * anybody uses it, so that a key that was swapped or an answer that was damaged is an error and never a receipt.
 */
import {type KeyObject, createHash, createPublicKey, verify} from 'node:crypto'
import {GetPublicKeyCommand, KMSClient, SignCommand} from '@aws-sdk/client-kms'
import {maxSignedBytes, printPublicKey, publicJwk, readTokenKeys} from '#protocol'
import {findRsaFault} from './pem.ts'
import type {Signer, TokenSigner} from '../model/signer.ts'
import type {Loaded} from '../model/key-sets.ts'

/** Throttled and unanswered requests are sent again by the client: signing twice does no harm. */
export const kmsSettings = {
  maxAttempts: 5,
  requestHandler: {connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true},
}

type Algorithm = 'ED25519_SHA_512' | 'RSASSA_PKCS1_V1_5_SHA_256'

/** A key of the spec ECC_NIST_EDWARDS25519 as a Signer: pure Ed25519, so the message goes to KMS as it is. */
export async function openKmsSigner(keyId: string, client = new KMSClient(kmsSettings)): Promise<Loaded<Signer>> {
  const opened = await openKey({keyId, client, algorithm: 'ED25519_SHA_512'})
  if (!opened.ok) return opened
  const {key, sign} = opened.value
  const type = key.asymmetricKeyType ?? 'unknown'
  if (type !== 'ed25519') return refuse(keyId, `is of type ${type}: the key spec ECC_NIST_EDWARDS25519 is needed`)
  const spki = key.export({format: 'der', type: 'spki'})
  return accept({
    publicKey: printPublicKey(new Uint8Array(spki.subarray(-32))), // RFC 8410 §4: the raw key ends the SPKI.
    sign: async (message) => {
      if (message.length > maxSignedBytes) throw new RangeError(`at most ${maxSignedBytes} bytes are signed`)
      const signature = await sign({Message: message, MessageType: 'RAW'})
      return checked(keyId, signature, verify(null, message, key, signature))
    },
  })
}

/** An RSA key as a TokenSigner. KMS is given the hash, which has no limit of length. */
export async function openKmsTokenSigner(
  keyId: string,
  client = new KMSClient(kmsSettings),
): Promise<Loaded<TokenSigner>> {
  const opened = await openKey({keyId, client, algorithm: 'RSASSA_PKCS1_V1_5_SHA_256'})
  if (!opened.ok) return opened
  const {key, sign} = opened.value
  const fault = findRsaFault(key)
  if (fault !== undefined) return refuse(keyId, fault)
  const jwk = publicJwk(key)
  const keys = readTokenKeys(jwk)
  if (!keys.ok) return refuse(keyId, `is no token key: ${keys.fault}`)
  return accept({
    kid: jwk.kid,
    jwk,
    keys: keys.value,
    sign: async (message) => {
      const digest = createHash('sha256').update(message).digest()
      const signature = await sign({Message: digest, MessageType: 'DIGEST'})
      return checked(keyId, signature, verify('sha256', message, key, signature))
    },
  })
}

interface KmsKey {
  readonly key: KeyObject
  readonly sign: (what: {Message: Uint8Array; MessageType: 'RAW' | 'DIGEST'}) => Promise<Uint8Array>
}

interface KmsKeyOrder {
  readonly keyId: string
  readonly client: KMSClient
  readonly algorithm: Algorithm
}

async function openKey({keyId, client, algorithm}: KmsKeyOrder): Promise<Loaded<KmsKey>> {
  try {
    const shown = await client.send(new GetPublicKeyCommand({KeyId: keyId}))
    if (shown.PublicKey === undefined || shown.KeyId === undefined) return refuse(keyId, 'was not shown by KMS')
    if (shown.KeyUsage !== 'SIGN_VERIFY' || shown.SigningAlgorithms?.includes(algorithm) !== true) {
      return refuse(keyId, `does not sign with ${algorithm}`)
    }
    const key = createPublicKey({key: Buffer.from(shown.PublicKey), format: 'der', type: 'spki'})
    // From here the key itself is named: an alias may be moved to another.
    return accept({key, sign: signWith({keyId: shown.KeyId, client, algorithm})})
  } catch (fault) {
    return refuse(keyId, describe(fault))
  }
}

const signWith =
  ({keyId, client, algorithm}: KmsKeyOrder): KmsKey['sign'] =>
  async (what) => {
    try {
      const {Signature: signature} = await client.send(
        new SignCommand({KeyId: keyId, SigningAlgorithm: algorithm, ...what}),
      )
      return new Uint8Array(signature ?? [])
    } catch (fault) {
      throw new Error(`the KMS key ${keyId} ${describe(fault)}`, {cause: fault})
    }
  }

function checked(keyId: string, signature: Uint8Array, isValid: boolean): Uint8Array {
  if (!isValid) throw new Error(`the KMS key ${keyId} gave a signature that its public key does not verify`)
  return signature
}

const accept = <T>(value: T): Loaded<T> => ({ok: true, value})
const refuse = (keyId: string, problem: string): Loaded<never> => ({
  ok: false,
  fault: `the KMS key ${keyId} ${problem}`,
})

/** KMS's errors by their names, completing "the KMS key …", with what to do. */
const described: Readonly<Record<string, string>> = {
  AccessDeniedException: 'may not be used: allow kms:GetPublicKey and kms:Sign on it to this role',
  NotFoundException: 'does not exist in this account and region',
  DisabledException: 'is disabled: enable it',
  KMSInvalidStateException: 'cannot be used in its state: cancel its deletion, or give another key',
  InvalidKeyUsageException: 'is not a signing key',
  ThrottlingException: 'is asked too often: KMS throttles it',
}

function describe(fault: unknown): string {
  const name = fault instanceof Error ? fault.name : 'unknown fault'
  return described[name] ?? `cannot be asked now (${name})`
}
