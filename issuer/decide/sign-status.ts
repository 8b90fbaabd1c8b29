/** Signs what the issuer says of a receipt (formats §6): as receipts are signed, and verified before it is told. */
import {
  type Status,
  type StatusBody,
  type UsingRun,
  printSecondsTime,
  printSignature,
  secondsTimeToMs,
  signingBytes,
  verifyStatus,
} from '#protocol'
import type {Signer} from '../model/signer.ts'
import type {Redeemed} from '../model/state.ts'

export interface Said extends Pick<StatusBody, 'receipt' | 'status' | 'at'> {
  readonly run?: UsingRun | undefined
}

/** Throws where the signature does not verify: whoever asks must not be told what nobody believes. */
export async function signStatus({run, ...said}: Said, {signer}: {readonly signer: Signer}): Promise<Status> {
  const {publicKey} = signer
  const body: StatusBody = {type: 'countersign.status/v1', ...said, ...(run === undefined ? {} : {run}), publicKey}
  const status: Status = {...body, signature: printSignature(await signer.sign(signingBytes(body)))}
  const keys = new Map([[publicKey, {key: publicKey, status: 'trusted' as const}]])
  const verdict = verifyStatus(status, {keys, now: secondsTimeToMs(body.at), receipt: body.receipt})
  if (!verdict.valid) throw new Error(`the signed status does not verify: ${verdict.code}`)
  return status
}

/** The run as a status names it. */
export const usingRunOf = ({run: {id, attempt}, at}: Redeemed): UsingRun => ({id, attempt, at: printSecondsTime(at)})
