/** Reads a repository's settings into what the looks at them need. Each is read or not, and why not is kept. */
import {isPlainObject} from '#protocol'
import type {
  AppOfRun,
  BranchLayer,
  DeployKey,
  EnvironmentSettings,
  Settings,
  TokenSettings,
} from '../settings/settings.ts'
import type {Answer, GitHubReader} from './reader.ts'

type Json = Readonly<Record<string, unknown>>

const jsonOf = (value: unknown): Json => (isPlainObject(value) ? value : {})
const listIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(jsonOf) : [])
const flagOf = (value: unknown): boolean => jsonOf(value)['enabled'] === true

/** What is read turned into something; what is not there or not seen as it is. */
const reading = <S, T>(answer: Answer<S>, read: (value: S) => T): Answer<T> =>
  answer.kind === 'read' ? {kind: 'read', value: read(answer.value)} : answer

export interface SettingsQuestion {
  /** owner/name. */
  readonly repository: string
  readonly branch: string
  readonly environments: readonly string[]
}

export async function readSettings(reader: GitHubReader, asked: SettingsQuestion): Promise<Settings> {
  const {repository, branch, environments} = asked
  const at = (path: string): Promise<Answer> => reader.json(`/repos/${repository}${path}`)
  const name = encodeURIComponent(branch)
  const rulesets = await readRulesets(at, await readAll(at, `/rules/branches/${name}`, listIn))
  return {
    branch,
    rulesets,
    protection: reading(await at(`/branches/${name}/protection`), readProtection),
    environments: await Promise.all(
      environments.map(
        async (one) => [one, reading(await at(`/environments/${encodeURIComponent(one)}`), readEnvironment)] as const,
      ),
    ),
    secrets: reading(await readAll(at, '/actions/secrets', (value) => listIn(jsonOf(value)['secrets'])), (all) =>
      all.map((one) => String(one['name']).toUpperCase()),
    ),
    token: reading(await at('/actions/permissions/workflow'), readToken),
    keys: reading(await readAll(at, '/keys', listIn), (all) => all.map(readKey)),
    apps: await readApps(at),
  }
}

type At = (path: string) => Promise<Answer>

const perPage = 100
const mostPages = 10

/** A list to its end; one that has none within reach was not seen. */
async function readAll(
  at: At,
  path: string,
  listOf: (value: unknown) => readonly Json[],
): Promise<Answer<readonly Json[]>> {
  const all: Json[] = []
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await at(`${path}${path.includes('?') ? '&' : '?'}per_page=${perPage}&page=${page}`)
    if (answer.kind !== 'read') return answer
    const found = listOf(answer.value)
    all.push(...found)
    if (found.length < perPage) return {kind: 'read', value: all}
  }
  return {kind: 'unread', why: `it has more than ${mostPages * perPage} entries`}
}

/** The rules that hold for the branch, by the ruleset that they come from, and who may go past each of these. */
async function readRulesets(at: At, rules: Answer<readonly Json[]>): Promise<Answer<readonly BranchLayer[]>> {
  if (rules.kind !== 'read') return rules
  const listed = rules.value
  const ids = [...new Set(listed.map((rule) => Number(rule['ruleset_id'])))]
  const layers = await Promise.all(
    ids.map(async (id) => {
      const own = listed.filter((rule) => Number(rule['ruleset_id']) === id)
      const bypass = reading(
        await at(`/rulesets/${id}?includes_parents=true`),
        (value) => jsonOf(value)['bypass_actors'],
      )
      return layerOf(own, bypass)
    }),
  )
  return {kind: 'read', value: layers}
}

function layerOf(rules: readonly Json[], bypass: Answer): BranchLayer {
  const reviews = rules.filter(({type}) => type === 'pull_request').map(({parameters}) => jsonOf(parameters))
  return {
    forbidsForcePush: rules.some(({type}) => type === 'non_fast_forward'),
    approvals: Math.max(0, ...reviews.map((one) => Number(one['required_approving_review_count'] ?? 0))),
    asksOwners: reviews.some((one) => one['require_code_owner_review'] === true),
    // Who may not change a ruleset is not told who may go past it.
    bypass:
      bypass.kind === 'read' && Array.isArray(bypass.value)
        ? {kind: 'read', value: bypass.value.length > 0}
        : {
            kind: 'unread',
            why: bypass.kind === 'unread' ? bypass.why : 'GitHub does not tell this token who may go past it',
          },
  }
}

function readProtection(value: unknown): BranchLayer {
  const protection = jsonOf(value)
  const reviews = jsonOf(protection['required_pull_request_reviews'])
  return {
    forbidsForcePush: !flagOf(protection['allow_force_pushes']),
    approvals: Number(reviews['required_approving_review_count'] ?? 0),
    asksOwners: reviews['require_code_owner_reviews'] === true,
    bypass: {kind: 'read', value: !flagOf(protection['enforce_admins'])},
  }
}

function readEnvironment(value: unknown): EnvironmentSettings {
  const environment = jsonOf(value)
  const bypass = environment['can_admins_bypass']
  return {
    isOpen: environment['deployment_branch_policy'] === null,
    adminsBypass: typeof bypass === 'boolean' ? bypass : undefined,
  }
}

const readToken = (value: unknown): TokenSettings => ({
  approves: jsonOf(value)['can_approve_pull_request_reviews'] === true,
  writes: jsonOf(value)['default_workflow_permissions'] === 'write',
})

const readKey = (key: Json): DeployKey => ({title: String(key['title']), writes: key['read_only'] === false})

/** The commits at which the issuer most likely wrote: the heads of the newest pull requests, and what became of them. */
const mostPulls = 5

/** Which Apps wrote check runs of the gate's name there. */
async function readApps(at: At): Promise<Answer<readonly AppOfRun[]>> {
  const pulls = await at(`/pulls?state=all&sort=updated&direction=desc&per_page=${mostPulls}`)
  if (pulls.kind !== 'read') return pulls
  const commits = listIn(pulls.value).flatMap((pull) => [jsonOf(pull['head'])['sha'], pull['merge_commit_sha']])
  const shas = [...new Set(commits)].filter((sha) => typeof sha === 'string')
  const apps = new Map<string, AppOfRun>()
  for (const sha of shas) {
    const runs = await readAll(at, `/commits/${sha}/check-runs?filter=all`, (value) =>
      listIn(jsonOf(value)['check_runs']),
    )
    // To whom may not know, a commit's runs are not there: that is not the same as none.
    if (runs.kind !== 'read')
      return runs.kind === 'unread' ? runs : {kind: 'unread', why: 'GitHub shows none to this token'}
    for (const run of runs.value) {
      if (!String(run['name']).startsWith('countersign / ')) continue
      const app = jsonOf(run['app'])
      const [slug, permissions, events] = [String(app['slug']), jsonOf(app['permissions']), app['events']]
      apps.set(slug, {slug, permissions, events: Array.isArray(events) ? events.map(String) : []})
    }
  }
  return {kind: 'read', value: [...apps.values()]}
}
