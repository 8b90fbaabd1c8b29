/** What kept a source from answering, in a few words without foreign text. */
import {TooLarge} from './bounded-fetch.ts'

export function describeOutage(fault: unknown, limit: AbortSignal): string {
  if (limit.aborted) return 'it did not finish its answer in time'
  const tooLarge = causes(fault).find((cause) => cause instanceof TooLarge)
  if (tooLarge !== undefined) return tooLarge.message
  const code = causes(fault).flatMap((cause) =>
    'code' in cause && typeof cause.code === 'string' ? [cause.code] : [],
  )[0]
  return code === undefined ? 'it could not be asked' : `it could not be reached (${code})`
}

/** An error and what caused it, outermost first. Bounded: a chain may be a ring. */
function causes(fault: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let at = fault; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at)
  return chain
}
