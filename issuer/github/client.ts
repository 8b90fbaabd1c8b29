/** The issuer's way to GitHub: Octokit as an App's installation or with a plain token, and who the issuer is there. */
import {createAppAuth} from '@octokit/auth-app'
import {Octokit} from '@octokit/rest'
import {Answer, type Field} from './answer.ts'
import {boundFetch} from './bounded-fetch.ts'
import {classifyFault, GitHubUnavailable} from './unavailable.ts'

export type Credentials =
  | {readonly kind: 'app'; readonly appId: number; readonly privateKey: string}
  | {readonly kind: 'token'; readonly token: string}
  /** It asks nothing: whoever tries finds an outage. */
  | {readonly kind: 'listener'; readonly appId: number}

export interface GitHubAccess {
  /** `https://api.github.com`, or another GitHub's, without a slash at the end. */
  readonly apiUrl: string
  readonly credentials: Credentials
  /** Countersign's own, for the user agent. */
  readonly version: string
  /** Told the time that GitHub says with each answer, in milliseconds. */
  readonly heard?: ((date: number) => void) | undefined
  /** For one request with its redirects; 10 seconds. */
  readonly timeLimitMs?: number | undefined
}

type Send = (
  octokit: Octokit,
) => Promise<{readonly data: unknown; readonly headers: object; readonly url?: string | undefined}>

/**
 * Asks one question. `gone` is GitHub's 404 or 410; everything else that is no usable answer throws GitHubUnavailable,
 * whose message begins with `what`.
 */
export interface Connection {
  ask(what: string, send: Send): Promise<Answer | 'gone'>
}

export interface GitHub {
  /** As the installation that a webhook named, or with the plain token. */
  connect(installation: number | undefined): Connection
  /** As the App itself; undefined with a plain token. */
  readonly app: {readonly id: number; readonly connection: Connection} | undefined
  /** The account that the issuer comments as: the App's bot user, or the token's owner. */
  own(): Promise<OwnAccount>
  /** Its id. */
  ownAccount(): Promise<number>
}

export interface OwnAccount {
  readonly id: number
  /** Of an App `<slug>[bot]`. */
  readonly login: string
}

export function openGitHub(access: GitHubAccess): GitHub {
  const {credentials} = access
  switch (credentials.kind) {
    case 'app':
      return openAsApp(access, credentials)
    case 'token':
      return openAsToken(access, credentials)
    case 'listener':
      return openAsListener(credentials)
    default:
      return credentials satisfies never
  }
}

function openAsListener({appId}: {readonly appId: number}): GitHub {
  const connection: Connection = {
    ask: (what) => Promise.reject(new GitHubUnavailable('credentials', `${what}: this function asks GitHub nothing`)),
  }
  const own = knowOwn(() => connection.ask('the own account', never).then(never))
  return {connect: () => connection, app: {id: appId, connection}, ...own}
}

const never = (): never => {
  throw new Error('this function asks GitHub nothing')
}

function openAsToken(access: GitHubAccess, {token}: {readonly token: string}): GitHub {
  const connection = openConnection(access, {auth: token})
  return {connect: () => connection, app: undefined, ...knowOwn(() => fetchTokenOwner(connection))}
}

function openAsApp(
  access: GitHubAccess,
  {appId, privateKey}: {readonly appId: number; readonly privateKey: string},
): GitHub {
  // One authentication an installation: it keeps its token until that expires.
  const connections = new Map<number, Connection>()
  const connect = (installation: number | undefined): Connection => {
    if (installation === undefined) {
      throw new GitHubUnavailable(
        'credentials',
        'the webhook names no installation: it is not the configured App that sends it',
      )
    }
    const auth = {appId, privateKey, installationId: installation}
    const connection = connections.get(installation) ?? openConnection(access, {authStrategy: createAppAuth, auth})
    connections.set(installation, connection)
    return connection
  }
  const own = openConnection(access, {authStrategy: createAppAuth, auth: {appId, privateKey}})
  const anonymous = openAnonymous(access)
  const known = knowOwn(() =>
    fetchBotUser(own, (installation) => (installation === undefined ? anonymous : connect(installation))),
  )
  return {connect, app: {id: appId, connection: own}, ...known}
}

