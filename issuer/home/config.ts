/** The one place that reads COUNTERSIGN_… variables (formats §8): a whole configuration, or every problem at once. */
import {type Origin, type Result, parseOrigin} from '#protocol'
import {
  type LogLevel,
  type Owner,
  parseApiUrl,
  parseAppId,
  parseAppKey,
  parseEvidence,
  parseHost,
  parseKeyPath,
  parseLogLevel,
  parseOidcIssuer,
  parseOwners,
  parsePort,
  parsePublicUrl,
  parseStore,
  parseToken,
  parseWebhookSecret,
} from './values.ts'
import {type Env, Variables} from './variables.ts'
import type {KeyPlaces} from '../keys/issuer-keys.ts'
import type {Secret} from '../keys/secret.ts'

/** All but the issuer's access to GitHub, which it may not have yet. */
export interface BaseConfig extends KeyPlaces {
  /** What receipts carry as `issuer`, and where its pages are. */
  readonly publicUrl: Origin
  readonly host: string
  readonly port: number
  readonly logLevel: LogLevel
  readonly github: {
    /** Without a slash at the end. */
    readonly apiUrl: string
  }
  /** The `iss` of the tokens that jobs show; its keys are below it. */
  readonly oidcIssuer: string
  /** Whose deliveries are taken; empty: everyone's. */
  readonly owners: readonly Owner[]
}

export interface IssuerConfig extends BaseConfig {
  readonly github: BaseConfig['github'] & {readonly access: GitHubAccess; readonly webhookSecret: Secret}
}

/** `privateKey` is PKCS#8 PEM, whatever form it was given in. */
export type GitHubAccess =
  | {readonly kind: 'app'; readonly appId: number; readonly privateKey: Secret}
  | {readonly kind: 'token'; readonly token: Secret}
  /** Of a function that takes what the App sends, and asks GitHub nothing. */
  | {readonly kind: 'listener'; readonly appId: number}

/** What the log must never show. */
export const secretsOf = ({github: {access, webhookSecret}, evidenceSecret}: IssuerConfig): readonly Secret[] => [
  webhookSecret,
  ...(access.kind === 'app' ? [access.privateKey] : access.kind === 'token' ? [access.token] : []),
  ...(evidenceSecret === undefined ? [] : [evidenceSecret]),
]

export type Read<Config> = Result<{readonly config: Config; readonly warnings: readonly string[]}, readonly string[]>

export const readConfig = (env: Env): Read<IssuerConfig> => readWith(env, readGitHub)

/** For a function that strangers reach: without a key, and it never has one. */
export const readListenerConfig = (env: Env): Read<IssuerConfig> => readWith(env, readListener)

/** For an issuer that waits for its App. */
export const readBaseConfig = (env: Env): Read<BaseConfig> =>
  readWith(env, (variables) => ({apiUrl: readApiUrl(variables)}))

function readWith<GitHub>(
  env: Env,
  readOwn: (variables: Variables) => GitHub | undefined,
): Read<Omit<BaseConfig, 'github'> & {readonly github: GitHub}> {
  const variables = new Variables(env)
  const port = variables.read('PORT', parsePort) ?? 8787
  const host = variables.read('HOST', parseHost) ?? '127.0.0.1'
  const publicUrl = readPublicUrl(variables, {host, port})
  const github = readOwn(variables)
  const owners = variables.read('OWNERS', parseOwners) ?? []
  const settings = {
    ...readPlaces(variables),
    logLevel: variables.read('LOG', parseLogLevel) ?? 'info',
    oidcIssuer: variables.read('OIDC_ISSUER', parseOidcIssuer) ?? 'https://token.actions.githubusercontent.com',
  }
  if (publicUrl === undefined || github === undefined || variables.problems.length > 0) {
    return {ok: false, fault: variables.problems}
  }
  const warnings = [
    ...(variables.has('PUBLIC_URL') ? [] : [`COUNTERSIGN_PUBLIC_URL is not set: receipts and links say ${publicUrl}`]),
    ...(owners.length > 0 ? [] : ['COUNTERSIGN_OWNERS is not set: deliveries of every owner are taken']),
  ]
  return {ok: true, value: {config: {publicUrl, host, port, ...settings, github, owners}, warnings}}
}

