/** Tells the issuer what ran under a receipt: "as reported by the job" (formats §6). Never decides anything. */
import type {Origin, ReceiptId} from '#protocol'
import {describeOutage} from '../sources/outage.ts'
import {exchange} from './exchange.ts'
import type {IdTokens} from './id-token.ts'
import {describeProblem, toldStatuses} from './problem.ts'

export const outcomes = ['success', 'failure', 'cancelled'] as const
export type Execution =
  {readonly event: 'started'} | {readonly event: 'finished'; readonly outcome: (typeof outcomes)[number]}

export interface ReportPlace {
  readonly issuer: Origin
  readonly receipt: ReceiptId
  readonly tokens: IdTokens
}

const maxBytes = 64 * 1024

/** Why it was not recorded; undefined when it was. Total: an outage is a sentence. */
export async function publishExecution(
  execution: Execution,
  {issuer, receipt, tokens}: ReportPlace,
  limit: AbortSignal,
): Promise<string | undefined> {
  const answer = await tokens.take(limit)
  if (!answer.ok) return answer.fault.problem
  const address = `${issuer}/v1/receipts/${receipt}/executions`
  const body = JSON.stringify(execution)
  try {
    const reply = await exchange({
      method: 'POST',
      address,
      token: answer.value.token,
      body,
      maxBytes,
      limit,
      read: toldStatuses,
    })
    return reply.status === 200 ? undefined : `the issuer ${issuer}: ${describeProblem(reply)}`
  } catch (fault) {
    return `the issuer ${issuer}: ${describeOutage(fault, limit)}`
  }
}
