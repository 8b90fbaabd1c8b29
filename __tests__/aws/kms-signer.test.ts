/** The issuer's keys in KMS: what is asked of it, and that nothing it says is taken unverified. */
import {createHash, createPublicKey, generateKeyPairSync, verify} from 'node:crypto'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import {checkpointText, maxSignedBytes, printCheckpoint, printVerifierKey, verify as proofs} from '#protocol'
import {openKmsSigner, openKmsTokenSigner} from '../../issuer/keys/kms.ts'
import type {Loaded} from '../../issuer/model/key-sets.ts'
import {firstEntry} from '../stores/builders.ts'
import {type KmsKey, Kms, arnOf} from './kms.ts'

const ed25519 = (): KmsKey => ({privateKey: generateKeyPairSync('ed25519').privateKey, spec: 'ECC_NIST_EDWARDS25519'})
const rsa = (modulusLength = 3072): KmsKey => ({
  privateKey: generateKeyPairSync('rsa', {modulusLength}).privateKey,
  spec: `RSA_${modulusLength}`,
})
const tokenKey = rsa()

let kms: Kms
beforeAll(async () => {
  kms = await Kms.start()
})
afterAll(() => kms.close())
beforeEach(() => {
  kms.keys.clear()
  kms.keys.set('receipts', ed25519())
  kms.keys.set('tokens', tokenKey)
  kms.asked.length = 0
  kms.faults.length = 0
  kms.spoil = undefined
})

async function opened<T>(opening: Promise<Loaded<T>>): Promise<T> {
  const loaded = await opening
  if (!loaded.ok) throw new Error(loaded.fault)
  return loaded.value
}
const signer = (keyId = 'receipts') => opened(openKmsSigner(keyId, kms.client()))
const tokenSigner = (keyId = 'tokens') => opened(openKmsTokenSigner(keyId, kms.client()))
const message = new TextEncoder().encode('{"a":1}')

