/** `GET /`: the state of this issuer as it is now. */
import type {Context} from 'hono'
import type {Checkpoints, EntryReader} from '../../model/readers.ts'
import {givePage} from '../document.ts'
import {type HomeView, renderHomePage} from './page.ts'

export interface HomePageTools extends Pick<HomeView, 'issuer' | 'pin' | 'ledgerKey' | 'action'> {
  readonly entries: Pick<EntryReader, 'last'>
  readonly checkpoints: Pick<Checkpoints, 'newest'>
  /** Milliseconds. */
  readonly now: () => number
}

export async function giveHome(c: Context, tools: HomePageTools): Promise<Response> {
  // A store that does not answer is told, not hidden behind an error page.
  const read = await Promise.all([tools.entries.last(), tools.checkpoints.newest()]).catch(() => undefined)
  const {issuer, pin, ledgerKey, action} = tools
  const ledger = read && {last: read[0], checkpoint: read[1], now: tools.now()}
  return await givePage(c, {
    title: 'Countersign: no receipt, no deploy',
    description: 'A deploy job stops unless a named person authorized this commit for this environment.',
    script: 'home',
    main: renderHomePage({issuer, pin, ledgerKey, action, ledger}),
    issuer,
  })
}
