/** What happened to a receipt, out of the records of its events: what an audit shows, and no more of them. */
import {type ReportedExecution, type ReportedRedemption, type Revocation, parseRevocation, parseStatus} from '#protocol'
import type {FoundEvent} from '../model/lookups.ts'

export interface Happened {
  readonly revocation: Revocation | null
  readonly redemption: ReportedRedemption | null
  readonly executions: readonly ReportedExecution[]
}

export function readHappened(events: readonly FoundEvent[]): Happened {
  const of = (...names: readonly FoundEvent['entry']['event'][]): readonly FoundEvent[] =>
    events.filter(({entry}) => names.includes(entry.event))
  const [revoked] = of('receipt.revoked')
  const [redeemed] = of('receipt.redeemed')
  return {
    revocation: revoked === undefined ? null : parseRevoked(revoked),
    redemption: redeemed === undefined ? null : parseRedeemed(redeemed),
    executions: of('deploy.started', 'deploy.finished').map(parseExecuted),
  }
}

function parseRevoked({entry, body}: FoundEvent): Revocation {
  const parsed = parseRevocation(JSON.parse(body))
  if (!parsed.ok) throw new Error(`the revocation of entry ${entry.seq} is damaged: ${parsed.fault}`)
  return parsed.value
}

function parseRedeemed({entry, body}: FoundEvent): ReportedRedemption {
  const parsed = parseStatus(JSON.parse(body))
  const run = parsed.ok ? parsed.value.run : undefined
  if (run === undefined) throw new Error(`the redemption of entry ${entry.seq} is damaged`)
  const {at, ...using} = run
  return {run: using, at}
}

/** This program's own writing: the JSON's shape is trusted. Its nonce stays with the record. */
function parseExecuted({body}: FoundEvent): ReportedExecution {
  const {run, event, outcome, at, environment} = JSON.parse(body) as ReportedExecution
  return {run, event, ...(outcome === undefined ? {} : {outcome}), at, environment}
}