describe('a receipt key in KMS', () => {
  test('signs the message as it is, with the algorithm that is pure Ed25519', async () => {
    const signature = await (await signer()).sign(message)
    expect(signature).toHaveLength(64)
    expect(kms.asked.map(({operation}) => operation)).toEqual(['GetPublicKey', 'Sign'])
    expect(kms.asked[1]?.body).toEqual({
      KeyId: arnOf('receipts'),
      Message: Buffer.from(message).toString('base64'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ED25519_SHA_512',
    })
  })

  test('signs checkpoints that verify under its public key', async () => {
    const {publicKey, ...key} = await signer()
    const head = {origin: firstEntry.ledger, size: 1, root: firstEntry.hash}
    const signature = await key.sign(new TextEncoder().encode(checkpointText(head)))
    const note = printCheckpoint({...head, publicKey, signature})
    expect(proofs.checkpoint(note, printVerifierKey(head.origin, publicKey))).toMatchObject({valid: true, size: 1})
  })

  test('takes 4096 bytes, and not one more', async () => {
    const key = await signer()
    expect(await key.sign(new Uint8Array(maxSignedBytes))).toHaveLength(64)
    await expect(key.sign(new Uint8Array(maxSignedBytes + 1))).rejects.toThrow('at most 4096 bytes')
    expect(kms.asked).toHaveLength(2)
  })

  test('named by an alias signs as the key that was shown, though the alias is moved', async () => {
    const first = kms.keys.get('receipts')
    kms.keys.set('alias/receipts', first ?? ed25519())
    const key = await signer('alias/receipts')
    kms.keys.set('alias/receipts', ed25519())
    expect(await key.sign(message)).toHaveLength(64)
    expect(kms.asked.at(-1)?.body['KeyId']).toBe(arnOf('receipts'))
  })
})

describe('a token key in KMS', () => {
  test('signs the hash of a message of any length, and shows what its tokens are verified with', async () => {
    const key = await tokenSigner()
    const long = new Uint8Array(100_000).fill(7)
    const signature = await key.sign(long)
    expect(signature).toHaveLength(384)
    expect(kms.asked[1]?.body).toMatchObject({
      Message: createHash('sha256').update(long).digest('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    })
    expect(verify('sha256', long, createPublicKey({key: {...key.jwk}, format: 'jwk'}), signature)).toBe(true)
    expect(key.jwk.kid).toBe(key.kid)
  })
})

describe('a signature', () => {
  const signers = [
    ['Ed25519', () => signer()],
    ['RSA', () => tokenSigner()],
  ] as const

  test.each(signers)('of %s that was damaged on its way is not given out', async (_, open) => {
    const key = await open()
    kms.spoil = (signature) => Buffer.from(signature.map((byte, i) => (i === 3 ? byte ^ 1 : byte)))
    await expect(key.sign(message)).rejects.toThrow('does not verify')
  })

  test.each(signers)('of %s that is cut or empty is not given out', async (_, open) => {
    const key = await open()
    for (const length of [0, 63]) {
      kms.spoil = (signature) => signature.subarray(0, length)
      await expect(key.sign(message)).rejects.toThrow('does not verify')
    }
  })

  test('by a key that was put in the place of the one that was shown is not given out', async () => {
    const key = await signer()
    kms.keys.set('receipts', ed25519())
    await expect(key.sign(message)).rejects.toThrow('does not verify')
  })
})

describe('KMS in trouble', () => {
  const passing = [
    ['throttles', {status: 400, type: 'ThrottlingException'}],
    ['fails inside', {status: 500, type: 'KMSInternalException'}],
    ['cannot reach the key for a moment', {status: 500, type: 'KeyUnavailableException'}],
    ['times out inside', {status: 503, type: 'DependencyTimeoutException'}],
    ['hangs up', 'hang up'],
  ] as const
  test.each(passing)('that %s is asked again', async (_, fault) => {
    kms.faults.push(fault)
    const key = await signer()
    kms.faults.push(fault, fault)
    expect(await key.sign(message)).toHaveLength(64)
    expect(kms.asked.map(({operation}) => operation)).toEqual(['GetPublicKey', 'GetPublicKey', 'Sign', 'Sign', 'Sign'])
  })

  test('that throttles on and on rejects in the end', async () => {
    const key = await signer()
    kms.faults.push(...Array.from({length: 20}, () => ({status: 400, type: 'ThrottlingException'})))
    await expect(key.sign(message)).rejects.toThrow('KMS throttles it')
    expect(kms.asked.length).toBeLessThan(10)
  })

  const refusing = [
    ['AccessDeniedException', 'may not be used: allow kms:GetPublicKey and kms:Sign'],
    ['DisabledException', 'is disabled: enable it'],
    ['KMSInvalidStateException', 'cancel its deletion'],
    ['NotFoundException', 'does not exist'],
    ['SomethingNewException', 'cannot be asked now (SomethingNewException)'],
  ] as const
  test.each(refusing)('with %s is asked once, and says what to do', async (state, problem) => {
    const key = await signer()
    const held = kms.keys.get('receipts')
    if (held !== undefined) held.state = state
    await expect(key.sign(message)).rejects.toThrow(problem)
    expect(await openKmsSigner('receipts', kms.client())).toMatchObject({
      ok: false,
      fault: expect.stringContaining(problem),
    })
    expect(kms.asked).toHaveLength(3)
  })
})

describe('a key of another kind', () => {
  const ed448 = generateKeyPairSync('ed448').privateKey
  const others: readonly (readonly [string, KmsKey, 'receipts' | 'tokens', string])[] = [
    ['an RSA key for receipts', tokenKey, 'receipts', 'does not sign with ED25519_SHA_512'],
    ['an Ed25519 key for tokens', ed25519(), 'tokens', 'does not sign with RSASSA_PKCS1_V1_5_SHA_256'],
    ['a key that encrypts', {...rsa(2048), usage: 'ENCRYPT_DECRYPT'}, 'tokens', 'does not sign'],
    ['an RSA key that is too short', rsa(1024), 'tokens', '2048 to 8192 are needed'],
    ['another curve that calls itself Ed25519', {...ed25519(), privateKey: ed448}, 'receipts', 'is of type ed448'],
  ]
  test.each(others)('%s is refused at start', async (...[, key, purpose, problem]) => {
    kms.keys.set('other', key)
    const open = purpose === 'receipts' ? openKmsSigner : openKmsTokenSigner
    expect(await open('other', kms.client())).toEqual({ok: false, fault: expect.stringContaining(problem)})
  })

  test('one that does not exist is refused at start', async () => {
    expect(await openKmsSigner('nowhere', kms.client())).toMatchObject({ok: false})
  })
})
