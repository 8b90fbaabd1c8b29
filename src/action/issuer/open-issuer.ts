/** Everything that speaks with the issuer. Loaded with import() alone: a job without `issuer-url` needs none of it. */
import type {Origin, ReceiptId} from '#protocol'
import {type Notebook, beginReport} from './execution-report.ts'
import type {GateRequest, GateTools, JobIdentity, ReceiptSource} from '../../gate/ports.ts'
import {issuerClient} from './client.ts'
import {type IdTokenPlace, IdTokens, nobody} from './id-token.ts'
import {issuerReceipts} from './list.ts'

export interface IssuerPlace extends Pick<IdTokenPlace, 'env' | 'mask'> {
  readonly issuer: Origin
  readonly runId: string
}

export interface OpenIssuer {
  readonly source: ReceiptSource
  readonly tools: NonNullable<GateTools['issuer']>
  readonly identity: JobIdentity
  /** Does nothing in a job that has no OIDC token. Never fails it. */
  readonly beginReport: (receipt: ReceiptId, notebook: Notebook) => Promise<void>
}

/** For a job that names no issuer: its tokens are asked for their claims alone. */
export const openIdentity = ({env, mask}: Pick<IdTokenPlace, 'env' | 'mask'>): JobIdentity =>
  new IdTokens({env, mask, audience: nobody})

export function openIssuer(ask: GateRequest, {issuer, runId, env, mask}: IssuerPlace): OpenIssuer {
  const tokens = new IdTokens({env, audience: issuer, mask})
  return {
    source: issuerReceipts(ask, {issuer, tokens}),
    tools: {client: issuerClient({issuer, tokens}), runId},
    identity: tokens,
    beginReport: async (receipt, notebook) => {
      if (tokens.arePermitted) await beginReport({issuer, receipt, tokens}, notebook)
    },
  }
}
