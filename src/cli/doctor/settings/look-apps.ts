/** The Apps that write check runs of the gate's name: one, with what it needs. */
import {type Looking, seen} from './looking.ts'
import type {AppOfRun, Settings} from './settings.ts'

/** As the issuer asks for them when its App is made. */
export const neededPermissions: Readonly<Record<string, 'read' | 'write'>> = {
  checks: 'write',
  contents: 'read',
  deployments: 'read',
  issues: 'write',
  members: 'read',
  metadata: 'read',
  pull_requests: 'write',
}
export const neededEvents: readonly string[] = ['check_run', 'issue_comment', 'pull_request', 'push']

export function lookAtApps({apps}: Settings, {page, chart}: Looking): void {
  const place = page('GitHub Apps', 'installations')
  const read = seen(apps, 'the Apps that write check runs', chart)
  if (read === undefined) return
  if (read.length === 0) {
    chart.wonder(
      place,
      'No check run of an issuer was seen on the newest pull requests: whether its App is installed is not known.',
    )
  }
  if (read.length > 1) {
    const names = read.map(({slug}) => slug).join(', ')
    chart.find({rule: 'several-apps', place, what: `Check runs of the gate's name are written by ${names}.`})
  }
  for (const app of read) lookAtApp(app, {page, chart})
}

function lookAtApp({slug, permissions, events: heard}: AppOfRun, {page, chart}: Looking): void {
  const place = page('GitHub Apps', 'installations')
  const missing = Object.entries(neededPermissions).filter(
    ([name, level]) => permissions[name] !== 'write' && permissions[name] !== level,
  )
  if (missing.length > 0) {
    const names = missing.map(([name, level]) => `${name} (${level})`).join(', ')
    chart.find({rule: 'app-permission-missing', place, what: `The App ${slug} lacks ${names}.`})
  }
  const unheard = neededEvents.filter((event) => !heard.includes(event))
  if (unheard.length > 0) {
    chart.find({rule: 'app-event-missing', place, what: `The App ${slug} does not hear of ${unheard.join(', ')}.`})
  }
}
