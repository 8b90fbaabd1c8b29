/** What a comment's text says to Countersign (formats §8, "What counts as a statement"). */
import type {CommitSha, Environment, ReceiptId} from '#protocol'

export type Command =
  | {
      readonly kind: 'authorize'
      readonly environment: Environment
      /** Absent in the bare form, which mints nothing unless the policy takes `head`. */
      readonly sha?: CommitSha | undefined
      readonly reason?: string | undefined
    }
  | {readonly kind: 'deny'; readonly environment: Environment; readonly reason?: string | undefined}
  /** What is meant is all of an environment's receipts for this pull request, or one receipt. */
  | {
      readonly kind: 'revoke'
      readonly target: {readonly environment: Environment} | {readonly receipt: ReceiptId}
      readonly reason?: string | undefined
    }
  | {readonly kind: 'status'}
  | {readonly kind: 'help'}

/** `not-for-us`: an ordinary comment, ignored in silence. `near-miss`: meant for us but wrong; `problem` says how. */
export type Reading =
  | {readonly kind: 'command'; readonly command: Command}
  | {
      readonly kind: 'near-miss'
      readonly problem: string
      /** What it was to authorize for, where that can be told: the answer has the line to copy. */
      readonly environment?: Environment | undefined
    }
  | {readonly kind: 'not-for-us'}

/** What is answered, one way or another. */
export type ReadingForUs = Exclude<Reading, {kind: 'not-for-us'}>

export type WithdrawCommand = Extract<Command, {kind: 'deny' | 'revoke'}>

/** Whether it takes something back: then it is believed as it was announced. */
export const isWithdrawal = (
  reading: Reading,
): reading is {readonly kind: 'command'; readonly command: WithdrawCommand} =>
  reading.kind === 'command' && (reading.command.kind === 'deny' || reading.command.kind === 'revoke')
