/** Inputs and event -> what is asked of the gate and where it may look, or the refusal that ends it before it began. */
import type {Refusal, Result} from '#protocol'
import {checkoutInspector, staysWithin} from './checkout.ts'
import {readDeployment} from './deployment.ts'
import {type InputName, type Inputs, readInputs} from './inputs.ts'
import type {IssuerPlace, OpenIssuer} from './issuer/open-issuer.ts'
import type {Job} from './job.ts'
import type {
  CheckoutInspector,
  GateRequest,
  GateTools,
  JobIdentity,
  ReceiptSource,
  Tell,
  TreeAnswer,
} from '../gate/ports.ts'
import {receiptInput} from './sources/file.ts'
import {gitHubCheckRuns} from './sources/github.ts'

export interface Request {
  readonly ask: GateRequest
  readonly inputs: Inputs
}

export function readRequest(read: (name: InputName) => string, job: Job): Result<Request, Refusal> {
  const form = readInputs(read)
  if (!form.ok) return {ok: false, fault: {code: 'input_invalid', problems: form.fault}}
  const inputs = form.value
  if (!staysWithin({path: inputs.path, workspace: job.workspace})) {
    const problem = `the input "path" is ${JSON.stringify(inputs.path)}; it must be a folder of the workspace`
    return {ok: false, fault: {code: 'input_invalid', problems: [problem]}}
  }
  const reading = readDeployment(inputs, job)
  return reading.ok ? {ok: true, value: {inputs, ask: {...inputs, deployment: reading.value}}} : reading
}

/** The machine that the gate runs on. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv
  /** Hides a value from the log. */
  readonly mask: (secret: string) => void
}

export type Places = Pick<GateTools, 'sources' | 'checkout' | 'readTree' | 'identity' | 'issuer'>

export interface OpenPlaces {
  readonly places: Places
  /** Absent without `issuer-url`. */
  readonly issuer?: OpenIssuer | undefined
}

export async function openPlaces(request: Request, job: Job, {env, mask}: Machine): Promise<OpenPlaces> {
  const {ask, inputs} = request
  const issuer = ask.issuer === undefined ? undefined : await openIssuer(ask, {...job, issuer: ask.issuer, env, mask})
  const checkout = checkoutInspector({path: inputs.path, workspace: job.workspace}, env)
  return {
    issuer,
    places: {
      checkout,
      sources: openSources(request, job, issuer),
      readTree: (tell) => readTree(checkout, ask, tell),
      identity: issuer?.identity ?? (await openIdentity({env, mask})),
      issuer: issuer?.tools,
    },
  }
}

async function openIssuer(ask: GateRequest, place: IssuerPlace): Promise<OpenIssuer> {
  const lazy = await import('./issuer/open-issuer.ts')
  return lazy.openIssuer(ask, place)
}

/** Asked wherever the runner gives tokens, with an issuer or without; where it gives none, nothing of it is loaded. */
async function openIdentity(machine: Machine): Promise<JobIdentity> {
  if ((machine.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '') === '') {
    return {environment: () => Promise.resolve({kind: 'no token'}), forgetOutage: () => undefined}
  }
  const lazy = await import('./issuer/open-issuer.ts')
  return lazy.openIdentity(machine)
}

/** In the order in which they are asked: what was handed over, what GitHub holds, what the issuer has (formats §7). */
function openSources(
  {ask, inputs}: Request,
  {apiUrl, workspace}: Job,
  issuer: OpenIssuer | undefined,
): readonly ReceiptSource[] {
  const {receipt, token, app} = inputs
  return [
    ...(receipt === '' ? [] : [receiptInput(receipt, workspace)]),
    ...(token === '' ? [] : [gitHubCheckRuns(ask, {apiUrl, token, app})]),
    ...(issuer === undefined ? [] : [issuer.source]),
  ]
}

/** Shown by bytes, or not known: whoever carries the receipt could also say that any commit has the authorized tree. */
async function readTree({readTree: read}: CheckoutInspector, ask: GateRequest, tell: Tell): Promise<TreeAnswer> {
  const {sha} = ask.deployment
  const tree = await read(sha, {byFiles: ask.checkout === 'verify', tell})
  if (tree !== undefined) return {ok: true, value: tree}
  return {ok: false, fault: `the tree of ${sha} is not shown by bytes: check the commit out before this step`}
}
