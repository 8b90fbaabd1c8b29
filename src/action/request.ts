/** Inputs and event -> what is asked of the gate and where it may look, or the refusal that ends it before it began. */
import type {Refusal} from '#protocol'
import type {GateRequest, ReceiptSource} from '../gate.ts'
import {readDeployment} from './deployment.ts'
import {type InputName, type Inputs, readInputs} from './inputs.ts'
import type {Job} from './job.ts'
import {receiptInput} from './sources/file.ts'
import {gitHubCheckRuns} from './sources/github.ts'
import {issuerReceipts} from './sources/issuer.ts'

export interface Request {
  readonly ask: GateRequest
  readonly inputs: Inputs
}

export type RequestResult =
  {readonly ok: true; readonly request: Request} | {readonly ok: false; readonly refusal: Refusal}

export function readRequest(read: (name: InputName) => string, job: Job): RequestResult {
  const form = readInputs(read)
  if (!form.ok) return {ok: false, refusal: {code: 'input_invalid', problems: form.problems}}
  const {inputs} = form
  const reading = readDeployment(inputs, job)
  if (!reading.ok) return reading
  const {environment, keys, limits, maxTtl, issuer, checkout} = inputs
  return {
    ok: true,
    request: {inputs, ask: {environment, deployment: reading.deployment, keys, limits, maxTtl, issuer, checkout}},
  }
}

/** In the order in which they are asked: what was handed over, what GitHub holds, what the issuer has (formats §7). */
export function openSources({ask, inputs}: Request, {apiUrl, workspace}: Job): readonly ReceiptSource[] {
  const {receipt, token, issuer} = inputs
  return [
    ...(receipt === '' ? [] : [receiptInput(receipt, workspace)]),
    ...(token === '' ? [] : [gitHubCheckRuns(ask, {apiUrl, token})]),
    ...(issuer === undefined ? [] : [issuerReceipts(ask, issuer)]),
  ]
}
