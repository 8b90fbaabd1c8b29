/** Webhooks byte by byte, signed with the App's secret or as the attacker likes, which no client of GitHub's would send. */
import {createHmac, randomUUID} from 'node:crypto'
import type {Delivery} from '../../sandbox/hooks.ts'
import type {Stage} from '../acceptance/stage.ts'

export interface RawHook {
  readonly event?: string
  readonly delivery?: string
  /** In the place of the right one. */
  readonly signature?: string
}

export interface HookAnswer {
  readonly status: number
  readonly text: string
}

export async function sendRaw(stage: Stage, body: string, hook: RawHook = {}): Promise<HookAnswer> {
  const {webhookSecret} = await stage.world.describeApp()
  const answer = await fetch(stage.issuer.hookUrl, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': hook.delivery ?? randomUUID(),
      'x-github-event': hook.event ?? 'issue_comment',
      'x-hub-signature-256':
        hook.signature ?? `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`,
    },
  })
  return {status: answer.status, text: await answer.text()}
}

/** The delivery that announced a comment of these words. */
export function announced(stage: Stage, words: string): Delivery {
  const found = stage.world.hooks.deliveries.find(
    ({event, action, body}) =>
      event === 'issue_comment' && action === 'created' && body.includes(`"body":${JSON.stringify(words)}`),
  )
  if (found === undefined) throw new Error(`no delivery announces ${words}`)
  return found
}
