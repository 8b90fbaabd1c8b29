/** The record of what ran: `started` after an allow, `finished` from the post step. Nothing in here can fail a job. */
import {parseOrigin, parseReceiptId} from '#protocol'
import {oneLine} from '../escape.ts'
import {type ReportPlace, outcomes, publishExecution} from './execution.ts'

/** What the two steps of one job need of their runner. */
export interface Notebook {
  readonly keep: (name: 'receipt' | 'issuer', value: string) => void
  readonly kept: (name: 'receipt' | 'issuer') => string
  readonly warn: (text: string) => void
}

/** The job must not wait for a record. */
const limitMs = 5000

/** Kept first: an issuer that misses the beginning may still hear of the end. */
export const beginReport = (place: ReportPlace, notebook: Notebook): Promise<void> =>
  harmlessly(notebook, async () => {
    notebook.keep('issuer', place.issuer)
    notebook.keep('receipt', place.receipt)
    return publishExecution({event: 'started'}, place, AbortSignal.timeout(limitMs))
  })

/** What the main step kept; undefined when it refused, or had nothing to report. */
export function readKept({kept}: Pick<Notebook, 'kept'>): Pick<ReportPlace, 'issuer' | 'receipt'> | undefined {
  const issuer = parseOrigin(kept('issuer'))
  const receipt = parseReceiptId(kept('receipt'))
  return issuer === undefined || receipt === undefined ? undefined : {issuer, receipt}
}

/** `jobStatus` is the runner's own word for how the job stands. */
export const endReport = (place: ReportPlace, jobStatus: string, notebook: Notebook): Promise<void> =>
  harmlessly(notebook, async () => {
    const outcome = outcomes.find((word) => word === jobStatus)
    if (outcome === undefined) return 'the runner did not say how the job ended'
    return publishExecution({event: 'finished', outcome}, place, AbortSignal.timeout(limitMs))
  })

async function harmlessly({warn}: Notebook, act: () => Promise<string | undefined>): Promise<void> {
  const problem = await act().catch(() => 'the runner could not be written to')
  if (problem !== undefined) warn(oneLine(`What ran under this receipt was not recorded: ${problem}.`))
}
