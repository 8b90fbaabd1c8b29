/** The post step's entry: reports how a job ended that the gate let through. A job that was killed reports nothing. */
import {endReport, readKept} from './action/issuer/execution-report.ts'
import {IdTokens} from './action/issuer/id-token.ts'
import {hideSecret, openNotebook, readJobStatus} from './action/runner.ts'

async function report(): Promise<void> {
  const notebook = openNotebook()
  const kept = readKept(notebook)
  if (kept === undefined) return
  const tokens = new IdTokens({env: process.env, audience: kept.issuer, mask: hideSecret})
  await endReport({...kept, tokens}, readJobStatus(), notebook)
}

// A record that fails is no reason for a job to fail.
await report().catch(() => undefined)
process.stdout.write('', () => process.exit(0))
