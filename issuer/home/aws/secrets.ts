/**
 * The one reader of Secrets Manager. A variable's value may be `secretsmanager:<ARN>`: its text comes out of there, once
 * a cold start. COUNTERSIGN_GITHUB_APP names the secret that holds the whole GitHub App, as set-up keeps it, and
 * COUNTERSIGN_GITHUB_WEBHOOK the one that holds what believing its webhooks takes: strangers reach a function that reads
 * this one alone.
 */
import {createHash} from 'node:crypto'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type {Result} from '#protocol'
import type {Env} from '../variables.ts'
import {
  type AppCredentials,
  type KeepApp,
  parseKeptApp,
  parseKeptWebhook,
  printKeptApp,
  printKeptWebhook,
} from '../kept-app.ts'

const appVariable = 'COUNTERSIGN_GITHUB_APP'
const webhookVariable = 'COUNTERSIGN_GITHUB_WEBHOOK'

/** The issuer has no App yet. Whoever meets it tries again: no deployment follows set-up. */
export class NotSetUp extends Error {
  override readonly name = 'NotSetUp'

  constructor() {
    super('this issuer has no GitHub App yet: whoever runs it opens /setup (docs/aws.md)')
  }
}

export const openSecretsManager = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 5,
    requestHandler: {connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true},
  })

/** The variables, each that names a secret with its text instead; or every problem at once. */
export async function fetchSecrets(env: Env, client = openSecretsManager()): Promise<Result<Env, readonly string[]>> {
  const named = Object.entries(env).filter(([name, text]) => name.startsWith('COUNTERSIGN_') && arnIn(text))
  const fetched = await Promise.all(
    named.map(async ([name, text]) => ({name, ...(await readSecret(arnIn(text) ?? '', client))})),
  )
  const problems = fetched.flatMap((one) => (one.ok ? [] : [`${one.name}: ${one.fault}`]))
  if (problems.length > 0) return {ok: false, fault: problems}
  const texts = fetched.flatMap((one) => (one.ok ? [[one.name, one.value] as const] : []))
  return {ok: true, value: {...env, ...Object.fromEntries(texts)}}
}

const arnIn = (text: string | undefined): string | undefined => /^secretsmanager:(.+)$/.exec(text ?? '')?.[1]

async function readSecret(arn: string, client: SecretsManagerClient): Promise<Result<string, string>> {
  try {
    const value = await fetchText(arn, client)
    return value === undefined ? {ok: false, fault: 'the secret holds no text'} : {ok: true, value}
  } catch (fault) {
    return {ok: false, fault: `the secret cannot be read (${nameOf(fault)})`}
  }
}

const fetchText = async (arn: string, client: SecretsManagerClient): Promise<string | undefined> =>
  (await client.send(new GetSecretValueCommand({SecretId: arn}))).SecretString

/** Undefined while nothing is in it. */
export async function fetchIfFilled(arn: string, client: SecretsManagerClient): Promise<string | undefined> {
  try {
    return await fetchText(arn, client)
  } catch (fault) {
    if (nameOf(fault) === 'ResourceNotFoundException') return undefined
    throw fault
  }
}

/** The ARN of the App's secret, and the variables without it; undefined where variables of its own give the App. */
export function findAppSecret({
  [appVariable]: named,
  ...rest
}: Env): {readonly arn: string; readonly rest: Env} | undefined {
  const arn = arnIn(named)
  return arn === undefined ? undefined : {arn, rest}
}

/** The variables with those of the App that the secret holds. Throws NotSetUp while it holds none. */
export async function fetchApp(given: Env, client = openSecretsManager()): Promise<Env> {
  const {[webhookVariable]: _, ...env} = given
  const found = findAppSecret(env)
  if (found === undefined) return env
  const text = await fetchIfFilled(found.arn, client)
  if (text === undefined) throw new NotSetUp()
  const app = parseKeptApp(text)
  if (app === undefined) throw new Error(`${appVariable}: the secret holds no App as docs/aws.md shows it`)
  return {...found.rest, ...app}
}

/** The variables with what believing the App's webhooks takes, and without whatever else is the App's. Throws NotSetUp. */
export async function fetchWebhook(given: Env, client = openSecretsManager()): Promise<Env> {
  const {[appVariable]: _, [webhookVariable]: named, COUNTERSIGN_GITHUB_PRIVATE_KEY: __, ...rest} = given
  const arn = arnIn(named)
  if (arn === undefined) return rest
  const text = await fetchIfFilled(arn, client)
  if (text === undefined) throw new NotSetUp()
  const webhook = parseKeptWebhook(text)
  if (webhook === undefined) throw new Error(`${webhookVariable}: the secret holds no webhook as docs/aws.md shows it`)
  return {...rest, ...webhook}
}

type Webhook = Pick<AppCredentials, 'appId' | 'webhookSecret'>

/** What is written has its digest for a version: again it is no write, and what changed becomes the newest. */
export async function shareWebhook(given: Env, webhook: Webhook, client = openSecretsManager()): Promise<void> {
  const arn = arnIn(given[webhookVariable])
  if (arn === undefined) return
  const text = printKeptWebhook(webhook)
  const version = createHash('sha256').update(text).digest('hex')
  await client.send(new PutSecretValueCommand({SecretId: arn, ClientRequestToken: version, SecretString: text}))
}

/** Whether anything is in it. Does not read it: who sets up need not see what is there. */
export async function isFilled(arn: string, client: SecretsManagerClient): Promise<boolean> {
  const {VersionIdsToStages: versions = {}} = await client.send(new DescribeSecretCommand({SecretId: arn}))
  return Object.keys(versions).length > 0
}

/** Every writer names the same version, and a version is written once: of two Apps the first stays. */
const onlyVersion = 'countersign-github-app-from-set-up'

export const keepIn =
  (arn: string, client: SecretsManagerClient): KeepApp =>
  async (app) => {
    const version = {SecretId: arn, ClientRequestToken: onlyVersion, SecretString: printKeptApp(app)}
    try {
      await client.send(new PutSecretValueCommand(version))
      return 'kept'
    } catch (fault) {
      if (nameOf(fault) === 'ResourceExistsException') return 'taken'
      throw fault
    }
  }

const nameOf = (fault: unknown): string => (fault instanceof Error ? fault.name : 'unknown fault')
