/** The steps around the gate: nothing of the repository before it, nothing that goes on without its word behind it. */
import type {Chart} from '../finding.ts'
import {type ConditionVerdict, judgeCondition} from './expressions.ts'
import {type KnownJob, type KnownStep, isDeploying} from './job.ts'
import {isHarmlessAction, isHarmlessCommand} from './recognized.ts'

export function lookAtSteps({steps, gates}: KnownJob, chart: Chart): void {
  const [first] = gates
  if (first === undefined) return
  lookBefore(steps.slice(0, first), chart)
  const ids = gates.flatMap((i) => steps[i]?.ids ?? [])
  const hasOutputs = gates.some((i) => steps[i]?.kind === 'gate')
  for (const [i, step] of steps.entries()) {
    if (i <= first || gates.includes(i)) continue
    lookBehind(step, {verdict: judgeCondition(step.condition, ids), hasOutputs, ids}, chart)
  }
}

/** Before anything is checked out there is nothing of the repository but the workflow, which GitHub itself reads. */
function lookBefore(before: readonly KnownStep[], chart: Chart): void {
  let isHere = false
  for (const {kind, uses, run, place} of before) {
    isHere ||= kind === 'checkout' || /\bgit\s+(?:clone|fetch|checkout|pull)\b|\bgh\s+repo\s+clone\b/.test(run ?? '')
    if (!isHere) continue
    const code = kind === 'local-code' ? uses : run === undefined || isHarmlessCommand(run) ? undefined : firstLine(run)
    if (code === undefined) continue
    chart.find({
      rule: 'code-before-gate',
      place,
      what: `Before the gate, with the repository checked out, runs: ${code}`,
    })
  }
}

interface Behind {
  readonly verdict: ConditionVerdict
  /** A command has none to ask for: it ends the job. */
  readonly hasOutputs: boolean
  readonly ids: readonly string[]
}

function lookBehind(step: KnownStep, {verdict, hasOutputs, ids}: Behind, chart: Chart): void {
  const {place, condition, uses, run} = step
  switch (verdict) {
    case 'authorized':
    case 'never':
      return
    case 'unclear':
      chart.wonder(place, `Whether this step waits for the gate's word is not plain: if: ${condition ?? ''}`)
      return
    case 'anyway': {
      const isHarmless = uses === undefined ? isHarmlessCommand(run ?? '') : isHarmlessAction(uses)
      if (isHarmless && !isDeploying(step)) return
      chart.find({
        rule: 'runs-after-refusal',
        place,
        what: `if: ${condition ?? ''} lets ${nameOf(step)} run after a refusal.`,
      })
      return
    }
    case 'success': {
      if (!hasOutputs || !isDeploying(step)) return
      const fix = ids.length > 0 ? `if: steps.${ids[0] ?? ''}.outputs.authorized == 'true'` : withId
      chart.find({
        rule: 'deploy-unconditioned',
        place,
        what: `Nothing makes this step wait for the gate: ${nameOf(step)}`,
        fix,
      })
      return
    }
    default:
      return verdict satisfies never
  }
}

const withId = "- id: gate          # on the gate's own step\n  …\n- if: steps.gate.outputs.authorized == 'true'"

const nameOf = ({uses, run}: KnownStep): string => uses ?? firstLine(run ?? 'the step')

/** Of a script, what tells it apart. */
const firstLine = (run: string): string => {
  const line = run.split('\n').find((one) => one.trim() !== '' && !one.trim().startsWith('#')) ?? ''
  return line.trim().slice(0, 80)
}
