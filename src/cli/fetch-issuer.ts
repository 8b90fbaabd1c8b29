/** How the commands ask an issuer: bounded in time and size, and never led elsewhere. What comes is verified by others. */
import {readBounded} from '../action/sources/bounded-fetch.ts'
import {describeOutage} from '../action/sources/outage.ts'

const limitMs = 10_000

/** The issuer did not answer, or not with what was asked for: says nothing about what it keeps. */
export class IssuerOutage extends Error {}

interface Asking {
  readonly maxBytes: number
  /** A secret; it goes to this address and nowhere else. */
  readonly bearer?: string | undefined
}

export async function fetchBytes(address: string, {maxBytes, bearer}: Asking): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(limitMs)
  const headers = bearer === undefined ? {} : {authorization: `Bearer ${bearer}`}
  try {
    // Whoever answers for another address is not the issuer that was named.
    const answer = await fetch(address, {redirect: 'manual', signal: limit, headers})
    if (answer.status !== 200) throw new IssuerOutage(`it answered ${describeStatus(answer)} to ${address}`)
    return await readBounded((answer.body ?? new Response('').body) as AsyncIterable<Uint8Array>, maxBytes)
  } catch (fault) {
    if (fault instanceof IssuerOutage) throw fault
    throw new IssuerOutage(describeOutage(fault, limit))
  }
}

const describeStatus = ({status, headers}: Response): string =>
  headers.has('location') ? `${status}, a redirect, which is not followed,` : String(status)
