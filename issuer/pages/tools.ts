/** What pages are made with: who looks, what is read, and whose pages they are. */
import type {Origin, PinnedKeys, PublicKey, TokenKeys} from '#protocol'
import type {BearsName} from '../github/repository.ts'
import type {Durable} from '../model/durable.ts'
import type {Store} from '../model/store.ts'
import type {Viewer} from '../model/viewer.ts'

export interface PageTools extends Pick<Durable, 'records' | 'ledger' | 'entries' | 'checkpoints'> {
  readonly store: Pick<Store, 'find' | 'read'>
  readonly bearsName: BearsName
  readonly readCaller: ReadCaller
  readonly issuer: Origin
  /** Where people see repositories: `https://github.com`. */
  readonly github: string
  /** The action as workflows name it: `owner/name@commit`. */
  readonly action: string
  /** The receipt key that signs now. */
  readonly pin: PublicKey
  /** What this issuer's receipts and revocations are verified with. */
  readonly keys: PinnedKeys
  readonly tokenKeys: TokenKeys
  /** The ledger's C2SP verifier key. */
  readonly ledgerKey: string
  /** Milliseconds. */
  readonly now: () => number
  /** Told of every failure: a grey badge says nothing about it. */
  readonly reportFault: (fault: unknown) => void
}

/**
 * The caller that a request shows (a link's token, a bearer's), as what that caller may read. Asked before anything is
 * looked up, so that an answer never tells what a stranger may not know.
 */
export type ReadCaller = (request: Request) => Promise<Viewer>

export type BadgeTools = Pick<
  PageTools,
  'store' | 'records' | 'bearsName' | 'readCaller' | 'keys' | 'now' | 'reportFault'
>
