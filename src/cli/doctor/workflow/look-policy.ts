/** The policy file: whether it is one, and whether each gate has what its environment asks for. */
import {printProblem, parsePolicy} from '#policy'
import type {Chart} from '../finding.ts'
import {policyFile} from '../policy-file.ts'
import type {KnownJob} from './job.ts'
import {valuesOf} from './matrix.ts'

export type Policy = Extract<ReturnType<typeof parsePolicy>, {readonly ok: true}>['value']

/** Undefined when there is none, or none that holds. */
export function lookAtPolicy(text: string | undefined, chart: Chart): Policy | undefined {
  if (text === undefined) return undefined
  const parsed = parsePolicy(text)
  if (parsed.ok) return parsed.value
  for (const problem of parsed.fault) {
    const {line, column} = problem
    // The words that `policy check` has, its place aside, which stands before them already.
    const what = printProblem(problem).replace(/^line \d+, column \d+: /, '')
    chart.find({rule: 'policy-invalid', place: {file: policyFile, line, column}, what})
  }
  return undefined
}

export function lookAtNeeds({job, steps, gates}: KnownJob, policy: Policy, chart: Chart): void {
  for (const i of gates) {
    const told = steps[i]?.told
    const environment = told?.get('environment')
    if (told === undefined || environment === undefined || (told.get('issuer-url')?.text ?? '') !== '') continue
    for (const name of valuesOf(environment.text, job) ?? []) {
      const asked = Object.hasOwn(policy.environments, name) ? policy.environments[name] : undefined
      const word = asked?.singleUse === true ? 'single-use' : asked?.fresh === true ? 'fresh' : undefined
      if (word === undefined) continue
      const what = `The policy says ${word} of ${name}, and this gate has no issuer-url.`
      chart.find({rule: 'issuer-url-missing', place: environment.place, what})
    }
  }
}
