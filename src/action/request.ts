/** Inputs and event -> what is asked of the gate and where it may look, or the refusal that ends it before it began. */
import type {Refusal, Result, TreeSha} from '#protocol'
import {checkoutInspector} from './checkout.ts'
import {readDeployment} from './deployment.ts'
import {type InputName, type Inputs, readInputs} from './inputs.ts'
import type {IssuerPlace, OpenIssuer} from './issuer/open-issuer.ts'
import type {Job} from './job.ts'
import type {GateRequest, GateTools, ReceiptSource, TreeAnswer} from '../gate/ports.ts'
import {receiptInput} from './sources/file.ts'
import {gitHubCheckRuns, gitHubTree} from './sources/github.ts'

export interface Request {
  readonly ask: GateRequest
  readonly inputs: Inputs
}

export function readRequest(read: (name: InputName) => string, job: Job): Result<Request, Refusal> {
  const form = readInputs(read)
  if (!form.ok) return {ok: false, fault: {code: 'input_invalid', problems: form.fault}}
  const inputs = form.value
  const reading = readDeployment(inputs, job)
  return reading.ok ? {ok: true, value: {inputs, ask: {...inputs, deployment: reading.value}}} : reading
}

/** The machine that the gate runs on. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv
  /** Hides a value from the log. */
  readonly mask: (secret: string) => void
}

export type Places = Pick<GateTools, 'sources' | 'checkout' | 'readTree' | 'issuer'>

export interface OpenPlaces {
  readonly places: Places
  /** Absent without `issuer-url`. */
  readonly issuer?: OpenIssuer | undefined
}

export async function openPlaces(request: Request, job: Job, {env, mask}: Machine): Promise<OpenPlaces> {
  const {ask, inputs} = request
  const issuer = ask.issuer === undefined ? undefined : await openIssuer(ask, {...job, issuer: ask.issuer, env, mask})
  const checkout = checkoutInspector({path: inputs.path, workspace: job.workspace}, env)
  const readLocal = (): Promise<TreeSha | undefined> => checkout.readTree(ask.deployment.sha)
  return {
    issuer,
    places: {
      checkout,
      sources: openSources(request, job, issuer),
      readTree: async (limit) => readTree({local: await readLocal(), limit}, request, job),
      issuer: issuer?.tools,
    },
  }
}

async function openIssuer(ask: GateRequest, place: IssuerPlace): Promise<OpenIssuer> {
  const lazy = await import('./issuer/open-issuer.ts')
  return lazy.openIssuer(ask, place)
}

/** In the order in which they are asked: what was handed over, what GitHub holds, what the issuer has (formats §7). */
function openSources(
  {ask, inputs}: Request,
  {apiUrl, workspace}: Job,
  issuer: OpenIssuer | undefined,
): readonly ReceiptSource[] {
  const {receipt, token} = inputs
  return [
    ...(receipt === '' ? [] : [receiptInput(receipt, workspace)]),
    ...(token === '' ? [] : [gitHubCheckRuns(ask, {apiUrl, token})]),
    ...(issuer === undefined ? [] : [issuer.source]),
  ]
}

/** The checkout's commit proves its tree by its name; without one GitHub is asked. */
async function readTree(
  {local, limit}: {readonly local: TreeSha | undefined; readonly limit: AbortSignal},
  {ask, inputs}: Request,
  {apiUrl}: Job,
): Promise<TreeAnswer> {
  if (local !== undefined) return {ok: true, value: local}
  const unknown = `the tree of ${ask.deployment.sha} is not known: check the commit out before this step`
  if (inputs.token === '') return {ok: false, fault: unknown}
  const answer = await gitHubTree(ask, {apiUrl, token: inputs.token}, limit)
  return answer.ok ? answer : {ok: false, fault: `${unknown} (GitHub: ${answer.fault})`}
}
