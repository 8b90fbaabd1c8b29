/** The repository itself: whose name may have changed hands, so that its id is what counts (formats §8). */
import {parseRepositoryName, type RepositoryId, type RepositoryName} from '#protocol'
import type {Connection} from './client.ts'
import {GitHubUnavailable} from './unavailable.ts'

export interface RepositoryFacts {
  readonly id: RepositoryId
  /** The name that GitHub gives it now. */
  readonly name: RepositoryName
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
export async function fetchRepository(
  connection: Connection,
  {id, name}: {readonly id: RepositoryId; readonly name: RepositoryName},
): Promise<RepositoryFacts | 'gone'> {
  const answer = await connection.ask('the repository', (octokit) => octokit.rest.repos.get(splitName(name)))
  if (answer === 'gone') throw unseen(name)
  const {body} = answer
  if (body.at('id').number() !== id) return 'gone'
  return {
    id,
    name: body.at('full_name').parse(parseRepositoryName, 'owner/name'),
    // Only the plain word is public: an unknown visibility is private (formats §8).
    public: body.at('visibility').optional()?.text() === 'public' && !body.at('private').flag(),
    defaultBranch: body.at('default_branch').text(),
    owner: {id: body.at('owner').at('id').number(), login: body.at('owner').at('login').text()},
  }
}

const unseen = (name: RepositoryName): GitHubUnavailable =>
  new GitHubUnavailable(
    'permission',
    `GitHub shows no repository ${name} to the issuer: it was deleted, or the App or token has no access to it`,
  )
