/** Variables whose value is `secretsmanager:<ARN>`: their text comes out of Secrets Manager, once a cold start. */
import {GetSecretValueCommand, SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import type {Result} from '#protocol'
import type {Env} from '../variables.ts'

const prefix = 'secretsmanager:'

export type FetchedSecrets = Result<Env, readonly string[]>

export async function fetchSecrets(
  env: Env,
  client = new SecretsManagerClient({
    maxAttempts: 5,
    requestHandler: {connectionTimeout: 2000, requestTimeout: 4000, throwOnRequestTimeout: true},
  }),
): Promise<FetchedSecrets> {
  const named = Object.entries(env).filter(
    ([name, text]) => name.startsWith('COUNTERSIGN_') && text?.startsWith(prefix),
  )
  const fetched = await Promise.all(
    named.map(async ([name, text = '']) => ({name, ...(await fetchSecret(text.slice(prefix.length), client))})),
  )
  const problems = fetched.flatMap((one) => ('problem' in one ? [`${one.name}: ${one.problem}`] : []))
  if (problems.length > 0) return {ok: false, fault: problems}
  const texts = fetched.map((one) => [one.name, 'secret' in one ? one.secret : undefined] as const)
  return {ok: true, value: {...env, ...Object.fromEntries(texts)}}
}

async function fetchSecret(id: string, client: SecretsManagerClient): Promise<{secret: string} | {problem: string}> {
  try {
    const {SecretString: secret} = await client.send(new GetSecretValueCommand({SecretId: id}))
    return secret === undefined ? {problem: 'the secret holds no text'} : {secret}
  } catch (fault) {
    return {problem: `the secret cannot be read (${fault instanceof Error ? fault.name : 'unknown fault'})`}
  }
}
