/** Webhooks: signed deliveries to one address, their record, and redelivery on request only, as GitHub does it. */

import {createHmac, randomUUID} from 'node:crypto'

import {installationOf} from './accounts.ts'
import {nodeId} from './identifiers.ts'
import type {Repository} from './state.ts'
import type {World} from './world.ts'

export interface SetHook {
  readonly url: string
  /** An App's hook carries `installation` and hears of repositories where the App is installed; a repository's hook neither. */
  readonly mode?: 'app' | 'repository'
}

interface Hook {
  readonly id: number
  readonly url: string
  readonly mode: 'app' | 'repository'
}

export interface Delivery {
  readonly id: number
  readonly guid: string
  readonly event: string
  readonly action: string | null
  readonly deliveredAt: string
  readonly redelivery: boolean
  readonly installationId: number | null
  readonly repositoryId: number | null
  /** The very bytes that were signed. */
  readonly body: string
  /** 0 until the answer is there. */
  statusCode: number
  status: string
  durationMs: number
}

export interface HookEvent {
  readonly event: string
  readonly repository: Repository
  /** Called at once, and only when somebody listens. */
  readonly payload: () => object | Promise<object>
}

const nothing = (): undefined => undefined

/** GitHub gives up after ten seconds. */
const patienceMs = 10_000

/** What is wrong with a payload, by GitHub's own schemas. */
export type PayloadCheck = (event: string, payload: object) => readonly string[]

export class Hooks {
  readonly deliveries: Delivery[] = []
  /** How long after it was sent a delivery stands in the list. */
  listedAfterMs = 0
  readonly #world: () => World
  readonly #check: PayloadCheck
  readonly #pending = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #line: Promise<void> = Promise.resolve()
  #hook: Hook | undefined

  constructor(world: () => World, check: PayloadCheck) {
    this.#world = world
    this.#check = check
  }

  set({url, mode = 'app'}: SetHook): void {
    this.#hook = {id: this.#world().ids.next('hook'), url, mode}
  }

  emit({event, repository, payload}: HookEvent): void {
    const world = this.#world()
    const {app} = world
    const hook = this.#hook
    if (!hook) return
    const installation = hook.mode === 'app' ? installationOf(world, app, repository) : undefined
    if (hook.mode === 'app' && !(installation && app.events.includes(event))) return
    // Payloads are made at once but sent in the order of what happened; the answers are not waited for.
    const made = Promise.resolve(payload())
    const turn = this.#line.then(() => made)
    this.#line = turn.then(nothing, nothing)
    this.#follow(
      turn.then((bare) => {
        const mark = installation && {installation: {id: installation.id, node_id: nodeId('I', installation.id)}}
        const body = {...bare, ...mark}
        world.violations.push(...this.#check(event, body))
        const ids = {installationId: installation?.id ?? null, repositoryId: repository.id}
        return this.#send(this.#newDelivery({event, body: JSON.stringify(body), ...ids}), hook)
      }),
    )
  }

  /** Sends any payload under the hook's signature: recorded ones, and ones that GitHub would never send. */
  deliver(ask: {readonly event: string; readonly payload: object}): number {
    const hook = this.#hook
    if (!hook) throw new Error('There is no hook to deliver to; set one with setHook')
    const delivery = this.#newDelivery({
      event: ask.event,
      body: JSON.stringify(ask.payload),
      installationId: null,
      repositoryId: null,
    })
    this.#follow(this.#send(delivery, hook))
    return delivery.id
  }

  ping(): number {
    const world = this.#world()
    const hook = this.#hook
    if (!hook) throw new Error('ping: there is no hook; set one with setHook')
    const at = world.clock.stamp()
    const url = `${world.origin}/app/hook`
    const payload = {
      zen: 'Keep it logically awesome.',
      hook_id: hook.id,
      hook: {
        type: 'App',
        id: hook.id,
        name: 'web',
        active: true,
        events: world.app.events,
        config: {content_type: 'json', url: hook.url, insecure_ssl: '0'},
        app_id: world.app.id,
        updated_at: at,
        created_at: at,
        url,
        ping_url: `${url}/pings`,
        deliveries_url: `${url}/deliveries`,
      },
    }
    world.violations.push(...this.#check('ping', payload))
    return this.deliver({event: 'ping', payload})
  }

  /** The same bytes under the same GUID, as a delivery of its own. */
  redeliver(id: number): number | undefined {
    const first = this.deliveries.find((delivery) => delivery.id === id)
    const hook = this.#hook
    if (!first || !hook) return undefined
    const again: Delivery = {
      ...first,
      id: this.#world().ids.next('delivery'),
      deliveredAt: this.#world().clock.stamp(),
      redelivery: true,
      statusCode: 0,
      status: 'pending',
      durationMs: 0,
    }
    this.deliveries.push(again)
    this.#follow(this.#send(again, hook))
    return again.id
  }

  /** Resolves when every delivery under way has its answer, those included that answers set off. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  /** Breaks off whatever is still under way. */
  async close(): Promise<void> {
    this.#hook = undefined
    this.#closing.abort()
    await this.settled()
  }

  #follow(work: Promise<void>): void {
    const tracked = work
      .catch((failure: unknown) => {
        // A payload that cannot be made is a fault of the sandbox: the tests that look for violations see it.
        this.#world().violations.push(`webhook: ${failure instanceof Error ? failure.message : String(failure)}`)
      })
      .finally(() => this.#pending.delete(tracked))
    this.#pending.add(tracked)
  }

  #newDelivery(details: Pick<Delivery, 'event' | 'body' | 'installationId' | 'repositoryId'>): Delivery {
    const parsed = JSON.parse(details.body) as {readonly action?: unknown}
    const delivery: Delivery = {
      ...details,
      id: this.#world().ids.next('delivery'),
      guid: randomUUID(),
      action: typeof parsed.action === 'string' ? parsed.action : null,
      deliveredAt: this.#world().clock.stamp(),
      redelivery: false,
      statusCode: 0,
      status: 'pending',
      durationMs: 0,
    }
    this.deliveries.push(delivery)
    return delivery
  }

  async #send(delivery: Delivery, hook: Hook): Promise<void> {
    const started = performance.now()
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(patienceMs), this.#closing.signal])
      const headers = this.#headers(delivery, hook)
      const answer = await fetch(hook.url, {method: 'POST', headers, body: delivery.body, signal, redirect: 'manual'})
      await answer.arrayBuffer()
      delivery.statusCode = answer.status
      delivery.status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`
    } catch (failure) {
      const late = failure instanceof Error && failure.name === 'TimeoutError'
      delivery.statusCode = late ? 504 : 502
      delivery.status = late ? 'timed out' : 'failed to connect to host'
    }
    delivery.durationMs = performance.now() - started
  }

  #headers(delivery: Delivery, hook: Hook) {
    const {app} = this.#world()
    const mac = (hash: 'sha1' | 'sha256'): string =>
      `${hash}=${createHmac(hash, app.webhookSecret).update(delivery.body).digest('hex')}`
    return {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': delivery.guid,
      'x-github-event': delivery.event,
      'x-github-hook-id': String(hook.id),
      'x-github-hook-installation-target-id': String(hook.mode === 'app' ? app.id : (delivery.repositoryId ?? app.id)),
      'x-github-hook-installation-target-type': hook.mode === 'app' ? 'integration' : 'repository',
      'x-hub-signature': mac('sha1'),
      'x-hub-signature-256': mac('sha256'),
    }
  }
}
