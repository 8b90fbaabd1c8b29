/** The one secret that holds the GitHub App, as set-up keeps it: `COUNTERSIGN_GITHUB_APP` is `secretsmanager:<ARN>`. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type {Env} from '../variables.ts'
import {type KeepApp, parseKeptApp, printKeptApp} from '../kept-app.ts'

const variable = 'COUNTERSIGN_GITHUB_APP'

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

/** The secret's ARN, and the variables without it; undefined where the App is given by variables of its own. */
export function findAppSecret({
  [variable]: named,
  ...rest
}: Env): {readonly arn: string; readonly rest: Env} | undefined {
  const [, arn] = /^secretsmanager:(.+)$/.exec(named ?? '') ?? []
  return arn === undefined ? undefined : {arn, rest}
}

/** The variables with those of the App that the secret holds. Throws NotSetUp while it holds none. */
export async function fetchApp(env: Env, client = openSecretsManager()): Promise<Env> {
  const found = findAppSecret(env)
  if (found === undefined) return env
  const text = await fetchText(found.arn, client)
  if (text === undefined) throw new NotSetUp()
  const app = parseKeptApp(text)
  if (app === undefined) throw new Error(`${variable}: the secret holds no App as docs/aws.md shows it`)
  return {...found.rest, ...app}
}

/** Undefined while nothing is in it. */
export async function fetchText(arn: string, client: SecretsManagerClient): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({SecretId: arn}))).SecretString
  } catch (fault) {
    if (nameOf(fault) === 'ResourceNotFoundException') return undefined
    throw fault
  }
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

const nameOf = (fault: unknown): unknown => (fault instanceof Error ? fault.name : undefined)
