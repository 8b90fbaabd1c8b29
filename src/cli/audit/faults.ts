/** What is wrong with an audit although each of its parts may hold: they do not belong together. The codes are API. */
import type {Explained, Words} from '#protocol'

/** Rows stand in alphabetical order of their codes, as in docs/cli.md. */
export const auditFaults = {
  audit_chain_broken: {
    what: 'The chain of authorizations is broken',
    fix: 'If the repository was private once, give --auditor-token-file. Else look at those commits: something went out that nobody authorized, or an older receipt is kept back.',
  },
  audit_contradiction: {
    what: 'The answer contradicts itself',
    fix: 'Keep the answer (--json) and ask the operator of the issuer to explain.',
  },
  audit_entry_mismatch: {
    what: 'The entry of the ledger is not that of this receipt and token',
    fix: 'Look the receipt up in the whole ledger: the issuer shows another entry than it wrote, or never wrote one.',
  },
  audit_not_covered: {
    what: 'The signed checkpoint does not cover the entry of the receipt',
    fix: 'Ask again in a minute. If it stays so, the issuer keeps the entry out of what it signs.',
  },
  audit_other_question: {
    what: 'The answer is to another question',
    fix: 'Ask again. If it comes back the same, what answers there is not an issuer that works.',
  },
  audit_token_mismatch: {
    what: 'The authority token is not that of this receipt',
    fix: 'Ask for the token of the decision that the receipt names; this one was put in its place.',
  },
} as const satisfies Readonly<Record<string, Words>>

export type AuditFaultCode = keyof typeof auditFaults

/** What refuses a record, or the whole answer. */
export interface AuditRefusal extends Explained {
  readonly valid: false
}

/** `detail` completes the row's sentence. */
export const auditFault = (code: AuditFaultCode, detail: string): AuditRefusal => ({
  valid: false,
  code,
  reason: `${auditFaults[code].what}: ${detail}.`,
  fix: auditFaults[code].fix,
})
