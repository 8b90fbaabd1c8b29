/** Who else has a hand in a job that deploys: unpinned Actions, a token that may write, pull requests of strangers. */
import type {Chart} from '../finding.ts'
import {type KnownJob, secretsOf, whyDeploying} from './job.ts'
import {isPinned} from './recognized.ts'

export function lookAtRights(known: KnownJob, chart: Chart): void {
  const isDeployment = known.gates.length > 0 || whyDeploying(known) !== undefined
  lookAtTarget(known, isDeployment, chart)
  if (!isDeployment) return
  lookAtPins(known, chart)
  if (known.job.uses === undefined) lookAtPermissions(known, chart)
}

function lookAtPins({steps, job}: KnownJob, chart: Chart): void {
  for (const {uses, place, kind} of steps) {
    if (uses === undefined || kind === 'gate' || isPinned(uses)) continue
    chart.find({rule: 'action-unpinned', place, what: `The Action ${uses} is not pinned.`})
  }
  if (job.uses !== undefined && !isPinned(job.uses)) {
    chart.find({rule: 'action-unpinned', place: job.place, what: `The workflow ${job.uses} is not pinned.`})
  }
}

/** What deployments themselves are for: telling the issuer, GitHub's deployments, registries and pages. */
const writable = ['id-token', 'deployments', 'packages', 'pages', 'attestations']

function lookAtPermissions({job}: KnownJob, chart: Chart): void {
  const {permissions, name, place} = job
  if (permissions === undefined) {
    const what = `Neither the job ${name} nor its workflow has permissions:.`
    chart.find({rule: 'permissions-missing', place, what})
    return
  }
  const wide = [...permissions.scopes].filter(([scope, level]) => level === 'write' && !writable.includes(scope))
  const names = permissions.all === 'write-all' ? 'everything' : wide.map(([scope]) => scope).join(', ')
  if (names === '') return
  const what = `The token of the job ${name} may write: ${names}.`
  chart.find({rule: 'permissions-wide', place: permissions.place, what})
}

function lookAtTarget({workflow, job, steps}: KnownJob, isDeployment: boolean, chart: Chart): void {
  const place = workflow.events.get('pull_request_target')
  if (place === undefined) return
  const foreign = steps.find(({kind, inputs}) => kind === 'checkout' && isForeign(inputs.get('ref')?.text))
  const secrets = [...new Set(steps.flatMap((step) => secretsOf(step)))]
  const why = isDeployment
    ? 'deploys'
    : foreign !== undefined
      ? 'checks out what the pull request holds'
      : secrets.length > 0
        ? `reads ${secrets.join(', ')}`
        : undefined
  if (why === undefined) return
  chart.find({rule: 'pull-request-target', place, what: `The job ${job.name} runs on pull_request_target and ${why}.`})
}

const isForeign = (ref = ''): boolean => /github\.(?:event\.pull_request\.head|head_ref)|refs\/pull\//.test(ref)
