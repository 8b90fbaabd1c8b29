/** The issuer's ledger routes (formats §8). A courier only: checkpoint and proof are verified like anything else. */
import {type Origin, isPlainObject, parseJson} from '#protocol'
import {IssuerOutage, fetchBytes} from '../fetch-issuer.ts'

const maxBytes = 65_536

export const fetchCheckpoint = async (issuer: Origin): Promise<string> =>
  new TextDecoder('utf-8', {ignoreBOM: true}).decode(await fetchBytes(`${issuer}/v1/ledger/checkpoint`, {maxBytes}))

/** The list as it came; whether it is a proof is the verifier's to say. */
export async function fetchConsistency(
  issuer: Origin,
  {from, to}: {readonly from: number; readonly to: number},
): Promise<readonly string[]> {
  const body = await fetchBytes(`${issuer}/v1/ledger/consistency?from=${from}&to=${to}`, {maxBytes})
  const json = parseJson(body)
  if (!json.ok || !isPlainObject(json.value) || !Array.isArray(json.value['proof'])) {
    throw new IssuerOutage('its answer about the consistency of its ledger is not the JSON that was asked for')
  }
  return json.value['proof'] as readonly string[]
}
