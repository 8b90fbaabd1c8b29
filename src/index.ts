/** The gate's entry: wires the real clock, network and runner to the story in gate.ts. Nothing is decided here. */
import {type Refusal, deny} from '#protocol'
import {checkoutInspector} from './action/checkout.ts'
import {faultMember} from './action/fault.ts'
import {readJob} from './action/job.ts'
import {type ExitCode, publishReport} from './action/report.ts'
import {openSources, readRequest} from './action/request.ts'
import {maskToken, openRunner, readInput} from './action/runner.ts'
import {type GateOutcome, runGate} from './gate.ts'

const sourceLimitMs = 10_000

async function run(): Promise<GateOutcome> {
  const job = readJob(process.env)
  const reading = readRequest(readInput, job)
  if (!reading.ok) return refuseEarly(reading.refusal)
  const {request} = reading
  return runGate(request.ask, {
    sources: openSources(request, job),
    checkout: checkoutInspector({path: request.inputs.path, workspace: job.workspace}, process.env),
    now: Date.now,
    limit: () => AbortSignal.timeout(sourceLimitMs),
  })
}

const refuseEarly = (refusal: Refusal): GateOutcome => ({decision: deny(refusal), answers: []})

/** The one catch: whatever was thrown, the job fails and says so. */
async function main(): Promise<ExitCode> {
  const runner = openRunner(process.env)
  try {
    maskToken()
    return publishReport(await run(), runner)
  } catch (fault) {
    const message = faultMember(fault, 'message')
    const problem = typeof message === 'string' ? message : 'something was thrown that is no error'
    return publishReport(refuseEarly({code: 'internal_error', problem}), runner)
  }
}

// Until main has said otherwise, an end of this process, however it comes about, is a failed step.
process.exitCode = 1
const code = await main()
// A connection that a slow source still holds open must not hold the job.
process.stdout.write('', () => process.exit(code))