/** Where the embedded store and its keys are, for the issuer and for the commands that work on them. */
export const readPlaces = (variables: Variables): KeyPlaces => ({
  databasePath: variables.read('STORE', parseStore) ?? 'data/countersign.db',
  receiptKey: variables.read('RECEIPT_KEY', parseKeyPath),
  tokenKey: variables.read('TOKEN_KEY', parseKeyPath),
  ledgerKey: variables.read('LEDGER_KEY', parseKeyPath),
  evidenceSecret: variables.read('EVIDENCE_SECRET', parseEvidence),
})

/** Without the variable only the usual host with a fixed port has a URL that others can be told. */
function readPublicUrl(variables: Variables, {host, port}: {host: string; port: number}): Origin | undefined {
  if (variables.has('PUBLIC_URL')) return variables.read('PUBLIC_URL', parsePublicUrl)
  const derived =
    host === '127.0.0.1' && port !== 0 ? parseOrigin(new URL(`http://127.0.0.1:${port}`).origin) : undefined
  if (derived === undefined) {
    variables.refuse('PUBLIC_URL', 'set it: it cannot be told from COUNTERSIGN_HOST and COUNTERSIGN_PORT')
  }
  return derived
}

const readApiUrl = (variables: Variables): string =>
  variables.read('GITHUB_API_URL', parseApiUrl) ?? 'https://api.github.com'

/** Whether nothing is said of an App or a token: then the App is made at /setup. */
export const hasNoAccess = (env: Env): boolean => {
  const variables = new Variables(env)
  return accessNames.every((name) => !variables.has(name))
}

const accessNames = ['GITHUB_APP_ID', 'GITHUB_PRIVATE_KEY', 'GITHUB_TOKEN', 'GITHUB_WEBHOOK_SECRET'] as const

const readGitHub = (variables: Variables): IssuerConfig['github'] | undefined => readWebhook(variables, readAccess)

const readListener = (variables: Variables): IssuerConfig['github'] | undefined =>
  readWebhook(variables, () => {
    const appId = variables.read('GITHUB_APP_ID', parseAppId)
    if (appId === undefined) variables.refuse('GITHUB_APP_ID', 'is not set')
    for (const name of ['GITHUB_PRIVATE_KEY', 'GITHUB_TOKEN'] as const) {
      if (variables.has(name)) variables.refuse(name, 'is nothing for this function: take it away')
    }
    return appId === undefined ? undefined : {kind: 'listener', appId}
  })

function readWebhook(
  variables: Variables,
  read: (variables: Variables) => GitHubAccess | undefined,
): IssuerConfig['github'] | undefined {
  const apiUrl = readApiUrl(variables)
  const access = read(variables)
  const webhookSecret = variables.read('GITHUB_WEBHOOK_SECRET', parseWebhookSecret)
  if (!variables.has('GITHUB_WEBHOOK_SECRET')) {
    variables.refuse('GITHUB_WEBHOOK_SECRET', 'is not set; give the secret that the webhook has on GitHub')
  }
  return access === undefined || webhookSecret === undefined ? undefined : {apiUrl, access, webhookSecret}
}

/** An App or a token: not both, not neither, not half an App. */
function readAccess(variables: Variables): GitHubAccess | undefined {
  const appId = variables.read('GITHUB_APP_ID', parseAppId)
  const privateKey = variables.read('GITHUB_PRIVATE_KEY', parseAppKey)
  const token = variables.read('GITHUB_TOKEN', parseToken)
  const hasApp = variables.has('GITHUB_APP_ID')
  const hasKey = variables.has('GITHUB_PRIVATE_KEY')
  const hasToken = variables.has('GITHUB_TOKEN')
  if (hasToken && (hasApp || hasKey)) {
    variables.refuse('GITHUB_TOKEN', 'stands beside a GitHub App; keep the App (GITHUB_APP_ID and GITHUB_PRIVATE_KEY)')
  } else if (!hasToken && !hasApp) {
    const where = hasKey ? "from the App's settings page" : 'with GITHUB_PRIVATE_KEY, or for a trial GITHUB_TOKEN'
    variables.refuse('GITHUB_APP_ID', `is not set; give it ${where}`)
  } else if (hasApp && !hasKey) {
    variables.refuse('GITHUB_PRIVATE_KEY', "is not set; give the App's private key, as PEM or as a file's path")
  }
  if (token !== undefined) return {kind: 'token', token}
  return appId === undefined || privateKey === undefined ? undefined : {kind: 'app', appId, privateKey}
}
