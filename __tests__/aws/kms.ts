/**
 * KMS on loopback: its wire protocol (JSON 1.1, X-Amz-Target) over real keys. It refuses what KMS refuses, as its
 * documentation says: moto has no Ed25519.
 */
import {type KeyObject, constants, createPublicKey, privateEncrypt, sign} from 'node:crypto'
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {KMSClient} from '@aws-sdk/client-kms'
import {kmsSettings} from '../../issuer/keys/kms.ts'
import {credentials, region} from './emulator.ts'

export interface KmsKey {
  readonly privateKey: KeyObject
  /** `ECC_NIST_EDWARDS25519`, `RSA_3072` … */
  readonly spec: string
  readonly usage?: string
  /** The name of the error that every use of it gets. */
  state?: string
}

export interface Refusal {
  readonly status: number
  readonly type: string
}

export interface KmsRequest {
  readonly operation: string
  /** The access key that signed the request. */
  readonly caller: string
  readonly body: Readonly<Record<string, string>>
}

export const arnOf = (id: string): string => `arn:aws:kms:${region}:123456789012:key/${id}`

/** Keys by their id; an alias is an entry of another name. */
export class Kms {
  readonly keys = new Map<string, KmsKey>()
  readonly asked: KmsRequest[] = []
  /** What the next requests get instead; `hang up` has no answer. */
  readonly faults: (Refusal | 'hang up')[] = []
  /** Whether a policy lets a request pass. */
  mayPass: (asked: KmsRequest) => boolean = () => true
  /** Spoils a signature on its way. */
  spoil: ((signature: Buffer) => Buffer) | undefined
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
      const body = JSON.parse(Buffer.concat(chunks).toString()) as KmsRequest['body']
      const caller = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const asked = {operation, caller, body}
      this.asked.push(asked)
      const fault = this.faults.shift()
      if (fault === 'hang up') return request.socket.destroy()
      const isAllowed = /^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? '') && this.mayPass(asked)
      const answer = fault ?? (isAllowed ? this.#answer(operation, body) : {status: 400, type: 'AccessDeniedException'})
      const [status, told] =
        'type' in answer ? [answer.status, {__type: answer.type, message: answer.type}] : [200, answer.told]
      response.writeHead(status, {'content-type': 'application/x-amz-json-1.1'}).end(JSON.stringify(told))
    })
  })

  static async start(): Promise<Kms> {
    const kms = new Kms()
    kms.#server.listen(0, '127.0.0.1')
    await once(kms.#server, 'listening')
    return kms
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  client(): KMSClient {
    return new KMSClient({...kmsSettings, endpoint: this.url, region, credentials})
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(operation: string, body: KmsRequest['body']): Refusal | {told: object} {
    const name = (body['KeyId'] ?? '').replace(/^arn:aws:kms:[^:]*:[^:]*:key\//, '')
    const key = this.keys.get(name)
    if (key === undefined) return invalid('NotFoundException')
    if (key.state !== undefined) return invalid(key.state)
    const [id] = [...this.keys].find(([, one]) => one === key) ?? [name]
    if (operation === 'GetPublicKey') return {told: {...about(id, key), ...publicPart(key)}}
    if (operation !== 'Sign') return invalid('UnknownOperationException')
    const signature = signAsKms(key, body)
    if (signature === undefined) return invalid('ValidationException')
    const sent = this.spoil?.(signature) ?? signature
    return {told: {...about(id, key), Signature: sent.toString('base64'), SigningAlgorithm: body['SigningAlgorithm']}}
  }
}

const invalid = (type: string): Refusal => ({status: 400, type})

const about = (id: string, {spec, usage = 'SIGN_VERIFY'}: KmsKey): object => ({
  KeyId: arnOf(id),
  KeySpec: spec,
  KeyUsage: usage,
})

const algorithmsOf = (spec: string): readonly string[] => {
  if (spec === 'ECC_NIST_EDWARDS25519') return ['ED25519_SHA_512', 'ED25519_PH_SHA_512']
  return spec.startsWith('RSA_') ? ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256'] : ['ECDSA_SHA_256']
}

const publicPart = ({privateKey, spec}: KmsKey): object => ({
  PublicKey: createPublicKey(privateKey).export({format: 'der', type: 'spki'}).toString('base64'),
  SigningAlgorithms: algorithmsOf(spec),
})

/** DigestInfo of SHA-256 (RFC 8017 §9.2): what PKCS#1 v1.5 signs of a digest. */
const sha256Info = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function signAsKms({privateKey, spec}: KmsKey, body: KmsRequest['body']): Buffer | undefined {
  const message = Buffer.from(body['Message'] ?? '', 'base64')
  const [type, algorithm = ''] = [body['MessageType'], body['SigningAlgorithm']]
  if (message.length < 1 || message.length > 4096 || !algorithmsOf(spec).includes(algorithm)) return undefined
  if (algorithm === 'ED25519_SHA_512') return type === 'RAW' ? sign(null, message, privateKey) : undefined
  if (algorithm !== 'RSASSA_PKCS1_V1_5_SHA_256') return undefined
  if (type === 'RAW') return sign('sha256', message, privateKey)
  if (type !== 'DIGEST' || message.length !== 32) return undefined
  return pkcs1(Buffer.concat([sha256Info, message]), privateKey)
}

/** The padding by the library, the hash already made. */
const pkcs1 = (info: Buffer, key: KeyObject): Buffer =>
  privateEncrypt({key, padding: constants.RSA_PKCS1_PADDING}, info)
