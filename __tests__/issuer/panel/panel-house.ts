/** Panels as an issuer's process keeps them, on the sandbox GitHub and a real database, under a clock of the test. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {handleDelivery} from '../../../issuer/inbox/deliveries.ts'
import {createPullRequestSource} from '../../../issuer/github/facts.ts'
import type {PullPlace} from '../../../issuer/model/facts.ts'
import {type Panels, keepPanels} from '../../../issuer/decide/panels.ts'
import {createPanelSender, type PanelSender} from '../../../issuer/publish/send-panel.ts'
import {announceDates} from '../../../issuer/inbox/panel-dates.ts'
import {type Embedded, openSqlite} from '../../../issuer/store/sqlite.ts'
import type {ScopeState} from '../../../issuer/model/state.ts'
import type {DeliveryTools} from '../../../issuer/inbox/deliveries.ts'
import type {Checked, Taken} from '../../../issuer/model/inbox.ts'
import {origin} from '../builders.ts'
import {type OpenedChange, type Stage, name, openChange, say, setStage} from '../github-world.ts'
import {at, decides, environment, firstEntry, proposal, statementOf} from '../../stores/builders.ts'

/** A process of the issuer. */
export interface House {
  readonly durable: Embedded
  readonly tools: DeliveryTools
  readonly panels: Panels
}

export class PanelHouse {
  readonly stage: Stage
  readonly change: OpenedChange
  readonly place: PullPlace
  /** The clock of all processes; milliseconds. */
  now = at
  readonly #folder = mkdtempSync(join(tmpdir(), 'countersign-panels-'))
  readonly #opened: Embedded[] = []
  #decided = 0

  private constructor(stage: Stage, change: OpenedChange) {
    this.stage = stage
    this.change = change
    const {repository, installation} = say(stage, {pullRequest: change.number, body: 'Hello.'})
    this.place = {repository, installation, pullRequest: change.number}
  }

  /** With hubot's pull request under this policy. */
  static async open(policy: string): Promise<PanelHouse> {
    const stage = await setStage()
    const files = {'.github/countersign.yml': `version: 1\nenvironments:\n  production: ${policy}\n`}
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files})
    const house = new PanelHouse(stage, await openChange(stage))
    await house.#open().createLedger(firstEntry)
    return house
  }

  /** Another process on the same database. `around` is put around its sender. */
  start(around: (send: PanelSender) => PanelSender = (send) => send): House {
    const durable = this.#open()
    const {github, facts} = this.stage
    const silent = () => undefined
    const tools = {
      ...durable,
      facts,
      pullRequests: createPullRequestSource(github),
      servesOwner: () => true,
      newestCheckpoint: () => Promise.resolve(undefined),
      issuer: origin,
      now: () => this.now,
      log: {info: silent, warn: silent, error: silent},
    }
    const panels = keepPanels({...tools, sendPanel: around(createPanelSender(github))})
    // What statements and closing need besides is not asked of it here.
    return {durable, panels, tools: {...tools, panels} as unknown as DeliveryTools}
  }

  async repair({durable, tools}: House): Promise<void> {
    await announceDates(this.now, {...tools, inbox: durable.inbox})
  }

  /** Handles what waits in the inbox, one after another; gives how many that were. */
  async work({durable, tools}: House): Promise<number> {
    for (let handled = 0; ; handled++) {
      const taken = await durable.inbox.take(this.now)
      if (taken === undefined) return handled
      await handleDelivery(taken, tools)
      await durable.inbox.done(taken.id)
    }
  }

  /** The webhook that a check run came to its end, taken off the inbox. */
  checked(check: string, over: Partial<Checked> & {readonly receivedAt?: number} = {}): Taken {
    const {receivedAt = this.now, ...more} = over
    const {repository, installation} = this.place
    const checked = {repository, installation, commit: this.change.head as Checked['commit'], check, ...more}
    return {
      id: `checked-${check}`,
      repositoryId: repository.id,
      attempt: 1,
      receivedAt,
      notice: {kind: 'checked', checked},
    }
  }

  /** Writes a scope's state as a decision does. */
  async decide({durable}: House, state: ScopeState): Promise<void> {
    const n = (this.#decided += 1)
    const scope = {repositoryId: this.place.repository.id, environment: environment('production')}
    await durable.idempotency.begin(statementOf(n, scope), proposal(n))
    const {appends, ...change} = decides({n, read: await durable.store.read(scope), scope, kind: 'deny'})
    await durable.store.commit({...change, appends: {...appends, state}})
  }

  /** What the one panel says. */
  get text(): string {
    const panels = [...this.stage.world.comments.values()].filter(({body}) =>
      body.endsWith('<!-- countersign-panel -->'),
    )
    const [panel] = panels
    if (panel === undefined || panels.length > 1) throw new Error(`there are ${panels.length} panels`)
    return panel.body
  }

  requests(method: string): number {
    return this.stage.world.requests.filter((one) => one.method === method).length
  }

  #open(): Embedded {
    const durable = openSqlite(join(this.#folder, 'countersign.db'))
    this.#opened.push(durable)
    return durable
  }

  async close(): Promise<void> {
    for (const durable of this.#opened) durable.close()
    rmSync(this.#folder, {recursive: true})
    await this.stage.sandbox.close()
  }
}
