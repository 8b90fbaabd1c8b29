/** The gate's entry: wires the real clock, network and runner to the story in gate.ts. Nothing is decided here. */
import {type Refusal, deny} from '#protocol'
import {faultMember} from './action/fault.ts'
import {readJob} from './action/job.ts'
import type {GateOutcome} from './gate/ports.ts'
import {type ExitCode, publishReport} from './action/report.ts'
import {openPlaces, readRequest} from './action/request.ts'
import {hideSecret, maskToken, openNotebook, openRunner, readInput} from './action/runner.ts'
import {runGate} from './gate.ts'

const sourceLimitMs = 10_000

/** Called after an allow: tells the issuer that the job goes on, and the post step what to tell it at its end. */
type Begin = () => Promise<void> | undefined

async function run(): Promise<{readonly outcome: GateOutcome; readonly begin?: Begin}> {
  const job = readJob(process.env)
  const reading = readRequest(readInput, job)
  if (!reading.ok) return {outcome: refuseEarly(reading.fault)}
  const request = reading.value
  const {places, issuer} = await openPlaces(request, job, {env: process.env, mask: hideSecret})
  const outcome = await runGate(request.ask, {
    ...places,
    clock: {now: Date.now, pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms))},
    limit: () => AbortSignal.timeout(sourceLimitMs),
    progress: (line) => process.stdout.write(`${line}\n`),
  })
  const {decision} = outcome
  if (decision.kind === 'deny' || !request.inputs.report) return {outcome}
  return {outcome, begin: () => issuer?.beginReport(decision.because.receipt.id, openNotebook())}
}

const refuseEarly = (refusal: Refusal): GateOutcome => ({decision: deny(refusal), answers: [], warnings: []})

/** The one catch: whatever was thrown, the job fails and says so. */
async function main(): Promise<ExitCode> {
  const runner = openRunner(process.env)
  try {
    maskToken()
    const {outcome, begin} = await run()
    const exitCode = publishReport(outcome, runner)
    await begin?.()
    return exitCode
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
