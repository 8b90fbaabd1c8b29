/** What happened to a receipt, out of the records of its events: what an audit shows, and no more of them. */
import {type ReportedExecution, type ReportedRedemption, type Revocation, parseRevocation} from '#protocol'
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

/** This program's own writing: the JSON's shape is trusted. Its nonce stays with the record. */
function parseRedeemed({body}: FoundEvent): ReportedRedemption {
  const {run, at} = JSON.parse(body) as ReportedRedemption
  return {run, at}
}

function parseExecuted({body}: FoundEvent): ReportedExecution {
  const {run, event, outcome, at, environment} = JSON.parse(body) as ReportedExecution
  return {run, event, ...(outcome === undefined ? {} : {outcome}), at, environment}
}
