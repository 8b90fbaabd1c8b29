/** The issuer as one Node process with its embedded store: assembled, with its worker and its timers. */
import type {Result} from '#protocol'
import {giveUpDelivery, handleDelivery, patience} from '../inbox/deliveries.ts'
import {repair} from '../inbox/repair.ts'
import {type Worker, startWorker} from '../inbox/worker.ts'
import {redeliverFailed, redeliverForMs} from '../github/redeliver.ts'
import {type CheckpointSigner, startCheckpointSigner} from '../keys/checkpoint-signer.ts'
import {markLedger} from '../keys/ledger-mark.ts'
import {type Assembled, assemble} from './assemble.ts'
import type {IssuerConfig} from './config.ts'
import {type Base, type Runtime, openBase} from './open-base.ts'
import type {AppTools} from './serving.ts'

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
  const {tools, github, serving, ...shown} = await assemble({
    config,
    keys,
    ring,
    durable,
    checkpointSigner,
    around,
  })
  const askForMissed = everySoOften(redeliverEveryMs, (at) => redeliverFailed(github, at - redeliverForMs))
  const worker = startWorker({
    inbox: durable.inbox,
    log,
    now,
    handle: (delivery) => handleDelivery(delivery, tools),
    patience,
    giveUp: (delivery, cause) => giveUpDelivery(delivery, cause, tools),
    repair: async (at) => {
      await repair(at, {...tools, inbox: durable.inbox})
      checkpointSigner.noteCommit()
      await noteLedger({keys, durable})
      await askForMissed(at)
    },
  })
  const close = () => closeIssuer({worker, checkpointSigner}, {keys, durable})
  const {pin, ledgerKey, appId} = shown
  return {serving: serving(durable.inbox, worker.wake), pin, ledgerKey, appId, close}
}

/** GitHub never sends a failed delivery again by itself. */
const redeliverEveryMs = 2 * 60_000

/** Calls `act` when it was not called for `everyMs` before; a failure waits for the next time. */
function everySoOften(everyMs: number, act: (at: number) => Promise<unknown>): (at: number) => Promise<void> {
  let next = 0
  return async (at) => {
    if (at < next) return
    next = at + everyMs
    await act(at)
  }
}

/** Notes how far the store has come, so that an older copy of it is recognized at the next start. */
async function noteLedger({keys, durable}: Pick<Parts, 'keys' | 'durable'>): Promise<void> {
  markLedger(keys.markPath, await durable.entries.last())
}

interface Running {
  readonly worker: Worker
  readonly checkpointSigner: CheckpointSigner
}

async function closeIssuer({worker, checkpointSigner}: Running, parts: Pick<Parts, 'keys' | 'durable'>): Promise<void> {
  try {
    await worker.drain()
    await checkpointSigner.newestCheckpoint()
    await noteLedger(parts)
  } finally {
    parts.durable.close()
  }
}
