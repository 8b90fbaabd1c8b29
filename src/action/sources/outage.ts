/** What kept a source from answering, in a few words without foreign text. */
import {faultChain, faultCode} from '../fault.ts'
import {TooLarge} from './bounded-fetch.ts'

export function describeOutage(fault: unknown, limit: AbortSignal): string {
  if (limit.aborted) return 'it did not finish its answer in time'
  const chain = faultChain(fault)
  const tooLarge = chain.find((link) => link instanceof TooLarge)
  if (tooLarge !== undefined) return tooLarge.message
  const code = chain.map(faultCode).find((word) => word !== undefined)
  return code === undefined ? 'it could not be asked' : `it could not be reached (${code})`
}
