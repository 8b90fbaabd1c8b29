/** The issuer as one Node process with its embedded store: assembled, with its worker and its timers. */
import type {Result} from '#protocol'
import {giveUpDelivery, handleDelivery, patience} from '../inbox/deliveries.ts'
import {sayLate} from '../inbox/late.ts'
import {type Clock, startClock} from '../inbox/clock.ts'
import {hideAnnounced} from '../inbox/hide.ts'
import {announceDates} from '../inbox/panel-dates.ts'
import {lookAtShown, lookEveryMs} from '../inbox/looking.ts'
import {startTelling} from '../inbox/telling.ts'
import {type Round, type Worker, startWorker} from '../inbox/worker.ts'
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
  const {log, now} = around
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
    now,
    handle: async (delivery) => {
      await hideAnnounced(delivery, durable)
      await handleDelivery(delivery, tools)
    },
    patience,
    giveUp: (delivery, cause) => giveUpDelivery(delivery, cause, tools),
    rounds: [
      {
        name: 'what is due',
        everyMs: 30_000,
        run: async (at) => {
          await announceDates(at, {...tools, inbox})
          checkpointSigner.noteCommit()
          await noteLedger({keys, durable})
        },
      },
      {name: 'the look for what is late', everyMs: 30_000, run: (at) => sayLate(at, {inbox, log})},
      fetching(assembled, inbox),
    ],
  })
  const looking = startClock({
    everyMs: lookEveryMs,
    act: () => lookAtShown({...tools, shown}),
    onFault: (fault) => log.error({err: fault}, 'what is shown cannot be looked at'),
  })
  const clocks = [...startTelling(tools), looking]
  const close = async (): Promise<void> => {
    await closeIssuer({worker, clocks, checkpointSigner}, {keys, durable}).finally(free)
  }
  const {pin, ledgerKey, appId} = assembled
  return {serving: serving(inbox, worker.wake), pin, ledgerKey, appId, close}
}

/** The second way in. */
function fetching({missed, said}: Assembled, inbox: Inbox): Round {
  const name = 'the look for what did not come in'
  if (missed !== undefined) {
    return {name, everyMs: 60_000, run: () => fetchMissed({...missed, inbox, events: eventsThatCount})}
  }
  return {name, everyMs: 120_000, run: async () => said && (await fetchSaid({...said, inbox}))}
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
