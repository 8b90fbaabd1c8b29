/** Whether each job that deploys has the gate, and what the gate is told. */
import type {Chart} from '../finding.ts'
import {contextsOf, hasExpression, judgeCondition} from './expressions.ts'
import {type KnownJob, type KnownStep, isDeploying, whyDeploying} from './job.ts'
import {isPinned} from './recognized.ts'

/** All jobs of one workflow: a gate in another job is told apart from none. */
export function lookForGates(jobs: readonly KnownJob[], chart: Chart): void {
  const gated = jobs.find(({gates}) => gates.length > 0)
  for (const known of jobs) {
    if (known.gates.length > 0) lookAtJob(known, chart)
    else lookAtUngated(known, gated, chart)
  }
}

function lookAtUngated(known: KnownJob, gated: KnownJob | undefined, chart: Chart): void {
  const why = whyDeploying(known)
  const {name, place} = known.job
  if (why === undefined) return
  if (gated === undefined) chart.find({rule: 'gate-missing', place, what: `The job ${name} has no gate, and ${why}.`})
  else {
    const what = `The gate is in the job ${gated.job.name}, and not in the job ${name}, though ${why}.`
    chart.find({rule: 'gate-in-other-job', place, what})
  }
}

function lookAtJob(known: KnownJob, chart: Chart): void {
  const {job} = known
  if (job.environment === undefined) {
    chart.find({rule: 'job-without-environment', place: job.place, what: `The job ${job.name} has no environment:.`})
  }
  if (isTrue(job.continueOnError)) {
    chart.find({rule: 'gate-ignored', place: job.place, what: `The job ${job.name} has continue-on-error: true.`})
  }
  for (const [i, step] of known.steps.entries()) {
    if (!known.gates.includes(i)) continue
    lookAtStep(step, chart)
    lookAtInputs(step, chart)
    lookAtEnvironment(known, step, chart)
    if (step.condition !== undefined) lookAtSkipping(known, step, chart)
  }
}

const isTrue = (text: string | undefined): boolean => text === 'true'

function lookAtStep({uses, run, place, continueOnError, kind}: KnownStep, chart: Chart): void {
  if (uses !== undefined && !isPinned(uses)) {
    chart.find({rule: 'gate-unpinned', place, what: `The gate is ${uses}, which is no full commit SHA.`})
  }
  if (isTrue(continueOnError)) chart.find({rule: 'gate-ignored', place, what: 'The gate has continue-on-error: true.'})
  else if (continueOnError !== undefined && continueOnError !== 'false') {
    chart.wonder(place, `Whether the job goes on after a refusal depends on continue-on-error: ${continueOnError}.`)
  }
  if (
    kind === 'gate-command' &&
    /\bcountersign(?:@\S{1,80})?["']?\s{1,80}gate\s(?:[^;&|\n]|\\\n){0,4000}(?:\|\||;|\|(?!\|)|&(?!&))/.test(run ?? '')
  ) {
    const what = 'What stands behind countersign gate in its line runs after a refusal, or hides it.'
    chart.find({rule: 'gate-ignored', place, what})
  }
}

/** What is changed without a commit: variables, secrets, and what somebody types who starts a run. */
const outside = ['vars', 'inputs', 'secrets']

const heldTo = [
  ...['environment', 'public-key', 'issuer-url', 'ledger-key', 'min-approvals', 'require-proof', 'refuse-flags'],
  ...['max-ttl', 'match', 'checkout', 'path', 'repository', 'repository-id'],
]

function lookAtInputs({told, kind}: KnownStep, chart: Chart): void {
  for (const name of heldTo) {
    const input = told.get(name)
    if (input === undefined) continue
    const {text, place} = input
    const contexts = contextsOf(text)
    const isTyped = /github\.event\.(?:inputs|client_payload)/i.test(text)
    const from = contexts.find((context) => outside.includes(context)) ?? (isTyped ? 'github.event' : undefined)
    const isShell = kind === 'gate-command' && text.includes('$') && !hasExpression(text)
    if (from !== undefined)
      chart.find({rule: 'gate-input-variable', place, what: `${name} comes from ${from}: ${text}`})
    else if (isShell || contexts.some((context) => context !== 'matrix' && context !== 'github')) {
      chart.wonder(place, `${name} is ${text}: whether that is fixed is not seen here.`)
    }
  }
  const flags = told.get('refuse-flags')
  if (flags?.text.trim() === '') {
    chart.find({rule: 'refuse-flags-empty', place: flags.place, what: 'refuse-flags is empty.'})
  }
}

function lookAtEnvironment({job}: KnownJob, {told}: KnownStep, chart: Chart): void {
  const asked = told.get('environment')
  const own = job.environment
  if (asked === undefined || own === undefined || asked.text === own.text) return
  if (hasExpression(asked.text) || hasExpression(own.text) || asked.text.includes('$')) {
    chart.wonder(asked.place, `Whether ${asked.text} is the job's environment, ${own.text}, is not seen here.`)
    return
  }
  const what = `The gate is told ${asked.text}, and the job is in ${own.text}.`
  chart.find({rule: 'environment-differs', place: asked.place, what})
}

/** Harmless where everything that deploys asks for the gate's word: a gate that was skipped has none. */
function lookAtSkipping({steps, gates}: KnownJob, gate: KnownStep, chart: Chart): void {
  const ids = gates.flatMap((i) => steps[i]?.ids ?? [])
  const behind = steps.slice(steps.indexOf(gate) + 1).filter((step) => isDeploying(step))
  const open = behind.find(({condition}) => {
    const verdict = judgeCondition(condition, ids)
    return verdict !== 'authorized' && verdict !== 'never'
  })
  if (open === undefined) return
  const what = `The gate runs only if ${gate.condition ?? ''}, and the step at line ${open.place.line} does not ask for its word.`
  chart.find({rule: 'gate-conditional', place: gate.place, what})
}
