/**
 * The repository itself. Repositories are deleted, and others take their names: so its id is what counts, and a name means
 * the id that GitHub gives it now (formats §8).
 */
import {parseRepositoryName, type RepositoryId, type RepositoryName} from '#protocol'
import type {Field} from './answer.ts'
import type {Connection, GitHub} from './client.ts'
import {GitHubUnavailable} from './unavailable.ts'

export interface Named {
  readonly id: RepositoryId
  readonly name: RepositoryName
}

/** Under the name that GitHub gives it now. */
export interface RepositoryFacts extends Named {
  readonly public: boolean
  readonly defaultBranch: string
  readonly owner: {readonly id: number; readonly login: string}
}

/** A type, not an interface: Octokit's parameters want an index signature. */
export type OwnerAndRepo = Readonly<Record<'owner' | 'repo', string>>

/** `owner/name`, as Octokit wants it. */
export function splitName(name: RepositoryName): OwnerAndRepo {
  const [owner = '', repo = ''] = name.split('/')
  return {owner, repo}
}

/**
 * `gone`: another repository has the name now. That GitHub shows none is no such fact: it answers 404 for what the
 * credentials may not see, too.
 */
export async function fetchRepository(connection: Connection, {id, name}: Named): Promise<RepositoryFacts | 'gone'> {
  const answer = await connection.ask('the repository', (octokit) => octokit.rest.repos.get(splitName(name)))
  if (answer === 'gone') throw unseen(name)
  const {body} = answer
  if (body.at('id').number() !== id) return 'gone'
  return {
    id,
    name: body.at('full_name').parse(parseRepositoryName, 'owner/name'),
    public: isPublic(body),
    defaultBranch: body.at('default_branch').text(),
    owner: {id: body.at('owner').at('id').number(), login: body.at('owner').at('login').text()},
  }
}

/** Only the plain word is public: an unknown visibility is private (formats §8). */
export const isPublic = (repository: Field): boolean =>
  repository.at('visibility').optional()?.text() === 'public' && !repository.at('private').flag()

const unseen = (name: RepositoryName): GitHubUnavailable =>
  new GitHubUnavailable(
    'permission',
    `GitHub shows no repository ${name} to the issuer: it was deleted, or the App or token has no access to it`,
  )

/** For questions that no webhook brings: what it is called and whose it is now, and how the issuer gets to it. */
export type PresentRepository = RepositoryFacts & {readonly installation: number | undefined}

/** Throws GitHubUnavailable when GitHub does not show the repository of that id under that name. */
export interface RepositorySource {
  fetchRepository(repository: Named): Promise<PresentRepository>
}

export const createRepositorySource = (github: Pick<GitHub, 'connect' | 'app'>): RepositorySource => ({
  fetchRepository: async ({id, name}) => {
    const installation = github.app && (await fetchInstallation(github.app, name))
    const facts = await fetchRepository(github.connect(installation), {id, name})
    if (facts === 'gone') throw new GitHubUnavailable('permission', `another repository is called ${name} now`)
    return {...facts, installation}
  },
})

async function fetchInstallation(
  {connection}: {readonly connection: Connection},
  name: RepositoryName,
): Promise<number> {
  const answer = await connection.ask("the App's installation", (octokit) =>
    octokit.rest.apps.getRepoInstallation(splitName(name)),
  )
  if (answer === 'gone') throw new GitHubUnavailable('permission', `the App is not installed on ${name}`)
  return answer.body.at('id').number()
}

/** Whether a repository that was seen under this name still has it. */
export type BearsName = (repository: Named) => Promise<boolean>

const keepMs = 60_000
const mostKept = 1000

/** Asks GitHub once a minute and name, whoever looks. While GitHub does not answer, what was seen last is believed. */
export function createBearsName({
  repositories,
  now,
}: {
  readonly repositories: RepositorySource
  readonly now: () => number
}): BearsName {
  const kept = new Map<string, {readonly until: number; readonly answer: Promise<boolean>}>()
  return ({id, name}) => {
    const key = `${id} ${name.toLowerCase()}`
    const known = kept.get(key)
    if (known !== undefined && now() < known.until) return known.answer
    if (kept.size >= mostKept) kept.clear()
    const answer = ask({id, name}, repositories)
    kept.set(key, {until: now() + keepMs, answer})
    return answer
  }
}

async function ask(repository: Named, repositories: RepositorySource): Promise<boolean> {
  try {
    await repositories.fetchRepository(repository)
    return true
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable)) throw fault
    // Not shown, or another one's by now; everything else passes by itself.
    return fault.kind !== 'permission'
  }
}
