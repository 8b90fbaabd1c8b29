/** A job with the steps of its local Actions put in their places, and where its gate is. */
import type {Chart, LinePlace} from '../finding.ts'
import {childOf, readYaml, scalarsOf} from '../yaml.ts'
import {secretsIn} from './expressions.ts'
import {
  isCheckout,
  isCredentialAction,
  isDeployAction,
  isDeployCommand,
  isGateAction,
  isGateCommand,
} from './recognized.ts'
import {actionFiles} from './action-files.ts'
import {type Input, type Job, type Step, type Workflow, readSteps} from './workflow.ts'

export interface Files {
  readonly has: (path: string) => boolean
  /** Undefined for what is not in the repository, or was not read. */
  readonly text: (path: string) => string | undefined
}

export interface KnownStep extends Step {
  readonly kind: 'gate' | 'gate-command' | 'checkout' | 'local-code' | 'other'
  /** Of the steps around it too: whoever asks for the gate's word asks by one of these. */
  readonly ids: readonly string[]
  /** Of a gate: its inputs, or the options of the command. */
  readonly told: ReadonlyMap<string, Input>
}

export interface KnownJob {
  readonly workflow: Workflow
  readonly job: Job
  readonly steps: readonly KnownStep[]
  /** Places in `steps`. */
  readonly gates: readonly number[]
}

/** How deep GitHub lets composite Actions use others. */
const mostDeep = 10
/** Of one job, those of its local Actions included: Actions that use Actions may be made to have no end. */
const mostSteps = 2000

export function knowJob(workflow: Workflow, job: Job, {files, chart}: {files: Files; chart: Chart}): KnownJob {
  const steps = new StepReader(files, chart).expand(job.steps, {ids: [], depth: 0})
  const gates = steps.flatMap(({kind}, i) => (isGateKind(kind) ? [i] : []))
  return {workflow, job, steps, gates}
}

const isGateKind = (kind: KnownStep['kind']): boolean => kind === 'gate' || kind === 'gate-command'

interface Around {
  readonly ids: readonly string[]
  readonly depth: number
}

class StepReader {
  readonly #files: Files
  readonly #chart: Chart
  #count = 0

  constructor(files: Files, chart: Chart) {
    this.#files = files
    this.#chart = chart
  }

  expand(steps: readonly Step[], around: Around): readonly KnownStep[] {
    this.#count += steps.length
    return steps.flatMap((step) => this.#expandStep(step, around))
  }

  #expandStep(step: Step, {ids, depth}: Around): readonly KnownStep[] {
    const own = step.id === undefined ? ids : [...ids, step.id]
    const inner = step.uses?.startsWith('./') === true ? this.#readComposite(step.place, step.uses, depth) : undefined
    if (inner === undefined) return [know(step, own)]
    return this.expand(inner, {ids: own, depth: depth + 1})
  }

  /** The steps of a composite Action of the repository; undefined for Actions of other kinds and of elsewhere. */
  #readComposite(place: LinePlace, uses: string, depth: number): readonly Step[] | undefined {
    const file = actionFiles(uses).find((path) => this.#files.has(path))
    const text = file === undefined ? undefined : this.#files.text(file)
    if (file === undefined || text === undefined) {
      this.#chart.wonder(place, `The Action ${uses} is not in the repository as it is here: what it does is not known.`)
      return undefined
    }
    const yaml = readYaml(text)
    if (!yaml.ok) {
      this.#chart.wonder(
        {file, line: yaml.fault.line, column: yaml.fault.column},
        `This Action cannot be read: ${yaml.fault.message}`,
      )
      return undefined
    }
    const runs = childOf(yaml.value, 'runs')
    const steps = childOf(runs, 'steps')
    if (steps === undefined) return undefined
    if (depth >= mostDeep || this.#count > mostSteps) {
      this.#chart.wonder(place, `The Action ${uses} uses Actions that use Actions, too deep or too many: not followed.`)
      return undefined
    }
    return readSteps(file, steps)
  }
}

function know(step: Step, ids: readonly string[]): KnownStep {
  const {uses, run, inputs} = step
  if (uses !== undefined && isGateAction(uses, [...inputs.keys()])) return {...step, ids, kind: 'gate', told: inputs}
  if (run !== undefined && isGateCommand(run)) return {...step, ids, kind: 'gate-command', told: optionsIn(step, run)}
  const kind =
    uses === undefined ? 'other' : isCheckout(uses) ? 'checkout' : uses.startsWith('./') ? 'local-code' : 'other'
  return {...step, ids, kind, told: new Map()}
}

/** Of a shell's line, so roughly: quotes are taken off, and what a variable holds is not known. */
function optionsIn({place}: Step, run: string): ReadonlyMap<string, Input> {
  const options = run.matchAll(/--([a-z-]+)(?:=|\s+)("[^"]*"|'[^']*'|[^\s;&|]+)/g)
  return new Map(
    [...options].map(([, name = '', value = '']) => [name, {text: value.replace(/^(["'])(.*)\1$/, '$2'), place}]),
  )
}

/** The secrets that a step reads by name. */
export const secretsOf = ({node}: Pick<Step, 'node'>): readonly string[] => [
  ...new Set([...scalarsOf(node)].flatMap(({text}) => secretsIn(text))),
]

/** Whether a step deploys, or takes what is needed for it, as far as its name and its words say. */
export function isDeploying(step: KnownStep): boolean {
  const {uses, run} = step
  if (isGateKind(step.kind) || step.kind === 'checkout') return false
  if (uses !== undefined && (isDeployAction(uses) || isCredentialAction(uses))) return true
  return (run !== undefined && isDeployCommand(run)) || secretsOf(step).length > 0
}

/** Why a job counts as one that deploys; undefined when nothing says so. */
export function whyDeploying({job, steps}: KnownJob): string | undefined {
  if (job.environment !== undefined) return `it is in the environment ${job.environment.text}`
  const action = steps.find(({uses}) => uses !== undefined && isDeployAction(uses))?.uses
  return action === undefined ? undefined : `it uses ${action}`
}
