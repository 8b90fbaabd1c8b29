/** Apps made from a manifest: what GitHub refuses in one, and a code that fetches the credentials once, within an hour. */

import {randomBytes} from 'node:crypto'

import {makeApp} from './accounts.ts'
import {rsaKeys} from './keys.ts'
import {type Account, type App, type PermissionName, permissionNames} from './state.ts'
import {findAccount, type World} from './world.ts'

export interface Registration {
  readonly app: App
  /** Where its webhooks go. */
  readonly hookUrl: string | undefined
  readonly expiresAt: Date
}

export type Registrations = Map<string, Registration>

export interface ConfirmManifest {
  /** JSON text, as a form sends it. */
  readonly manifest: string
  readonly state?: string
  /** Owns the App; the person at the browser when absent. */
  readonly organization?: string
}

type Fields = Readonly<Record<string, unknown>>

const codeLifeMs = 60 * 60 * 1000

/** What pressing "Create GitHub App" does. Gives the address that the browser is led to; throws GitHub's words. */
export function confirmManifest(world: World, {manifest, state, organization}: ConfirmManifest): string {
  const fields = parseObject(manifest)
  const problems = fields === undefined ? ['it is not JSON'] : problemsOf(world, fields)
  if (fields === undefined || problems.length > 0)
    throw new Error(`Invalid GitHub App configuration. ${problems.join('. ')}`)
  const hook = fields['hook_attributes'] as {readonly url: string} | undefined
  const app = makeApp(world, {
    slug: slugOf(textOf(fields, 'name') ?? `app-${world.apps.length}`),
    owner: ownerOf(world, organization),
    permissions: fields['default_permissions'] ?? {},
    events: (fields['default_events'] ?? []) as readonly string[],
    keys: rsaKeys(),
  })
  world.apps.push(app)
  const code = randomBytes(20).toString('hex')
  const expiresAt = new Date(world.clock.now().getTime() + codeLifeMs)
  world.registrations.set(code, {app, hookUrl: hook?.url, expiresAt})
  const target = new URL(textOf(fields, 'redirect_url') ?? world.origin)
  target.searchParams.set('code', code)
  if (state !== undefined) target.searchParams.set('state', state)
  return target.href
}

/** The App behind a code, which counts once. From then on it is the App under test, with its webhook. */
export function redeemCode(world: World, code: string): App | undefined {
  const registration = world.registrations.get(code)
  world.registrations.delete(code)
  if (!registration || !(world.clock.now() < registration.expiresAt)) return undefined
  const {app, hookUrl} = registration
  world.app = app
  if (hookUrl !== undefined) world.hooks.set({url: hookUrl, mode: 'app'})
  return app
}

/** Who is signed in at the browser: the first person whom the world was given. */
function ownerOf(world: World, organization: string | undefined): Account {
  const people = world.accounts.filter((account) => account.type === 'User' && account !== world.webFlow)
  const owner = organization === undefined ? people[0] : findAccount(world, organization)
  if (!owner || (organization !== undefined && owner.type !== 'Organization')) throw new Error('Not Found')
  return owner
}

const known = [
  ...['name', 'url', 'hook_attributes', 'redirect_url', 'callback_urls', 'setup_url', 'description', 'public'],
  ...['default_events', 'default_permissions', 'request_oauth_on_install', 'setup_on_update'],
]

/** Each event, and the permissions of which one must be asked for; others go to every App and are not to be named. */
const events: Readonly<Record<string, readonly PermissionName[]>> = {
  check_run: ['checks'],
  deployment: ['deployments'],
  issue_comment: ['issues', 'pull_requests'],
  issues: ['issues'],
  pull_request: ['pull_requests'],
  push: ['contents'],
}

/** GitHub names a member without its parent: a webhook without `url` is told as a missing "url". */
function problemsOf(world: World, fields: Fields): readonly string[] {
  const {hook_attributes: hook, default_permissions: permissions = {}, default_events: wanted = []} = fields
  const asked = Object.entries(isObject(permissions) ? permissions : {})
  const names = Array.isArray(wanted) ? wanted.map(String) : []
  const unsupported = names.filter((name) => !(name in events))
  const unbacked = names.filter((name) => !events[name]?.some((need) => asked.some(([held]) => held === need)))
  const name = textOf(fields, 'name')
  return [
    ...Object.keys(fields).flatMap((key) => (known.includes(key) ? [] : [`Error: "${key}" is not a known member`])),
    ...(isUrl(fields['url']) ? [] : ['Error: "url" wasn\'t supplied']),
    ...(hook === undefined || (isObject(hook) && isUrl(hook['url'])) ? [] : ['Error: "url" wasn\'t supplied']),
    ...(isObject(hook) && 'secret' in hook ? ['Error: "secret" is not a permitted key'] : []),
    ...(isUrl(fields['redirect_url']) ? [] : ['Error: "redirect_url" must be a valid URL']),
    ...(name === undefined || (name.length <= 34 && name !== '')
      ? []
      : ['Name is too long (maximum is 34 characters)']),
    ...(name !== undefined && world.apps.some(({slug}) => slug === slugOf(name)) ? ['Name is already taken'] : []),
    ...asked.flatMap(([key, level]) => (isPermission(key, level) ? [] : [`Default permission ${key} is invalid`])),
    ...(unsupported.length > 0 ? [`Default events unsupported: ${unsupported.join(' and ')}`] : []),
    ...(unbacked.length > 0 ? [`Default events are not supported by permissions: ${unbacked.join(' and ')}`] : []),
  ]
}

const isPermission = (key: string, level: unknown): boolean =>
  permissionNames.some((name) => name === key) && (level === 'read' || level === 'write')

const isUrl = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
