/** A candidate and what came of it. Of several that were refused, the one that got furthest is worth reporting. */
import {type Decision, type Refusal, deny} from '#protocol'
import {checkOf, rankOfCheck} from './checks.ts'
import type {Examined} from './ports.ts'

export interface Candidate {
  readonly source: string
  /** As it came; nothing about it is trusted. */
  readonly candidate: unknown
  /** What lay there cannot be a receipt. */
  readonly refusal?: Refusal | undefined
}

export interface Examination {
  readonly decision: Decision
  readonly examined: Examined
}

/** `at`: the check that was being made; by its code alone a refusal may belong to several. */
export const refuse = (examined: Examined, refusal: Refusal, at = checkOf(refusal.code)): Examination => ({
  decision: deny(refusal),
  examined: {...examined, refusedAt: at},
})

/** Another receipt, or another try, would help against every refusal but that of the checkout. */
export const isSettled = (decision: Decision): boolean =>
  decision.kind === 'allow' || decision.refusal.code === 'checkout_mismatch'

/** The first of those that passed most checks. */
export const furthest = (examination: readonly Examination[]): Examination | undefined =>
  examination.reduce<Examination | undefined>(
    (best, next) => (best !== undefined && rankOf(best) >= rankOf(next) ? best : next),
    undefined,
  )

const rankOf = ({decision, examined}: Examination): number =>
  decision.kind === 'allow' ? Infinity : rankOfCheck(examined.refusedAt ?? 'none')
