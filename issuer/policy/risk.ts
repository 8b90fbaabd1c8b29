/** The risk of a case: named factors, each from 0 to 1, weighed and added up. Deterministic; docs/risk.md has the table. */
import {type FactorFinding, factorsOf} from './risk-factors.ts'
import type {Case, Risk} from '../model/ruling.ts'

/** What each factor adds at most. More than 1 together: a few grave ones are enough for the highest score. */
export const riskWeights = {
  environment: 0.2,
  'sensitive-paths': 0.3,
  'workflow-or-policy': 0.3,
  size: 0.2,
  'agent-author': 0.15,
  checks: 0.15,
  'unsigned-commits': 0.05,
  'behind-base': 0.05,
  'first-change': 0.1,
} as const

export type RiskFactorName = keyof typeof riskWeights

export function scoreRisk(asked: Case): Risk {
  const findings: Readonly<Record<RiskFactorName, FactorFinding>> = factorsOf(asked)
  const factors = (Object.keys(riskWeights) as RiskFactorName[]).map((name) => ({
    name,
    weight: riskWeights[name],
    ...findings[name],
  }))
  const sum = factors.reduce((total, {weight, value}) => total + weight * value, 0)
  // Rounded first, so that the last bit of a sum of binary fractions decides nothing.
  return {score: Math.min(1, Math.max(0, Math.round(sum * 100) / 100)), factors}
}
