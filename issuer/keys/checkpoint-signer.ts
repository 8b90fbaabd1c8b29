/**
 * Signs the ledger's checkpoints: only over what a consistent read returned, only as a continuation of the one that is
 * kept, and kept before anybody sees it. So there are never two roots for one size, nor a smaller size after a larger.
 */
import {
  type Checkpoint,
  checkpointText,
  frontierPlaces,
  frontierRoot,
  joinNodes,
  printCheckpoint,
  printVerifierKey,
  verify,
} from '#protocol'
import type {Signer} from '../model/signer.ts'
import type {Checkpoints, KeptCheckpoint, LedgerReader} from '../model/readers.ts'
import type {Store} from '../model/store.ts'
import {shareTurns} from '../store/turns.ts'

export interface CheckpointTools {
  readonly ledger: LedgerReader
  readonly checkpoints: Checkpoints
  /** The ledger's own key. */
  readonly signer: Signer
}

/** Signs the ledger's end unless it is signed already. Throws when the ledger contradicts the checkpoint that is kept. */
export async function signCheckpoint({ledger, checkpoints, signer}: CheckpointTools): Promise<KeptCheckpoint> {
  const {kept, head} = await readChecked({ledger, checkpoints})
  if (kept?.size === head.size) return kept
  const note = await signNote(head, signer)
  // From here the checkpoint may be seen. One that another process outran is dropped unseen.
  await checkpoints.keep({size: head.size, root: head.root, note})
  const newest = await checkpoints.newest()
  if (newest === undefined) throw new Error('the store kept no checkpoint')
  return newest
}

/** The ledger's end, and the checkpoint that is kept. Throws when they contradict each other. */
export async function readChecked({ledger, checkpoints}: Pick<CheckpointTools, 'ledger' | 'checkpoints'>): Promise<{
  readonly kept: KeptCheckpoint | undefined
  readonly head: Checkpoint
}> {
  const kept = await checkpoints.newest()
  // Read after the kept one, so that the head can only be at its size or beyond.
  const {origin, frontier} = await ledger.head()
  const head = {origin, size: frontier.size, root: frontierRoot(frontier)}
  if (kept !== undefined) await checkContinuation(kept, head, ledger)
  return {kept, head}
}

const restoreAdvice =
  'The database is older than, or not, the one that was signed: put its newest copy back, or begin a new ledger. ' +
  'Nothing is signed until then, since two signed histories would prove this issuer false'

/** Throws unless the ledger, whose end is `head`, goes on from what `kept` covers. */
export async function checkContinuation(
  kept: Pick<KeptCheckpoint, 'size' | 'root'>,
  head: Checkpoint,
  ledger: LedgerReader,
): Promise<void> {
  if (head.size < kept.size) {
    throw new Error(`the ledger has ${head.size} entries, its newest checkpoint covers ${kept.size}. ${restoreAdvice}`)
  }
  const root = joinNodes(await ledger.nodes(frontierPlaces(kept.size)))
  if (root !== kept.root || (head.size === kept.size && head.root !== kept.root)) {
    throw new Error(`the ledger's first ${kept.size} entries are not those of its newest checkpoint. ${restoreAdvice}`)
  }
}

async function signNote(head: Checkpoint, signer: Signer): Promise<string> {
  const {publicKey} = signer
  const signature = await signer.sign(new TextEncoder().encode(checkpointText(head)))
  const note = printCheckpoint({...head, publicKey, signature})
  // A key service may sign with another key than it shows: such a note would be kept for ever.
  const checked = verify.checkpoint(note, printVerifierKey(head.origin, publicKey))
  if (!checked.valid) throw new Error(`the ledger key signed a checkpoint that does not verify: ${checked.reason}`)
  return note
}

export interface CheckpointSigner {
  /** Call it after each commit: signs soon, several commits at once. Never throws; a failure is reported. */
  readonly noteCommit: () => void
  /**
   * The newest signed note, for replies and check runs: over everything committed before the call, or, while nothing
   * can be signed, the last one that was kept. Undefined before the first.
   */
  readonly newestCheckpoint: () => Promise<string | undefined>
}

/** Keeps one signing in hand at a time, and one more waiting for whatever was committed meanwhile. */
export function startCheckpointSigner(tools: CheckpointTools, reportFault: (fault: unknown) => void): CheckpointSigner {
  const shareTurn = shareTurns('begun')
  const bringLevel = (): Promise<unknown> => shareTurn('ledger', () => signCheckpoint(tools).catch(reportFault))
  return {
    noteCommit: () => void bringLevel(),
    newestCheckpoint: async () => {
      await bringLevel()
      return (await tools.checkpoints.newest())?.note
    },
  }
}

/** The same store, which has each new entry signed. */
export const notingCommits = (store: Store, {noteCommit}: Pick<CheckpointSigner, 'noteCommit'>): Store => ({
  ...store,
  commit: async (change) => {
    const result = await store.commit(change)
    if (result === 'committed' && change.appends !== undefined) noteCommit()
    return result
  },
})
