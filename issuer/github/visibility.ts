/** Which of some repositories GitHub shows to everybody now. What it does not show to the issuer any more is not public. */
import {parseRepositoryId, parseRepositoryName} from '#protocol'
import type {Field} from './answer.ts'
import type {Connection, GitHub} from './client.ts'
import {type Named, fetchRepository, isPublic} from './repository.ts'
import {GitHubUnavailable} from './unavailable.ts'

export type Shown = Named & {readonly public: boolean}

/** Throws GitHubUnavailable while it cannot be told. */
export interface VisibilitySource {
  fetchShown(installation: number | undefined, repositories: readonly Named[]): Promise<readonly Shown[]>
}

type Access = Pick<GitHub, 'app' | 'connect'>

export const createVisibilitySource = (github: Access): VisibilitySource => ({
  fetchShown: async (installation, repositories) => {
    const {app} = github
    if (app === undefined) return await askEach(github.connect(undefined), repositories)
    if (installation === undefined || !(await isInstalled(app.connection, installation))) return repositories.map(hide)
    return await list(github.connect(installation), repositories)
  },
})

const hide = (repository: Named): Shown => ({...repository, public: false})

async function isInstalled(app: Connection, installation: number): Promise<boolean> {
  const answer = await app.ask("the App's installation", (octokit) =>
    octokit.rest.apps.getInstallation({installation_id: installation}),
  )
  return answer !== 'gone' && answer.body.at('suspended_at').optional() === undefined
}

/** A hundred at once, in one request; GitHub gives at most so many pages of those that an installation has. */
const perPage = 100
const maxPages = 100

/** All that an installation has, until each of those that are asked for was met. */
async function list(connection: Connection, repositories: readonly Named[]): Promise<readonly Shown[]> {
  const left = new Map<number, Named>(repositories.map((one) => [one.id, one]))
  const met: Shown[] = []
  for (let page = 1; page <= maxPages && left.size > 0; page++) {
    const answer = await connection.ask("the installation's repositories", (octokit) =>
      octokit.rest.apps.listReposAccessibleToInstallation({per_page: perPage, page}),
    )
    const listed = answer === 'gone' ? [] : answer.body.at('repositories').list()
    for (const one of listed) if (left.delete(one.at('id').number())) met.push(parseShown(one))
    if (listed.length < perPage) break
  }
  return [...met, ...[...left.values()].map(hide)]
}

const parseShown = (repository: Field): Shown => ({
  id: repository.at('id').parse(parseRepositoryId, 'an id'),
  name: repository.at('full_name').parse(parseRepositoryName, 'owner/name'),
  public: isPublic(repository),
})

async function askEach(connection: Connection, repositories: readonly Named[]): Promise<readonly Shown[]> {
  const shown: Shown[] = []
  for (const one of repositories) shown.push(await askFor(connection, one))
  return shown
}

async function askFor(connection: Connection, repository: Named): Promise<Shown> {
  try {
    const found = await fetchRepository(connection, repository)
    return found === 'gone' ? hide(repository) : {id: found.id, name: found.name, public: found.public}
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable) || fault.kind !== 'permission') throw fault
    return hide(repository)
  }
}
