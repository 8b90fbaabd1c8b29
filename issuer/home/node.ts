/** The issuer as one Node process with its embedded store: assembled, with its worker and its timers. */
import type {Result} from '#protocol'
import {giveUpDelivery, handleDelivery, patience} from '../inbox/deliveries.ts'
import {sayLate} from '../inbox/late.ts'
import {type Clock, startClock} from '../inbox/clock.ts'
import {hideAnnounced} from '../inbox/hide.ts'
import {announceDates} from '../inbox/panel-dates.ts'
import {lookAtShown, lookEveryMs} from '../inbox/looking.ts'
import {startTelling} from '../inbox/telling.ts'
import {type Worker, startWorker} from '../inbox/worker.ts'
import {eventsThatCount, fetchMissed} from '../inbox/fetch-missed.ts'
import {fetchSaid} from '../inbox/fetch-said.ts'
import {type CheckpointSigner, startCheckpointSigner} from '../keys/checkpoint-signer.ts'
import {markLedger} from '../keys/ledger-mark.ts'
import {type Assembled, assemble} from './assemble.ts'
import type {IssuerConfig} from './config.ts'
import {type Base, type Runtime, openBase} from './open-base.ts'
import type {AppTools} from './serving.ts'
import type {Inbox} from '../model/inbox.ts'
import type {Log} from '../model/log.ts'
import {holdAlone} from '../store/sqlite-alone.ts'

export interface Issuer extends Pick<Assembled, 'ledgerKey' | 'pin' | 'appId'> {
  readonly serving: AppTools
  /** Finishes what is in hand, then lets go of the store. */
  readonly close: () => Promise<void>
}

export type Opened = Result<Issuer, readonly string[]>

export async function openIssuer(config: IssuerConfig, around: Runtime): Promise<Opened> {
  const opened = await openBase(config, around)
  return opened.ok ? {ok: true, value: await openOnBase({...opened.value, config}, around)} : opened
}

interface Parts extends Base {
  readonly config: IssuerConfig
}

/** From a base that is open already, as it is after set-up. */
export async function openOnBase({config, keys, durable, ring}: Parts, around: Runtime): Promise<Issuer> {
  const {log} = around
  const checkpointSigner = startCheckpointSigner({...durable, signer: keys.ledger}, (fault) =>
    log.error({err: fault}, 'the ledger could not be signed'),
  )
  const assembled = await assemble({config, keys, ring, durable, checkpointSigner, around})
  const {tools, shown, serving} = assembled
  const {inbox} = durable
  const free = await takeBackLeases(config.databasePath, {inbox, log})
  const worker = startWorker({
    inbox,
    log,
    now: tools.now,
    handle: async (delivery) => {
      await hideAnnounced(delivery, durable)
      await handleDelivery(delivery, tools)
    },
    patience,
    giveUp: (delivery, cause) => giveUpDelivery(delivery, cause, tools),
  })
  const clock = (name: string, everyMs: number, act: () => Promise<unknown>): Clock =>
    startClock({everyMs, act, onFault: (fault) => log.error({err: fault}, `${name} failed`)})
  const clocks = [
    ...startTelling(tools),
    clock('the look at what is shown', lookEveryMs, () => lookAtShown({...tools, shown})),
    clock('the look for what is late', 30_000, () => sayLate(tools.now(), {inbox, log})),
    clock('what is due', 30_000, async () => {
      await announceDates(tools.now(), {...tools, inbox})
      checkpointSigner.noteCommit()
      await noteLedger({keys, durable})
    }),
    ...startFetching(assembled, {inbox, clock}),
  ]
  const close = async (): Promise<void> => {
    await closeIssuer({worker, clocks, checkpointSigner}, {keys, durable}).finally(free)
  }
  const {pin, ledgerKey, appId} = assembled
  return {serving: serving(inbox, worker.wake), pin, ledgerKey, appId, close}
}

interface Fetching {
  readonly inbox: Inbox
  readonly clock: (name: string, everyMs: number, act: () => Promise<unknown>) => Clock
}

/** The second way in: of what GitHub lists as sent to an App, or of a repository's comments. */
function startFetching({missed, said}: Assembled, {inbox, clock}: Fetching): readonly Clock[] {
  const name = 'the look for what did not come in'
  return [
    ...(missed ? [clock(name, 60_000, () => fetchMissed({...missed, inbox, events: eventsThatCount}))] : []),
    ...(said ? [clock(name, 120_000, () => fetchSaid({...said, inbox}))] : []),
  ]
}

/** What a process had in hand that was killed is taken at once, where nobody else can have it. Gives what lets go. */
async function takeBackLeases(
  databasePath: string,
  {inbox, log}: {readonly inbox: Inbox; readonly log: Log},
): Promise<() => void> {
  const free = holdAlone(databasePath)
  if (free !== undefined) await inbox.takeBack()
  else log.warn({}, 'another issuer works on this store: what it has in hand is left to it')
  return free ?? (() => undefined)
}

/** Notes how far the store has come, so that an older copy of it is recognized at the next start. */
async function noteLedger({keys, durable}: Pick<Parts, 'keys' | 'durable'>): Promise<void> {
  markLedger(keys.markPath, await durable.entries.last())
}

interface Running {
  readonly worker: Worker
  readonly clocks: readonly Clock[]
  readonly checkpointSigner: CheckpointSigner
}

async function closeIssuer(
  {worker, clocks, checkpointSigner}: Running,
  parts: Pick<Parts, 'keys' | 'durable'>,
): Promise<void> {
  try {
    await Promise.all([worker, ...clocks].map((one) => one.drain()))
    await checkpointSigner.newestCheckpoint()
    await noteLedger(parts)
  } finally {
    parts.durable.close()
  }
}
