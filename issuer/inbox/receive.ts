/** POST /github/webhook: raw bytes -> verified -> narrowed -> kept. Nothing is read from a body before its HMAC holds. */
import {verify} from '@octokit/webhooks-methods'
import type {Delivery, Inbox} from '../model/inbox.ts'
import type {Log} from '../model/log.ts'
import type {Ignored} from './ignored.ts'
import {type Narrowed, namesInstallation, narrowPayload} from './narrow.ts'

/** GitHub's own cap is 25 MiB; what is read here is far below (formats §8: 1 MiB). */
export const maxWebhookBytes = 1_048_576

export interface WebhookTools extends NoticeTools {
  readonly secret: string
  readonly inbox: Pick<Inbox, 'put'>
  /** What was looked at and is nothing for the inbox. */
  readonly ignored: Ignored
  readonly log: Log
}

/** What makes a delivery of a payload. */
export interface NoticeTools {
  /** Whether deliveries of this owner (login or id) are served. */
  readonly servesOwner: (owner: Narrowed['owner']) => boolean
  /** The issuer is a GitHub App, which can ask nothing for a webhook that names no installation. */
  readonly isApp: boolean
  readonly now: () => number
}

export interface WebhookRequest {
  readonly body: Uint8Array
  readonly signature: string | undefined
  readonly event: string | undefined
  readonly delivery: string | undefined
}

export interface WebhookAnswer {
  readonly status: 202 | 400 | 401
  readonly body: {readonly result: 'kept' | 'known' | 'ignored' | 'refused'; readonly reason?: string}
}

export async function receiveWebhook(request: WebhookRequest, tools: WebhookTools): Promise<WebhookAnswer> {
  const text = decodeUtf8(request.body)
  if (text === undefined || !(await isSigned(text, request.signature, tools.secret))) {
    return refuse(401, 'the signature in X-Hub-Signature-256 does not fit the body under the webhook secret')
  }
  const {event, delivery} = request
  if (delivery === undefined || !/^[0-9A-Za-z-]{1,64}$/.test(delivery)) {
    return refuse(400, 'the header X-GitHub-Delivery is missing or malformed')
  }
  if (event === undefined) return refuse(400, 'the header X-GitHub-Event is missing')
  const payload = parsePayload(text)
  if (payload === undefined) return refuse(400, 'the body is not JSON; set the content type application/json')
  const read = readDelivery({id: delivery, event, payload: payload.value}, tools)
  if (typeof read === 'string') {
    if (read === 'foreign') warnOfForeignHook(tools)
    tools.ignored.add(delivery)
    return {status: 202, body: {result: 'ignored'}}
  }
  // From here the statement is durable: a crash before its decision is repaired by the inbox.
  const kept = await tools.inbox.put(read)
  return {status: 202, body: {result: kept === 'new' ? 'kept' : 'known'}}
}

interface Payload {
  readonly id: string
  readonly event: string
  readonly payload: unknown
}

/** The same for every payload, whichever way it came in. `foreign`: for us, but from a webhook that is not the App's. */
export function readDelivery(
  {id, event, payload}: Payload,
  {servesOwner, isApp, now}: NoticeTools,
): Delivery | 'nothing' | 'foreign' {
  const narrowed = narrowPayload(event, payload)
  if (narrowed === undefined || !servesOwner(narrowed.owner)) return 'nothing'
  if (isApp && !namesInstallation(payload)) return 'foreign'
  const {notice, repositoryId} = narrowed
  return {id, repositoryId, notice, receivedAt: now()}
}

const warned = new WeakSet<WebhookTools>()

/** A repository's own webhook beside the App's would otherwise fail for a day each time. Said once. */
function warnOfForeignHook(tools: WebhookTools): void {
  if (warned.has(tools)) return
  warned.add(tools)
  tools.log.warn(
    {},
    "a webhook names no installation and is ignored: it is not the App's own; remove the repository's or organization's webhook that leads here",
  )
}

const refuse = (status: 400 | 401, reason: string): WebhookAnswer => ({status, body: {result: 'refused', reason}})

/** Strict, and the byte-order mark kept: the text's UTF-8 is then exactly the bytes that were signed. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

/** Compared in constant time by the library. */
async function isSigned(text: string, signature: string | undefined, secret: string): Promise<boolean> {
  if (text === '' || signature === undefined || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false
  return await verify(secret, text, signature)
}

/** GitHub's payload, under its HMAC: JSON's ordinary parser, since nothing in it is believed before it is read again. */
function parsePayload(text: string): {value: unknown} | undefined {
  try {
    return {value: JSON.parse(text) as unknown}
  } catch {
    return undefined
  }
}
