/** DeploymentSource over GitHub's API: a few pages of the repository's list, and no fact when it cannot be read. */
import {isSafeText, parseSecondsTime} from '#protocol'
import type {Field} from './answer.ts'
import type {Connection, GitHub} from './client.ts'
import {type RepositorySource, splitName} from './repository.ts'
import {GitHubUnavailable} from './unavailable.ts'
import type {Deployment, DeploymentQuestion, DeploymentSource} from '../model/deployments.ts'

const mostShown = 20
const pageLength = 100
const maxPages = 3

export const createDeploymentSource = (
  github: Pick<GitHub, 'connect'>,
  repositories: RepositorySource,
): DeploymentSource => ({
  deployments: async (asked) => {
    try {
      const repository = await repositories.fetchRepository(asked.repository)
      // By the name that GitHub gives it now: the one that was asked for may be an old one.
      const present = {...asked, repository: {id: repository.id, name: repository.name}}
      return await fetchDeployments(github.connect(repository.installation), present)
    } catch (fault) {
      if (fault instanceof GitHubUnavailable) return null
      throw fault
    }
  },
})

async function fetchDeployments(
  connection: Connection,
  asked: DeploymentQuestion,
): Promise<readonly Deployment[] | null> {
  const found: Deployment[] = []
  for (let page = 1; page <= maxPages; page++) {
    const listed = await fetchPage(connection, asked, page)
    if (listed === undefined) return null
    found.push(...listed.filter(({at}) => at <= asked.at))
    if (found.length >= mostShown || listed.length < pageLength) return found.slice(0, mostShown)
  }
  return found.length > 0 ? found : null
}

async function fetchPage(
  connection: Connection,
  {repository, environment}: DeploymentQuestion,
  page: number,
): Promise<readonly Deployment[] | undefined> {
  const answer = await connection.ask('the deployments', (octokit) =>
    octokit.rest.repos.listDeployments({...splitName(repository.name), environment, per_page: pageLength, page}),
  )
  return answer === 'gone' ? undefined : answer.body.list().map(parseDeployment)
}

const parseDeployment = (field: Field): Deployment => ({
  id: field.at('id').number(),
  sha: field.at('sha').sha(),
  at: field.at('created_at').parse(parseSecondsTime, 'a time'),
  url: field.at('url').parse(parseAddress, 'a web address'),
})

const parseAddress = (value: unknown): string | undefined =>
  typeof value === 'string' && isSafeText(value) && /^https?:\/\/[^ ]+$/.test(value) ? value : undefined
