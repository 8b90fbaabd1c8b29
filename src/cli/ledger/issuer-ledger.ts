/** The issuer's ledger routes (formats §8). A courier only: checkpoint and proof are verified like anything else. */
import {type Origin, isPlainObject, parseJson} from '#protocol'
import {readBounded} from '../../action/sources/bounded-fetch.ts'
import {describeOutage} from '../../action/sources/outage.ts'

const limitMs = 10_000
const maxBytes = 65_536

/** The issuer did not answer, or not with what was asked for: says nothing about its ledger. */
export class IssuerOutage extends Error {}

export const fetchCheckpoint = async (issuer: Origin): Promise<string> =>
  new TextDecoder('utf-8', {ignoreBOM: true}).decode(await fetchBytes(`${issuer}/v1/ledger/checkpoint`))

/** The list as it came; whether it is a proof is the verifier's to say. */
export async function fetchConsistency(
  issuer: Origin,
  {from, to}: {readonly from: number; readonly to: number},
): Promise<readonly string[]> {
  const body = await fetchBytes(`${issuer}/v1/ledger/consistency?from=${from}&to=${to}`)
  const json = parseJson(body)
  if (!json.ok || !isPlainObject(json.value) || !Array.isArray(json.value['proof'])) {
    throw new IssuerOutage('its answer about the consistency of its ledger is not the JSON that was asked for')
  }
  return json.value['proof'] as readonly string[]
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    // Whoever answers for another address is not the issuer that was named.
    const answer = await fetch(address, {redirect: 'error', signal: limit})
    if (answer.status !== 200) throw new IssuerOutage(`it answered ${answer.status} to ${address}`)
    return await readBounded((answer.body ?? new Response('').body) as AsyncIterable<Uint8Array>, maxBytes)
  } catch (fault) {
    if (fault instanceof IssuerOutage) throw fault
    throw new IssuerOutage(describeOutage(fault, limit))
  }
}
