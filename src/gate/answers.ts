/** What the sources answered, in a few words, and the refusal where none of them held anything. */
import type {Asked, Refusal} from '#protocol'
import type {GateRequest, NamedAnswer} from './ports.ts'

/** What was asked for, as refusals print it. */
export const askedFor = ({environment, deployment}: GateRequest): Asked => ({
  environment,
  sha: deployment.sha,
  pullRequest: deployment.pullRequest,
})

/** One source that answered "none" makes the receipt missing; silence everywhere leaves the question open. */
export function nothingFound(ask: GateRequest, answers: readonly NamedAnswer[]): Refusal {
  const answered = answers.some(({answer}) => answer.problem === undefined)
  if (answered) return {code: 'receipt_missing', asked: askedFor(ask), sources: answers.map(describeAnswer)}
  return {code: 'source_unreachable', problems: answers.map(describeAnswer)}
}

/** One source's answer in a few words. */
export function describeAnswer({source, answer}: NamedAnswer): string {
  if (answer.problem !== undefined) return `${source}: ${answer.problem}`
  if (answer.skipped === undefined || answer.skipped === 0) return source
  return `${source} (${answer.skipped} there that hold${answer.skipped === 1 ? 's' : ''} no receipt)`
}
