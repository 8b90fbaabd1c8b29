/** `GET /ledger?q=&before=`: who asks is known first, then what was typed is looked for, in that caller's viewer. */
import type {Context} from 'hono'
import type {Checkpoints} from '../../model/readers.ts'
import type {ReadCaller} from '../caller.ts'
import {givePage} from '../document.ts'
import {readLink} from '../link.ts'
import {renderLedgerPage} from './page.ts'
import {parseBefore, parseSearch} from './query.ts'
import {type SearchTools, searchLedger} from './search.ts'

export interface LedgerPageTools extends SearchTools {
  readonly checkpoints: Pick<Checkpoints, 'newest'>
  readonly readCaller: ReadCaller
  readonly issuer: string
  /** The ledger's C2SP verifier key. */
  readonly ledgerKey: string
}

export async function giveLedger(c: Context, tools: LedgerPageTools): Promise<Response> {
  const typed = (c.req.query('q') ?? '').trim()
  const [search, before] = [parseSearch(typed), parseBefore(c.req.query('before'))]
  const viewer = await tools.readCaller(c.req.raw)
  // The checkpoint first: the head is then never behind it.
  const checkpoint = await tools.checkpoints.newest()
  const [found, {last}] = await Promise.all([searchLedger({search, before, viewer}, tools), tools.ledger.head()])
  const {issuer, ledgerKey} = tools
  const view = {issuer, ledgerKey, checkpoint, typed, search, before, found, viewer}
  return await givePage(c, {
    title: typed === '' ? 'Ledger – Countersign' : `${typed} in the ledger – Countersign`,
    description: 'Every decision of this issuer, in order, verified in your browser.',
    script: 'ledger',
    at: 'ledger',
    main: renderLedgerPage({...view, link: readLink(c), size: last.seq + 1}),
    issuer,
  })
}
