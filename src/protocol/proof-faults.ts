/** Why a proof other than a receipt does not hold: one code a cause, what happened and what to do. The codes are API. */
import type {Words} from './refusals.ts'

/** Rows stand in alphabetical order of their codes. */
export const proofFaults = {} as const satisfies Readonly<Record<string, Words>>

export type ProofFaultCode = keyof typeof proofFaults

export interface Faulty {
  readonly valid: false
  readonly code: ProofFaultCode
  /** What happened, in a sentence; foreign text in it is quoted. */
  readonly reason: string
}

/** `detail` completes the row's sentence: "This is no token: the header …". */
export const faulty = (code: ProofFaultCode, detail: string): Faulty => ({
  valid: false,
  code,
  reason: `${(proofFaults as Readonly<Record<string, Words>>)[code]?.what ?? ''}: ${detail}.`,
})
