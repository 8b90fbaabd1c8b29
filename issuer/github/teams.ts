/** Memberships in the teams that a policy names. */
import type {Connection} from './client.ts'

/**
 * Asked by login, which the account had a moment ago, when its permission was looked up for its id. GitHub's 404 of a
 * team, of a member, and of an organization that may not be seen are one; each means that nobody is let in.
 */
export async function fetchTeams(
  connection: Connection,
  {login, teams}: {readonly login: string; readonly teams: readonly string[]},
): Promise<readonly string[]> {
  const asked = teams.map(async (team) => ((await fetchIsMember(connection, {login, team})) ? [team] : []))
  return (await Promise.all(asked)).flat()
}

/** `pending`, an invitation that was not accepted, is no membership (threats A47). */
async function fetchIsMember(
  connection: Connection,
  {login, team}: {readonly login: string; readonly team: string},
): Promise<boolean> {
  const [org = '', slug = ''] = team.split('/')
  const answer = await connection.ask(`the membership in ${team}`, (octokit) =>
    octokit.rest.teams.getMembershipForUserInOrg({org, team_slug: slug, username: login}),
  )
  return answer !== 'gone' && answer.body.at('state').text() === 'active'
}
