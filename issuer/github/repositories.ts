/** A repository as GitHub shows it now, for questions that no webhook brings: the installation is asked for too. */
import type {RepositoryId, RepositoryName} from '#protocol'
import type {Connection, GitHub} from './client.ts'
import {type RepositoryFacts, fetchRepository, splitName} from './repository.ts'
import {GitHubUnavailable} from './unavailable.ts'

/** What it is called and whose it is now, and how the issuer gets to it. */
export type PresentRepository = RepositoryFacts & {readonly installation: number | undefined}

/** Throws GitHubUnavailable when GitHub does not show the repository of that id under that name. */
export interface RepositorySource {
  fetchRepository(repository: {readonly id: RepositoryId; readonly name: RepositoryName}): Promise<PresentRepository>
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
