/** The files of a repository -> everything that weakens the gate in them. Pure. */
import {Chart, type Examined} from './finding.ts'
import {policyFile} from './policy-file.ts'
import {isWorkflowFile} from './wanted.ts'
import {type KnownJob, knowJob} from './workflow/job.ts'
import {lookAtCheckout} from './workflow/look-checkout.ts'
import {lookForGates} from './workflow/look-gate.ts'
import {lookAtOwners, ownersFiles} from './workflow/look-owners.ts'
import {lookAtNeeds, lookAtPolicy} from './workflow/look-policy.ts'
import {lookAtRights} from './workflow/look-rights.ts'
import {lookAtSteps} from './workflow/look-steps.ts'
import {type Workflow, readWorkflow} from './workflow/workflow.ts'

/** By path, as far as they were read. */
export type FileTexts = ReadonlyMap<string, string>

export interface ExaminedFiles extends Examined {
  /** For what settings are asked about. */
  readonly jobs: readonly KnownJob[]
}

export function examineFiles(texts: FileTexts): ExaminedFiles {
  const chart = new Chart()
  const files = {has: (path: string) => texts.has(path), text: (path: string) => texts.get(path)}
  const policy = lookAtPolicy(texts.get(policyFile), chart)
  const paths = [...texts.keys()].filter((path) => isWorkflowFile(path)).sort()
  const jobs = paths.flatMap((path) => {
    const workflow = readOrTell(path, texts.get(path) ?? '', chart)
    if (workflow === undefined) return []
    const known = workflow.jobs.map((job) => knowJob(workflow, job, {files, chart}))
    lookForGates(known, chart)
    return known
  })
  for (const job of jobs) {
    lookAtSteps(job, chart)
    lookAtCheckout(job, chart)
    lookAtRights(job, chart)
    lookAtCalled(job, chart)
    if (policy !== undefined) lookAtNeeds(job, policy, chart)
  }
  const owners = ownersFiles.find((path) => texts.has(path))
  if (jobs.some(({gates}) => gates.length > 0)) {
    lookAtOwners(owners === undefined ? undefined : {file: owners, text: texts.get(owners) ?? ''}, paths, chart)
  }
  return {findings: chart.findings, unknown: chart.unknown, unseen: chart.unseen, jobs}
}

function readOrTell(file: string, text: string, chart: Chart): Workflow | undefined {
  const read = readWorkflow(file, text)
  if (read.ok) return read.value
  const {line, column, message} = read.fault
  chart.find({rule: 'workflow-invalid', place: {file, line, column}, what: `It cannot be read: ${message}.`})
  return undefined
}

/** Reusable workflows of the repository are workflow files themselves; those of elsewhere nobody sees from here. */
function lookAtCalled({job}: KnownJob, chart: Chart): void {
  if (job.uses === undefined || job.uses.startsWith('./')) return
  chart.wonder(
    job.place,
    `The job ${job.name} is ${job.uses}, which is not in this repository: what it does is not seen.`,
  )
}
