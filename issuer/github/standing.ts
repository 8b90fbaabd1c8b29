/** Who said it, whether it still stands as said, and what that account may do now: three requests, read first. */
import {digestOf, parseSecondsTime, secondsTimeToMs} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import type {Connection} from './client.ts'
import {fetchRepository, type OwnerAndRepo, splitName} from './repository.ts'
import {unusable} from './unavailable.ts'
import type {Account, PermissionLevel, Presence, Reach, StandingFacts, Statement} from '../model/facts.ts'

/**
 * The repository's id stands in none of these answers. A comment's id is global, so one that is found under the name
 * is the announced repository's own; and nothing is decided before the change was read, with the id compared.
 */
export async function fetchStanding(connection: Connection, statement: Statement): Promise<StandingFacts | 'gone'> {
  const at = splitName(statement.repository.name)
  const comment = await connection.ask('the comment', (octokit) =>
    octokit.rest.issues.getComment({...at, comment_id: statement.comment.id}),
  )
  if (comment === 'gone') return readAbsence(connection, statement)
  // GitHub says null of an account that is no more.
  const author = comment.body.at('user').optional()?.account()
  if (author === undefined) return 'gone'
  const [trace, standing] = await Promise.all([
    fetchTrace(connection, comment.body.at('node_id').text()),
    fetchPermission(connection, {at, author}),
  ])
  return {author, ...parseComment(comment, {statement, author, trace}), ...standing, teams: []}
}

/** A comment is gone only from a repository that is shown: GitHub answers 404 for what may not be seen, too. */
async function readAbsence(connection: Connection, {repository}: Statement): Promise<'gone'> {
  await fetchRepository(connection, repository)
  return 'gone'
}

interface Trace {
  readonly edited: boolean
  readonly viaEmail: boolean
}

const traceQuery = `query ($id: ID!) { node(id: $id) { ... on IssueComment { lastEditedAt createdViaEmail } } }`

/** REST's `updated_at` hides a quick edit and moves by itself, and REST does not tell a reply by mail (threats A3, A44). */
async function fetchTrace(connection: Connection, id: string): Promise<Trace> {
  const answer = await connection.ask("the comment's edits", async (octokit) => ({
    data: await octokit.graphql(traceQuery, {id}),
    headers: {},
  }))
  const node = shown(answer, 'the comment').body.at('node')
  // A comment without the member would be another kind of node: `lastEditedAt` is null or a time, never absent.
  const edited = node.at('lastEditedAt').parse(parseEdit, 'null or a time')
  return {edited: edited === 'edited', viaEmail: node.at('createdViaEmail').flag()}
}

function parseEdit(value: unknown): 'edited' | 'never' | undefined {
  if (value === null) return 'never'
  return typeof value === 'string' ? 'edited' : undefined
}

function parseComment(
  answer: Answer,
  {statement, author, trace}: {readonly statement: Statement; readonly author: Account; readonly trace: Trace},
): Omit<StandingFacts, 'author' | 'permission' | 'role' | 'teams'> {
  const {body: comment} = answer
  const createdAt = comment.at('created_at').parse(parseSecondsTime, 'a time')
  const bodyDigest = digestOf(comment.at('body').text())
  const announced = statement.comment
  return {
    readAt: answer.date(),
    viaApp: comment.at('performed_via_github_app').optional() !== undefined,
    viaEmail: trace.viaEmail,
    edited: trace.edited,
    asAnnounced:
      comment.at('id').number() === announced.id &&
      author.id === announced.authorId &&
      bodyDigest === announced.digest &&
      issueOf(comment) === statement.pullRequest,
    createdAt: secondsTimeToMs(createdAt),
    bodyDigest,
  }
}

/** The number in `…/repos/{owner}/{repo}/issues/{number}`; the name in it may be newer than the webhook's. */
function issueOf(comment: Field): number {
  return comment.at('issue_url').parse((value) => {
    const [, number] = /\/repos\/[^/]+\/[^/]+\/issues\/([1-9]\d{0,15})$/.exec(String(value)) ?? []
    return number === undefined ? undefined : Number(number)
  }, "an issue's address")
}

/** The comment was there a moment ago, so "not found" means the person: someone without any standing here. */
export async function fetchPermission(
  connection: Connection,
  {at, author}: {readonly at: OwnerAndRepo; readonly author: Pick<Account, 'id' | 'login'>},
): Promise<{readonly permission: PermissionLevel; readonly role: string}> {
  const answer = await connection.ask("the commenter's permission", (octokit) =>
    octokit.rest.repos.getCollaboratorPermissionLevel({...at, username: author.login}),
  )
  if (answer === 'gone') return {permission: 'none', role: 'none'}
  const user = answer.body.at('user')
  // A login can change hands between two requests; the permission looked up is the author's or nobody's (threats A4).
  if (user.at('id').number() !== author.id) {
    throw unusable("the commenter's permission: GitHub answered for another account")
  }
  return {permission: parsePermission(answer.body), role: answer.body.at('role_name').text()}
}

/** The account is asked for its name by its id first, since it may be called otherwise by now. */
export async function fetchReach(connection: Connection, {repository, comment}: Statement): Promise<Reach | 'gone'> {
  const account = await connection.ask("the commenter's account", (octokit) =>
    octokit.request('GET /user/{account_id}', {account_id: comment.authorId}),
  )
  if (account === 'gone') return 'gone'
  const author = account.body.account()
  const {permission, role} = await fetchPermission(connection, {at: splitName(repository.name), author})
  return {login: author.login, permission, role, readAt: account.date()}
}

/** Whether the comment is still there as it was announced. */
export async function fetchPresence(connection: Connection, {repository, comment}: Statement): Promise<Presence> {
  const answer = await connection.ask('the comment', (octokit) =>
    octokit.rest.issues.getComment({...splitName(repository.name), comment_id: comment.id}),
  )
  if (answer === 'gone') return 'gone'
  return digestOf(answer.body.at('body').text()) === comment.digest ? 'as-said' : 'changed'
}

const ladder = ['admin', 'maintain', 'write', 'triage', 'read'] as const
const memberOf = {admin: 'admin', maintain: 'maintain', write: 'push', triage: 'triage', read: 'pull'} as const

/**
 * How far it reaches shows in `user.permissions`, which GitHub may leave out. Then `role_name` says it, unless that is an
 * organization's own role; and then `permission`, the older word, which knows four levels and never says too much.
 */
function parsePermission(answer: Field): PermissionLevel {
  const reach = answer.at('user').at('permissions').optional()
  if (reach) return ladder.find((level) => reach.at(memberOf[level]).optional()?.flag()) ?? 'none'
  const [role, older] = [answer.at('role_name').text(), answer.at('permission').text()]
  return ladder.find((level) => level === role) ?? ladder.find((level) => level === older) ?? 'none'
}

/**
 * Memberships in the teams that a policy names. Asked by login, which the account had a moment ago, when its permission was looked up for its id. GitHub's 404 of a
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
