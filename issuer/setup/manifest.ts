/** The App as GitHub is asked to make it: its address, the events that are read, and the least that it may do. */
import type {Origin} from '#protocol'
import {eventNames} from '../inbox/narrow.ts'

/**
 * Each permission with the calls that need it; what no call needs is not here. Read by whoever sets the issuer up, too.
 * `actions` and `statuses` are not: runs are told by the jobs themselves, and an App writes check runs.
 */
export const permissions = {
  checks: {level: 'write', why: 'publishes receipts as check runs, and reads the checks that a policy names'},
  contents: {level: 'read', why: 'reads the policy, commits and what changed, and who pushed'},
  deployments: {level: 'read', why: 'tells an audit which deployments no receipt covers'},
  issues: {level: 'write', why: "reads and answers comments: GitHub files a pull request's under issues"},
  members: {level: 'read', why: 'reads whether an approver is in the team that a policy names'},
  metadata: {level: 'read', why: 'reads the repository and what role a person has there; every App has it'},
  pull_requests: {level: 'write', why: 'reads pull requests, their commits and files; keeps its panel on them'},
} as const

/** News of installations come to every App and cannot be asked for. */
export const events = eventNames

export const callbackPath = '/setup/callback'

/** GitHub takes no longer name; who registers the App can change it there. */
const longestName = 34

/** JSON text, as the form sends it. Private: nobody but its owner can install it. */
export function renderManifest(issuer: Origin, organization: string | undefined): string {
  const name = `Countersign for ${organization ?? new URL(issuer).hostname}`
  return JSON.stringify({
    name: name.slice(0, longestName),
    url: issuer,
    description: 'No receipt, no deploy',
    public: false,
    hook_attributes: {url: `${issuer}/github/webhook`, active: true},
    redirect_url: `${issuer}${callbackPath}`,
    default_events: events,
    default_permissions: Object.fromEntries(Object.entries(permissions).map(([name, {level}]) => [name, level])),
  })
}

/** Where a browser posts it. */
export function registrationUrl(web: string, organization: string | undefined, state: string): string {
  const account = organization === undefined ? '' : `/organizations/${organization}`
  return `${web}${account}/settings/apps/new?state=${state}`
}
