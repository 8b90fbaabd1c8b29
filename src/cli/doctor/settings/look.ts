/** The settings of a repository -> what of them weakens the gate. Pure. What was not read is said, never taken for good. */
import {type KnownJob, secretsOf, whyDeploying} from '../workflow/job.ts'
import {valuesOf} from '../workflow/matrix.ts'
import {lookAtBranch} from './look-branch.ts'
import {lookAtApps} from './look-apps.ts'
import {type Looking, seen} from './looking.ts'
import type {Settings} from './settings.ts'

const isDeployment = (known: KnownJob): boolean => known.gates.length > 0 || whyDeploying(known) !== undefined

/** The environments that jobs deploy to, as far as their names stand in the file. */
export const environmentsOf = (jobs: readonly KnownJob[]): readonly string[] => [
  ...new Set(
    jobs
      .filter(isDeployment)
      .flatMap(({job}) => (job.environment === undefined ? [] : (valuesOf(job.environment.text, job) ?? []))),
  ),
]

/** Which environment such a job is in is known when it runs, so its settings are not looked at. */
function wonderAboutOthers(jobs: readonly KnownJob[], {chart}: Looking): void {
  for (const {job} of jobs) {
    const {environment} = job
    if (environment === undefined || valuesOf(environment.text, job) !== undefined) continue
    const what = `Which environment ${environment.text} is, and so what its settings are, is not seen here.`
    chart.wonder(environment.place, what)
  }
}

export function lookAtSettings(settings: Settings, jobs: readonly KnownJob[], looking: Looking): void {
  wonderAboutOthers(jobs.filter(isDeployment), looking)
  lookAtBranch(settings, looking)
  for (const [name, environment] of settings.environments) lookAtEnvironment(name, environment, looking)
  lookAtSecrets(settings, jobs.filter(isDeployment), looking)
  lookAtToken(settings, looking)
  lookAtKeys(settings, looking)
  lookAtApps(settings, looking)
}

function lookAtEnvironment(name: string, read: Settings['environments'][number][1], {page, chart}: Looking): void {
  const place = page(`Environment ${name}`, 'environments')
  if (read.kind === 'absent') {
    chart.find({rule: 'environment-missing', place, what: `There is no environment ${name}.`})
    return
  }
  const environment = seen(read, `the environment ${name}`, chart)
  if (environment === undefined) return
  if (environment.isOpen) {
    chart.find({rule: 'environment-open', place, what: `Every branch may deploy to ${name}.`})
  }
  if (environment.adminsBypass === true) {
    chart.find({rule: 'environment-admin-bypass', place, what: `Administrators may go past the rules of ${name}.`})
  }
  if (environment.adminsBypass === undefined) {
    chart.wonder(place, `GitHub does not say whether administrators may go past the rules of ${name}.`)
  }
}

function lookAtSecrets({secrets}: Settings, jobs: readonly KnownJob[], {page, chart}: Looking): void {
  const used = new Set(jobs.flatMap(({steps}) => steps.flatMap((step) => secretsOf(step))))
  if (used.size === 0) return
  const names = seen(secrets, 'the secrets of the repository', chart)?.filter((name) => used.has(name)) ?? []
  if (names.length === 0) return
  const what = `Deploying jobs read ${names.join(', ')}, which the whole repository has.`
  chart.find({rule: 'secret-at-repository', place: page('Secrets of the repository', 'secrets/actions'), what})
}

function lookAtToken({token}: Settings, {page, chart}: Looking): void {
  const read = seen(token, 'what GITHUB_TOKEN may do', chart)
  const place = page('Workflow permissions', 'actions')
  if (read?.approves === true) {
    chart.find({rule: 'token-approves', place, what: 'GITHUB_TOKEN may create and approve pull requests.'})
  }
  if (read?.writes === true) {
    chart.find({
      rule: 'token-writes',
      place,
      what: 'GITHUB_TOKEN may write where a workflow does not say permissions:.',
    })
  }
}

function lookAtKeys({keys}: Settings, {page, chart}: Looking): void {
  for (const {title, writes} of seen(keys, 'the deploy keys', chart) ?? []) {
    if (!writes) continue
    chart.find({
      rule: 'deploy-key-writable',
      place: page('Deploy keys', 'keys'),
      what: `The deploy key ${title} may push.`,
    })
  }
}