interface Identity {
  readonly authStrategy?: typeof createAppAuth
  readonly auth?: unknown
}

const silent = (): void => undefined
/** Octokit would write failures and deprecations to the console; what matters of them is in GitHubUnavailable. */
const noLog = {debug: silent, info: silent, warn: silent, error: silent}

function openConnection(
  {apiUrl, version, timeLimitMs = 10_000, heard}: Omit<GitHubAccess, 'credentials'>,
  identity: Identity,
): Connection {
  const octokit = new Octokit({
    ...identity,
    baseUrl: apiUrl,
    userAgent: `countersign/${version}`,
    request: {fetch: boundFetch({origin: new URL(apiUrl).origin, timeLimitMs}), log: noLog},
    log: noLog,
  })
  return {
    ask: async (what, send) => {
      try {
        const answer = new Answer(what, await send(octokit))
        if (answer.tellsTime()) heard?.(answer.date())
        return answer
      } catch (fault) {
        const meaning = classifyFault(fault, what)
        if (meaning === 'gone') return meaning
        throw meaning
      }
    },
  }
}

/** As nobody: for what GitHub answers to whoever knows a secret of the question. */
export const openAnonymous = (access: Omit<GitHubAccess, 'credentials'>): Connection => openConnection(access, {})

/** Asks until it is known, then never again; an outage is not kept. */
function knowOwn(fetchIt: () => Promise<OwnAccount>): Pick<GitHub, 'own' | 'ownAccount'> {
  let known: Promise<OwnAccount> | undefined
  const own = (): Promise<OwnAccount> => {
    known ??= fetchIt().catch((fault: unknown) => {
      known = undefined
      throw fault
    })
    return known
  }
  return {own, ownAccount: async () => (await own()).id}
}

const parseOwn = (user: Field): OwnAccount => ({id: user.at('id').number(), login: user.at('login').text()})

/** A token that an App's installation was given has no user to show, and says by GraphQL whose bot it is. */
async function fetchTokenOwner(connection: Connection): Promise<OwnAccount> {
  try {
    const user = await connection.ask("the token's owner", (octokit) => octokit.rest.users.getAuthenticated())
    return parseOwn(here(user).body)
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable) || fault.kind !== 'permission') throw fault
  }
  const answer = await connection.ask("the token's App", async (octokit) => ({
    data: await octokit.graphql('query { viewer { databaseId login } }'),
    headers: {},
  }))
  const viewer = here(answer).body.at('viewer')
  return {id: viewer.at('databaseId').number(), login: viewer.at('login').text()}
}

/**
 * An App comments as the user `<slug>[bot]`. Users are not read with the App's own token but with an installation's
 * (any that is not suspended), or openly while there is none.
 */
async function fetchBotUser(
  own: Connection,
  connect: (installation: number | undefined) => Connection,
): Promise<OwnAccount> {
  const app = here(await own.ask('the App', (octokit) => octokit.rest.apps.getAuthenticated()))
  const username = `${app.body.at('slug').text()}[bot]`
  const installations = here(
    await own.ask("the App's installations", (octokit) => octokit.rest.apps.listInstallations({per_page: 100})),
  )
  const active = installations.body.list().find((one) => one.at('suspended_at').optional() === undefined)
  const user = await connect(active?.at('id').number()).ask("the App's bot user", (octokit) =>
    octokit.rest.users.getByUsername({username}),
  )
  return parseOwn(here(user).body)
}

/** Of what is always there for valid credentials, "not found" is an outage. */
function here(answer: Answer | 'gone'): Answer {
  if (answer === 'gone')
    throw new GitHubUnavailable('credentials', "GitHub does not know the issuer's own account or App")
  return answer
}

/** Where people see what the API speaks of: github.com, a tenant of ghe.com, or an Enterprise Server. */
export function webUrlOf(apiUrl: string): string {
  const {protocol, host, origin, pathname} = new URL(apiUrl)
  return pathname === '/api/v3' ? origin : `${protocol}//${host.replace(/^api\./, '')}`
}
