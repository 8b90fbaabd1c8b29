/** Where state and keys are on AWS: every problem at once, and no secret in any of them. */
import {generateKeyPairSync} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {CreateSecretCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {readAwsPlaces} from '../../issuer/home/aws/keys.ts'
import {readConfig} from '../../issuer/home/config.ts'
import {fetchSecrets} from '../../issuer/home/aws/secrets.ts'
import {readSigner, readTokenSigner} from '../../issuer/keys/pem.ts'
import {type Emulator, credentials, emulatorAbsent, region, startEmulator} from './emulator.ts'

const pem = generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
const env = {
  COUNTERSIGN_STORE: 'dynamodb:countersign',
  COUNTERSIGN_RECEIPT_KEY: 'kms:arn:aws:kms:eu-central-1:123456789012:key/receipts,kms:alias/next',
  COUNTERSIGN_TOKEN_KEY: 'kms:alias/tokens',
  COUNTERSIGN_LEDGER_KEY: pem,
  COUNTERSIGN_PUBLIC_URL: 'https://countersign.example',
  COUNTERSIGN_GITHUB_TOKEN: 'ghp_test',
  COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'a secret of enough letters',
}

describe('places on AWS', () => {
  test('are a table, and keys in KMS or as the PEM that a secret held; the rest is the usual configuration', () => {
    const read = readAwsPlaces(env)
    if (!read.ok) throw new Error(read.fault.join())
    expect(read.value.places).toEqual({
      table: 'countersign',
      receiptKeys: [
        {kind: 'kms', keyId: 'arn:aws:kms:eu-central-1:123456789012:key/receipts'},
        {kind: 'kms', keyId: 'alias/next'},
      ],
      tokenKey: {kind: 'kms', keyId: 'alias/tokens'},
      ledgerKey: {kind: 'pem', text: pem},
    })
    expect(readConfig(read.value.rest).ok).toBe(true)
  })

  test('that are wrong or missing are all named, and no value is repeated', () => {
    const read = readAwsPlaces({
      COUNTERSIGN_STORE: 'sqlite:data/countersign.db',
      COUNTERSIGN_RECEIPT_KEY: '/etc/receipt-key.pem',
      COUNTERSIGN_TOKEN_KEY: 'kms:',
    })
    expect(read).toEqual({
      ok: false,
      fault: [
        'COUNTERSIGN_STORE: must be dynamodb:<name of the table>',
        'COUNTERSIGN_RECEIPT_KEY: must be kms:<key id>, or secretsmanager:<ARN of a secret that holds a PEM>',
        'COUNTERSIGN_TOKEN_KEY: must be kms:<key id>, or secretsmanager:<ARN of a secret that holds a PEM>',
        'COUNTERSIGN_LEDGER_KEY: is not set',
      ],
    })
  })
})

test.each(['kms:a,b', 'kms:a,'])('receipt keys %j are not read', (COUNTERSIGN_RECEIPT_KEY) => {
  expect(readAwsPlaces({...env, COUNTERSIGN_RECEIPT_KEY})).toMatchObject({ok: false})
})

test('a PEM out of a secret is a signer of its kind, or a problem that shows nothing of it', () => {
  expect(readSigner(pem, 'the secret')).toMatchObject({ok: true})
  expect(readTokenSigner(pem, 'the secret')).toEqual({
    ok: false,
    fault: 'the secret holds a key of type ed25519: an RSA key is needed',
  })
  const damaged = readSigner(pem.replace(/\n.{8}/, '\n!!!!!!!!'), 'the secret')
  expect(damaged).toEqual({ok: false, fault: 'the secret holds a private key that is damaged or of an unknown kind'})
})

if (emulatorAbsent !== undefined) {
  test.skip(`secrets of Secrets Manager (${emulatorAbsent})`, () => undefined)
} else {
  let emulator: Emulator
  let client: SecretsManagerClient
  beforeAll(async () => {
    emulator = await startEmulator()
    client = new SecretsManagerClient({endpoint: emulator.url, region, credentials})
  })
  afterAll(() => emulator.close())

  test('a variable may name a secret, whose text takes its place; others stay as they are', async () => {
    const {ARN: arn = ''} = await client.send(new CreateSecretCommand({Name: 'webhook', SecretString: 'open sesame'}))
    const given = {...env, OTHER: `secretsmanager:${arn}`, COUNTERSIGN_GITHUB_WEBHOOK_SECRET: `secretsmanager:${arn}`}
    expect(await fetchSecrets(given, client)).toEqual({
      ok: true,
      value: {...given, COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'open sesame'},
    })
  })

  test('secrets that cannot be read are named with the variable that asked', async () => {
    const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:nowhere`
    const given = {COUNTERSIGN_LEDGER_KEY: `secretsmanager:${arn}`, COUNTERSIGN_TOKEN_KEY: `secretsmanager:${arn}-two`}
    expect(await fetchSecrets(given, client)).toEqual({
      ok: false,
      fault: ['LEDGER', 'TOKEN'].map(
        (name) => `COUNTERSIGN_${name}_KEY: the secret cannot be read (ResourceNotFoundException)`,
      ),
    })
  })
}
