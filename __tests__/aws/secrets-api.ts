/**
 * Secrets Manager on loopback: its wire protocol (JSON 1.1, X-Amz-Target). A version is written once, as its documentation
 * says of ClientRequestToken, and a secret may be empty: moto lets a version be written again.
 */
import {randomUUID} from 'node:crypto'
import {once} from 'node:events'
import {type IncomingMessage, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {region} from './emulator.ts'

export interface AskedSecret {
  /** The access key that signed the request. */
  readonly caller: string
  /** As `GetSecretValue`. */
  readonly operation: string
  readonly name: string
}

type Told = {readonly told: object} | {readonly fault: string}

const prefix = `arn:aws:secretsmanager:${region}:123456789012:secret:`

export class SecretsApi {
  readonly asked: AskedSecret[] = []
  /** By name: the versions of each, the newest last. */
  readonly #secrets = new Map<string, Map<string, string>>()
  readonly #mayPass: (asked: AskedSecret) => boolean
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  private constructor(mayPass: (asked: AskedSecret) => boolean) {
    this.#mayPass = mayPass
  }

  static async start(mayPass: (asked: AskedSecret) => boolean): Promise<SecretsApi> {
    const api = new SecretsApi(mayPass)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Makes a secret, empty without a text; gives its ARN. */
  make(name: string, text?: string): string {
    this.#secrets.set(name, new Map(text === undefined ? [] : [[randomUUID(), text]]))
    return prefix + name
  }

  textOf(name: string): string | undefined {
    return [...(this.#secrets.get(name)?.values() ?? [])].at(-1)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, string>>
    const caller = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '')
    const name = (body['SecretId'] ?? '').replace(prefix, '')
    const asked = {caller, operation, name}
    this.asked.push(asked)
    const answer = this.#mayPass(asked) ? this.#answer(asked, body) : {fault: 'AccessDeniedException'}
    const [status, told] = 'told' in answer ? [200, answer.told] : [400, {__type: answer.fault, Message: answer.fault}]
    response.writeHead(status, {'content-type': 'application/x-amz-json-1.1'}).end(JSON.stringify(told))
  }

  #answer({operation, name}: AskedSecret, body: Readonly<Record<string, string>>): Told {
    const versions = this.#secrets.get(name)
    if (versions === undefined) return {fault: 'ResourceNotFoundException'}
    switch (operation) {
      case 'GetSecretValue': {
        const text = this.textOf(name)
        return text === undefined ? {fault: 'ResourceNotFoundException'} : {told: {SecretString: text}}
      }
      case 'DescribeSecret': {
        const [current] = [...versions.keys()].slice(-1)
        return {told: current === undefined ? {} : {VersionIdsToStages: {[current]: ['AWSCURRENT']}}}
      }
      case 'PutSecretValue': {
        const [version = '', text = ''] = [body['ClientRequestToken'], body['SecretString']]
        // 32 to 64 characters, or AWS does not take it.
        if (!/^[A-Za-z0-9-]{32,64}$/.test(version)) return {fault: 'InvalidParameterException'}
        if ((versions.get(version) ?? text) !== text) return {fault: 'ResourceExistsException'}
        versions.set(version, text)
        return {told: {VersionId: version}}
      }
      default:
        return {fault: 'InvalidRequestException'}
    }
  }
}
